import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { ThreadTask } from '../../worker/thread-messages.ts';
import { ThreadPool } from '../../worker/thread-pool.ts';

let folder: string;
beforeAll(async () => { folder = await mkdtemp(join(tmpdir(), 'waybill-threads-')); });
afterAll(async () => { await rm(folder, { recursive: true, force: true }); });

let pools: ThreadPool[] = [];
afterEach(async () => {
  await Promise.all(pools.map((pool) => pool.close()));
  pools = [];
});

/** A thread's file of the test's own: each start is one byte in `starts`. */
const openPool = async (body: string, size = 1): Promise<{ readonly pool: ThreadPool; readonly starts: () => Promise<number> }> => {
  const own = await mkdtemp(join(folder, 'pool-'));
  const entry = join(own, 'thread.mjs');
  await writeFile(entry, `import { appendFileSync, existsSync, statSync } from 'node:fs';
    import { parentPort as port } from 'node:worker_threads';
    const starts = ${JSON.stringify(join(own, 'starts'))};
    appendFileSync(starts, '.');
    const answer = ({ kind, id }) => { if (kind === 'run') port.postMessage({ id, result: 'done', failure: null }); };
    ${body}`);
  const pool = new ThreadPool(pathToFileURL(entry), { databaseUrl: '', archiveFolder: '' }, size);
  pools.push(pool);
  return { pool, starts: async () => (await readFile(join(own, 'starts'), 'utf8').catch(() => '')).length };
};

const task: ThreadTask = { kind: 'hash', storageKey: 'k' };
const { signal } = new AbortController();
const sound = `port.on('message', answer); port.postMessage('ready');`;

describe('the pool of threads', () => {
  it('does as many tasks at once as it has threads, and the rest in turn', async () => {
    const { pool, starts } = await openPool(sound, 2);
    expect(await Promise.all(Array.from({ length: 20 }, () => pool.run(task, signal)))).toEqual(Array.from({ length: 20 }, () => 'done'));
    expect(await starts()).toBeLessThanOrEqual(2);
  });

  it('fails what waits, with a code, when the threads die as they start, and does not start them in a hot loop', async () => {
    const { pool, starts } = await openPool(`throw Object.assign(new Error('a secret'), { code: 'ERR_BROKEN' });`, 2);
    const both = await Promise.allSettled([pool.run(task, signal), pool.run(task, signal)]);
    for (const one of both) expect(one).toMatchObject({ status: 'rejected', reason: { code: 'WORKER_BROKEN', retryable: true, place: { error: 'ERR_BROKEN' } } });
    expect(JSON.stringify(both)).not.toContain('secret');
    // Told at once by now.
    await expect(pool.run(task, signal)).rejects.toMatchObject({ code: 'WORKER_BROKEN' });
    await sleep(1_000);
    expect(await starts()).toBeLessThanOrEqual(12);
  });

  it('says the same of a bundle that is not there', async () => {
    const pool = new ThreadPool(pathToFileURL(join(folder, 'nowhere.mjs')), { databaseUrl: '', archiveFolder: '' }, 1);
    pools.push(pool);
    await expect(pool.run(task, signal)).rejects.toMatchObject({ code: 'WORKER_BROKEN', place: { error: expect.stringContaining('MODULE_NOT_FOUND') as string } });
  });

  it('keeps a task that waits while the first threads die, and does it when one comes up', async () => {
    const { pool, starts } = await openPool(`if (statSync(starts).size < 4) throw new Error('not yet'); ${sound}`);
    expect(await pool.run(task, signal)).toBe('done');
    expect(await starts()).toBe(4);
  });

  it('fails only the task of a thread that dies in mid task, and replaces the thread at once', async () => {
    const { pool } = await openPool(`if (statSync(starts).size === 1) port.on('message', () => process.exit(1)); else port.on('message', answer); port.postMessage('ready');`);
    await expect(pool.run(task, signal)).rejects.toMatchObject({ name: 'ThreadDefect' });
    expect(await pool.run(task, signal)).toBe('done');
  });

  it('works again when its threads do', async () => {
    const { pool } = await openPool(`if (statSync(starts).size < 6) throw new Error('not yet'); ${sound}`);
    await expect(pool.run(task, signal)).rejects.toMatchObject({ code: 'WORKER_BROKEN' });
    await expect.poll(() => pool.run(task, signal).catch(() => null), { timeout: 10_000 }).toBe('done');
  });

  it('ends while its threads wait to be replaced', async () => {
    const { pool, starts } = await openPool(`throw new Error('broken');`);
    await expect(pool.run(task, signal)).rejects.toMatchObject({ code: 'WORKER_BROKEN' });
    await pool.close();
    const before = await starts();
    await sleep(300);
    expect(await starts()).toBe(before);
  });
});
