/**
 * The disk of the database is full. Where the test may mount, the staging lies in a tablespace on a small file system of its own, and the
 * server meets the kernel's own ENOSPC; elsewhere a trigger raises the SQLSTATE (53100) that the server gives it.
 */
import { execFile } from 'node:child_process';
import { chown, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { postgresIdentity } from '../../temporal-config/postgres-user.ts';
import { startFaultBench } from '../support/fault-bench.ts';
import type { FaultBench } from '../support/fault-bench.ts';
import { untilTrue } from '../support/operator.ts';

const run = promisify(execFile);
let bench: FaultBench;
let disk: Disk;

interface Disk {
  readonly free: () => Promise<void>;
  readonly remove: () => Promise<void>;
}

/** Half of what the staging needs. */
const smallDisk = '8m';

const mountedDisk = async (): Promise<Disk> => {
  const folder = join(bench.stack.folder.root, 'small-disk');
  await mkdir(folder, { mode: 0o700 });
  await run('mount', ['-t', 'tmpfs', '-o', `size=${smallDisk}`, 'tmpfs', folder]);
  const identity = await postgresIdentity();
  const inner = join(folder, 'tablespace');
  await mkdir(inner);
  if (identity !== null) for (const path of [folder, inner]) await chown(path, identity.uid, identity.gid);
  await bench.sql(`create tablespace small_disk location '${inner}'`);
  await bench.sql('grant create on tablespace small_disk to waybill_runtime, waybill_dataset_owner, waybill_owner');
  await bench.sql(`alter role waybill_runtime set default_tablespace = 'small_disk'`);
  await bench.sql(`select pg_terminate_backend(pid) from pg_stat_activity where usename = 'waybill_runtime'`);
  return {
    free: async () => { await run('mount', ['-o', 'remount,size=512m', folder]); },
    remove: async () => { await run('umount', ['-l', folder]); },
  };
};

const pretendedDisk = async (): Promise<Disk> => {
  await bench.sql(`create function public.no_space() returns trigger language plpgsql as $$ begin raise exception 'could not extend file' using errcode = '53100'; end $$`);
  await bench.sql('create trigger no_space before update on waybill.staged_chunks for each statement execute function public.no_space()');
  return { free: async () => { await bench.sql('drop trigger no_space on waybill.staged_chunks'); }, remove: () => Promise.resolve() };
};

const mayMount = process.getuid?.() === 0 && await run('unshare', ['--mount', 'mount', '-t', 'tmpfs', 'tmpfs', '/mnt']).then(() => true, () => false);

beforeAll(async () => {
  bench = await startFaultBench({ ownPostgres: true });
  disk = await (mayMount ? mountedDisk() : pretendedDisk());
});
afterAll(async () => { await bench.stack.stopPart('worker'); await bench.stack.stopPart('postgres'); await disk.remove(); await bench.close(); });

describe(`a full disk of the database (${mayMount ? 'a small file system' : 'the SQLSTATE of one: mounting is not allowed here'})`, () => {
  it('makes the job wait and say DATABASE_FULL with the remedy; it goes on by itself when there is room', async () => {
    await bench.dataset('full_disk');
    const jobId = await bench.start('full_disk');
    await untilTrue('the job says what it needs', async () => (await bench.job(jobId)).errorCode === 'DATABASE_FULL');
    expect((await bench.job(jobId)).state).toBe('staging');
    const { job: { error, progress } } = await bench.ask<{ job: { error: object; progress: object } }>(
      'query ($id: ID!) { job(id: $id) { error { code retryable remedy } progress { errorCode state } } }', { id: jobId });
    expect(error).toMatchObject({ code: 'DATABASE_FULL', retryable: true, remedy: expect.stringContaining('Free disk space') as unknown });
    expect(progress).toEqual({ errorCode: 'DATABASE_FULL', state: 'staging' });
    const shown = await bench.stack.waybill('job', jobId);
    expect(shown.stdout).toContain('DATABASE_FULL');
    await disk.free();
    const since = Date.now();
    await bench.expectWhole(jobId, 'full_disk');
    await bench.figure('full disk, from the moment there is room until the job is completed', since);
  });
});
