/**
 * A lock that dies with its holder: a file that names the holder's pid and start time. Node has no flock; a file whose holder is gone is
 * taken over by renaming it away first, so that of two who find it stale only one proceeds.
 */
import { link, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { identityOf, isSameProcess, processIdentitySchema } from './process-identity.ts';
import type { ProcessIdentity } from './process-identity.ts';

export interface FileLock {
  readonly release: () => Promise<void>;
}

const readHolder = async (path: string): Promise<ProcessIdentity | null> => {
  const text = await readFile(path, 'utf8').catch(() => null);
  if (text === null) return null;
  try { return processIdentitySchema.parse(JSON.parse(text)); } catch { return null; }
};

const hasCode = (error: unknown, code: string): boolean => error instanceof Error && 'code' in error && error.code === code;

/** link() fails when the name exists, and the file is complete before it has the name. */
const create = async (path: string): Promise<boolean> => {
  const draft = `${path}.${randomUUID()}`;
  await writeFile(draft, JSON.stringify(identityOf(process.pid)), { mode: 0o600 });
  try {
    await link(draft, path);
    return true;
  } catch (error) {
    if (hasCode(error, 'EEXIST')) return false;
    throw error;
  } finally {
    await rm(draft, { force: true });
  }
};

const removeStale = async (path: string): Promise<void> => {
  const aside = `${path}.${randomUUID()}`;
  await rename(path, aside).catch(() => undefined);
  const holder = await readHolder(aside);
  // Somebody took the lock between our look and our rename: give it back.
  if (holder !== null && isSameProcess(holder)) await link(aside, path).catch(() => undefined);
  await rm(aside, { force: true });
};

/** The lock, or who holds it. */
export const tryLock = async (path: string): Promise<FileLock | ProcessIdentity> => {
  await mkdir(dirname(path), { recursive: true });
  for (;;) {
    if (await create(path)) return { release: () => rm(path, { force: true }) };
    const holder = await readHolder(path);
    if (holder !== null && isSameProcess(holder)) return holder;
    await removeStale(path);
  }
};

export const isLock = (answer: FileLock | ProcessIdentity): answer is FileLock => 'release' in answer;

/** Waits for as long as the holder lives. */
export const waitForLock = async (path: string, onWait: () => void = () => undefined): Promise<FileLock> => {
  for (let told = false; ; told = true) {
    const answer = await tryLock(path);
    if (isLock(answer)) return answer;
    if (!told) onWait();
    await sleep(200);
  }
};
