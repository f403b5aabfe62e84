/** Looks at files: how many at once, and what they leave. */
import { mkdtempSync, rmSync, utimesSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { removeStaleSpools } from '../../api/inspect/remove-stale-spools.ts';
import { TurnQueue } from '../../api/inspect/turn-queue.ts';
import { openLocalStorage } from '../../storage/local/local-storage.ts';
import { spoolKey } from '../../storage/storage-keys.ts';

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

  it('whose process died leave a spool that is removed when it is old and of no open job', async () => {
    const storage = await openLocalStorage(folder);
    const ids = ['8a2f0000-0000-4000-8000-000000000001', '8a2f0000-0000-4000-8000-000000000002', '8a2f0000-0000-4000-8000-000000000003'];
    for (const id of ids) await storage.write(spoolKey(id), [Buffer.from('x')]);
    const old = new Date(Date.now() - 7 * 3_600_000);
    for (const id of ids.slice(0, 2)) utimesSync(join(folder, spoolKey(id)), old, old);
    expect(await removeStaleSpools(storage, (jobId) => jobId === ids[1])).toBe(1);
    expect(await Promise.all(ids.map(async (id) => await storage.stat(spoolKey(id)) !== null))).toEqual([false, true, true]);
  });
});
