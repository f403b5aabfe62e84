import type { Storage } from '../../storage/storage.ts';
import { spoolsPrefix } from '../../storage/storage-keys.ts';

/** Longer than any look takes; a job's own spool is kept as long as the job is open. */
const staleMs = 6 * 3_600_000;

/** Spools of looks whose process died before it could remove them. Returns how many there were. */
export const removeStaleSpools = async (storage: Storage, isOpenJob: (jobId: string) => boolean, now = Date.now()): Promise<number> => {
  let removed = 0;
  for await (const { key, modifiedAt } of storage.list(spoolsPrefix)) {
    if (now - modifiedAt.getTime() < staleMs || isOpenJob(key.split('/')[1] ?? '')) continue;
    await storage.remove(key);
    removed += 1;
  }
  return removed;
};
