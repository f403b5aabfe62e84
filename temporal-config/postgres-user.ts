/** The account under which the embedded PostgreSQL runs: root may not run it, so under root there is (or will be) one named `postgres`. */
import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import { WaybillError } from '../contracts/errors.ts';
import type { Identity } from './reachable-by.ts';

const accountName = 'postgres';
const isRoot = (): boolean => process.getuid?.() === 0;

const findAccount = async (): Promise<Identity | null> => {
  const accounts = await readFile('/etc/passwd', 'utf8').catch(() => '');
  const found = accounts.split('\n').map((line) => line.split(':')).find(([name]) => name === accountName);
  return found === undefined ? null : { uid: Number(found[2]), gid: Number(found[3]) };
};

const createAccount = async (): Promise<void> => {
  const args = ['--system', '--user-group', '--no-create-home', '--home-dir', '/nonexistent', '--shell', '/usr/sbin/nologin', accountName];
  await promisify(execFile)('useradd', args).catch((cause: unknown) => {
    // Two stacks may start at once; whoever came second finds the account below.
    void cause;
  });
};

/** null: PostgreSQL may run as whoever runs Waybill. */
export const postgresIdentity = async (): Promise<Identity | null> => {
  if (!isRoot()) return null;
  const found = await findAccount();
  if (found !== null) return found;
  await createAccount();
  const made = await findAccount();
  if (made === null)
    throw new WaybillError('STACK_FAILED', 'PostgreSQL cannot run as root, and no account named postgres exists or could be made. Run Waybill as an ordinary user, make the account (useradd --system postgres), or set DATABASE_URL.');
  return made;
};
