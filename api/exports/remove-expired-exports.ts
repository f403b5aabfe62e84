/**
 * Files of finished exports go after some days: what left the house is in the audit, the receipt stays, and a file is made again by exporting
 * again. The file first, its mark second: whoever dies in between leaves a job that the next round finds.
 */
import { systemActor } from '../../contracts/actor.ts';
import { appendAudit } from '../../db/audit.ts';
import { inTransaction } from '../../db/connection.ts';
import { findExpiredExports, markFilesRemoved, type ExpiredExport } from '../../db/expired-exports.ts';
import { exportPrefix } from '../../storage/storage-keys.ts';
import type { ApiDeps } from '../api-deps.ts';

type RemoveDeps = Pick<ApiDeps, 'pool' | 'storage'>;
const atOnce = 100;

const removeOne = async ({ pool, storage }: RemoveDeps, { jobId, org }: ExpiredExport, days: number): Promise<void> => {
  await storage.remove(exportPrefix(jobId));
  await inTransaction(pool, async (tx) => {
    const files = await markFilesRemoved(tx, jobId);
    if (files.length > 0) await appendAudit(tx, { actor: { ...systemActor, org }, action: 'export.expired', jobId, details: { files, days } });
  });
};

/** How many exports lost their files. @param days 0: none ever does */
export const removeExpiredExports = async (deps: RemoveDeps, days: number): Promise<number> => {
  let removed = 0;
  while (days > 0) {
    const expired = await findExpiredExports(deps.pool, { days, limit: atOnce });
    for (const one of expired) await removeOne(deps, one, days);
    removed += expired.length;
    if (expired.length < atOnce) break;
  }
  return removed;
};
