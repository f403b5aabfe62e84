import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { isLock, tryLock, waitForLock } from '../../temporal-config/file-lock.ts';
import { identityOf, isSameProcess } from '../../temporal-config/process-identity.ts';

let folder = '';
beforeEach(async () => { folder = await mkdtemp(join(tmpdir(), 'waybill-lock-')); });
afterEach(() => rm(folder, { recursive: true, force: true }));

const endedProcess = async (): Promise<number> => {
  const child = spawn(process.execPath, ['-e', '']);
  await once(child, 'exit');
  return child.pid ?? 0;
};

describe('a file lock', () => {
  it('is held by one, and says by whom', async () => {
    const path = join(folder, 'lock');
    const first = await tryLock(path);
    expect(isLock(first)).toBe(true);
    expect(await tryLock(path)).toEqual(identityOf(process.pid));
    if (isLock(first)) await first.release();
    expect(isLock(await tryLock(path))).toBe(true);
  });

  it('is taken over from a process that has ended', async () => {
    const path = join(folder, 'lock');
    await writeFile(path, JSON.stringify({ pid: await endedProcess(), startTime: '1' }));
    expect(isLock(await tryLock(path))).toBe(true);
  });

  it('is taken over when the pid belongs to another process by now', async () => {
    const path = join(folder, 'lock');
    await writeFile(path, JSON.stringify({ pid: process.pid, startTime: 'an earlier time' }));
    expect(isLock(await tryLock(path))).toBe(true);
  });

  it('is taken over when its file is damaged', async () => {
    const path = join(folder, 'lock');
    await writeFile(path, '{"pid":');
    expect(isLock(await tryLock(path))).toBe(true);
  });

  it('goes to exactly one of many that find it stale at once', async () => {
    const path = join(folder, 'lock');
    await writeFile(path, JSON.stringify({ pid: process.pid, startTime: 'an earlier time' }));
    const answers = await Promise.all(Array.from({ length: 20 }, () => tryLock(path)));
    expect(answers.filter(isLock)).toHaveLength(1);
    expect(JSON.parse(await readFile(path, 'utf8'))).toEqual(identityOf(process.pid));
  });

  it('lets one wait for the holder', async () => {
    const path = join(folder, 'lock');
    const first = await tryLock(path);
    const waited: string[] = [];
    const second = waitForLock(path, () => { waited.push('told'); });
    setTimeout(() => { if (isLock(first)) void first.release(); }, 300);
    await (await second).release();
    expect(waited).toEqual(['told']);
  });
});

describe('the identity of a process', () => {
  it('holds for the process and not for its pid alone', async () => {
    expect(isSameProcess(identityOf(process.pid))).toBe(true);
    expect(isSameProcess({ pid: process.pid, startTime: '0' })).toBe(false);
    expect(isSameProcess({ pid: await endedProcess(), startTime: '0' })).toBe(false);
  });
});
