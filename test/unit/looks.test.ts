/** Looks at files: how many at once, and what they leave. */
import { mkdtempSync, rmSync, utimesSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { removeStaleSpools, type SpoolJob } from '../../api/inspect/remove-stale-spools.ts';
import { TurnQueue } from '../../api/inspect/turn-queue.ts';
import { openLocalStorage } from '../../storage/local/local-storage.ts';
import { attemptSpoolKey, spoolKey } from '../../storage/storage-keys.ts';

const folder = mkdtempSync(join(tmpdir(), 'waybill-looks-'));
afterAll(() => { rmSync(folder, { recursive: true, force: true }); });

describe('looks at files', () => {
  it('take turns: two at once, the others in their order, also after one that failed', async () => {
    const queue = new TurnQueue(2);
    const begun: number[] = [];
    let most = 0, running = 0;
    const look = (no: number) => queue.run(async () => {
      begun.push(no);
      most = Math.max(most, running += 1);
      await new Promise((resolve) => { setTimeout(resolve, 5); });
      running -= 1;
      if (no === 1) throw new RangeError('a look that fails');
    });
    const ended = await Promise.allSettled([0, 1, 2, 3, 4].map(look));
    expect(begun).toEqual([0, 1, 2, 3, 4]);
    expect(most).toBe(2);
    expect(ended.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled', 'fulfilled', 'fulfilled']);
  });

  it('whose process died leave a spool that is removed when it is half an hour old, as are those that no job reads', async () => {
    const storage = await openLocalStorage(folder);
    const id = (no: number): string => `8a2f0000-0000-4000-8000-00000000000${no}`;
    const [look, young, ended, detecting, planned, older] = [id(1), id(2), id(3), id(4), id(5), id(6)];
    const detectionWith = (spool?: string) => ({ ...(spool === undefined ? {} : { spool }) }) as SpoolJob['detection'];
    const jobs = new Map<string, SpoolJob>([
      [ended, { jobId: ended, state: 'failed', detection: detectionWith(attemptSpoolKey(ended, id(1))) }],
      [detecting, { jobId: detecting, state: 'detecting', detection: null }],
      [planned, { jobId: planned, state: 'staging', detection: detectionWith(attemptSpoolKey(planned, id(2))) }],
      [older, { jobId: older, state: 'staging', detection: detectionWith() }],
    ]);
    const gone = [spoolKey(look), attemptSpoolKey(ended, id(1)), attemptSpoolKey(planned, id(1))];
    const kept = [spoolKey(young), attemptSpoolKey(detecting, id(1)), attemptSpoolKey(planned, id(2)), spoolKey(older)];
    for (const key of [...gone, ...kept]) await storage.write(key, [Buffer.from('x')]);
    const old = new Date(Date.now() - 31 * 60_000);
    for (const key of [...gone, ...kept.slice(1)]) utimesSync(join(folder, key), old, old);
    expect(await removeStaleSpools(storage, (jobId) => Promise.resolve(jobs.get(jobId) ?? null))).toBe(gone.length);
    expect(await Promise.all([...gone, ...kept].map(async (key) => await storage.stat(key) !== null))).toEqual([...gone.map(() => false), ...kept.map(() => true)]);
  });
});
