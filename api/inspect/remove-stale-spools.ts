import { isFinal } from '../../contracts/job-states.ts';
import type { Job } from '../../db/job.ts';
import { ownerOfSpool, spoolKey, spoolsPrefix } from '../../storage/storage-keys.ts';
import type { Storage } from '../../storage/storage.ts';

/** Longer than any look goes on after its spool is written. */
const staleMs = 30 * 60_000;

export type SpoolJob = Pick<Job, 'jobId' | 'state' | 'detection'>;

/** Of an open job the one that it reads; all of them while it is not decided which one that is. */
const isNeeded = (key: string, { jobId, state, detection }: SpoolJob): boolean =>
  !isFinal(state) && (detection === null || key === (detection.spool ?? spoolKey(jobId)));

/**
 * Spools that nobody will read: of looks whose process died before it could remove them, of attempts that were overtaken. Returns how many there were.
 * @param jobOf null: there is no such job, and the spool is a look's
 */
export const removeStaleSpools = async (storage: Storage, jobOf: (jobId: string) => Promise<SpoolJob | null>, now = Date.now()): Promise<number> => {
  let removed = 0;
  for await (const { key, modifiedAt } of storage.list(spoolsPrefix)) {
    if (now - modifiedAt.getTime() < staleMs) continue;
    const job = await jobOf(ownerOfSpool(key));
    if (job !== null && isNeeded(key, job)) continue;
    await storage.remove(key);
    removed += 1;
  }
  return removed;
};
