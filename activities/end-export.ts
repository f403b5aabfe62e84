import { systemActor } from '../contracts/actor.ts';
import { isFinal, mayFollow, runningStates } from '../contracts/job-states.ts';
import { appendAudit } from '../db/audit.ts';
import { inTransaction } from '../db/connection.ts';
import { moveJob } from '../db/move-job.ts';
import { dropStaging } from '../db/staging-table.ts';
import { exportPrefix } from '../storage/storage-keys.ts';
import type { ActivityDeps } from './activity-deps.ts';
import type { EndJobInput, EndJobResult } from './end-job.ts';
import { jobForWork } from './job-for-work.ts';
import { sealExportReceipt } from './seal-export-receipt.ts';

/** Ends an export that lets nothing out: refused, cancelled or failed. Nothing of it is kept but its receipt. */
export const createEndExport = (deps: ActivityDeps) => async ({ jobId, state: wanted, code, place }: EndJobInput): Promise<EndJobResult> => {
  const job = await jobForWork(deps.pool, jobId);
  const ended = isFinal(job.state) ? job.state : null;
  // Once its files are assembled an export can only complete or fail.
  const state = ended !== null || mayFollow(job.state, wanted) ? wanted : 'failed';
  if (ended === null) await inTransaction(deps.pool, async (tx) => {
    const from = runningStates.filter((running) => mayFollow(running, state));
    const moved = await moveJob(tx, { jobId, from, to: state, patch: { errorCode: code, errorPlace: place, waitsFor: null } });
    if (moved) await appendAudit(tx, { actor: { ...systemActor, id: job.owner, org: job.org }, action: `export.${state}`, jobId, details: { code, from: job.state } });
  });
  await deps.ahead?.drop(jobId);
  await dropStaging(deps.pool, jobId);
  // A job that completed before its last step was told so keeps its files.
  if (ended !== 'completed') await deps.storage.remove(exportPrefix(jobId));
  await sealExportReceipt(deps, jobId, ended ?? state);
  return { state: ended ?? state };
};
