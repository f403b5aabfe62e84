import { systemActor } from '../contracts/actor.ts';
import { forgetExportFiles } from '../db/export-files.ts';
import { freezeExport } from '../db/freeze-export.ts';
import type { FrozenExport } from '../db/freeze-export.ts';
import { moveJob } from '../db/move-job.ts';
import { dropStaging } from '../db/staging-table.ts';
import { exportPrefix } from '../storage/storage-keys.ts';
import type { ActivityDeps } from './activity-deps.ts';
import { exportOfJob } from './export-of-job.ts';
import { jobForWork } from './job-for-work.ts';

export interface FreezeExportInput {
  readonly jobId: string;
  /** Its frozen rows were lost in a crash of the database: they are frozen anew. */
  readonly lostEpoch: number | null;
}

/** Freezes the selection and cuts it into parts. Run twice it freezes once. */
export const createFreezeExport = (deps: ActivityDeps) => async ({ jobId, lostEpoch }: FreezeExportInput): Promise<FrozenExport> => {
  await moveJob(deps.pool, { jobId, from: ['received'], to: 'planning' });
  if (lostEpoch !== null) await forgetEpoch(deps, jobId, lostEpoch);
  const { job, request, definition, planned } = await exportOfJob(deps.pool, jobId);
  return freezeExport(deps.pool, {
    jobId, planEpoch: job.planEpoch, partBytes: deps.chunkBytes, splitRows: request.splitRows,
    selection: {
      // The worker reads for the one who asked. Roles will come with the job once there are several (design 10.13).
      actor: { ...systemActor, id: job.owner, org: job.org }, purpose: job.purpose ?? 'export',
      definition, fields: planned.fields.map(({ field }) => field.name), filter: planned.filter, sort: request.sort,
    },
  });
};

const forgetEpoch = async (deps: ActivityDeps, jobId: string, lostEpoch: number): Promise<void> => {
  const job = await jobForWork(deps.pool, jobId);
  if (job.planEpoch !== lostEpoch) return;
  await deps.ahead?.drop(jobId);
  await dropStaging(deps.pool, jobId);
  // Files that were put together already hold an older state than the new freezing.
  await forgetExportFiles(deps.pool, jobId);
  await deps.storage.remove(exportPrefix(jobId));
  await moveJob(deps.pool, { jobId, from: ['staging', 'closing'], to: 'planning', patch: { planEpoch: lostEpoch + 1, chunksPlanned: null, rowsTotal: null } });
};
