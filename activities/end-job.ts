import { systemActor } from '../contracts/actor.ts';
import type { ErrorCode, ErrorPlace } from '../contracts/errors.ts';
import { isFinal, mayFollow, runningStates } from '../contracts/job-states.ts';
import type { FinalState } from '../contracts/job-states.ts';
import { appendAudit } from '../db/audit.ts';
import { inTransaction } from '../db/connection.ts';
import { releaseWriter } from '../db/dataset-writers.ts';
import type { Job } from '../db/find-job.ts';
import { findJudgement, saveJudgement } from '../db/judgements.ts';
import { readLedgerCounts } from '../db/ledger-counts.ts';
import { moveJob } from '../db/move-job.ts';
import { dropStaging } from '../db/staging-table.ts';
import { spoolKey } from '../storage/storage-keys.ts';
import type { ActivityDeps } from './activity-deps.ts';
import { jobForWork } from './job-for-work.ts';
import { sealReceipt } from './seal-receipt.ts';

export interface EndJobInput {
  readonly jobId: string;
  readonly state: Exclude<FinalState, 'completed' | 'completed_with_rejects' | 'undone'>;
  readonly code: ErrorCode | null;
  readonly place: ErrorPlace;
}
export interface EndJobResult { readonly state: FinalState }

/** Ends a job that commits nothing: refused, cancelled, stopped by its limits or failed. Its staging goes, its issues and rejected rows stay. */
export const createEndJob = (deps: ActivityDeps) => async ({ jobId, state, code, place }: EndJobInput): Promise<EndJobResult> => {
  const job = await jobForWork(deps.pool, jobId);
  const ended = isFinal(job.state) ? job.state : null;
  // A worker may have died between the end and the cleaning, so an ended job is cleaned again.
  if (ended === null) await inTransaction(deps.pool, async (tx) => {
    const from = runningStates.filter((running) => mayFollow(running, state));
    const moved = await moveJob(tx, { jobId, from, to: state, patch: { errorCode: code, errorPlace: place, waitsFor: null } });
    if (moved) await appendAudit(tx, { actor: { ...systemActor, id: job.owner, org: job.org }, action: `import.${state}`, jobId, details: { code, from: job.state } });
  });
  await dropStaging(deps.pool, jobId);
  await deps.storage.remove(spoolKey(jobId));
  if (job.datasetId !== null) await releaseWriter(deps.pool, { datasetId: job.datasetId, jobId });
  if (state === 'stopped_by_limits') await noteFirstError(deps, job);
  const { books } = await jobForWork(deps.pool, jobId);
  await sealReceipt(deps, jobId, { state: ended ?? state, books });
  return { state: ended ?? state };
};

/** A job that a rejected row stops while it is staged has no draft whose limits could be judged. */
const noteFirstError = async ({ pool }: ActivityDeps, { jobId, round, planEpoch }: Job): Promise<void> => {
  const { fileFindings, exceededLimits } = await findJudgement(pool, jobId);
  if (exceededLimits.length > 0) return;
  const { rowsRead, rowsQuarantined, rowsUnreadable } = await readLedgerCounts(pool, { jobId, round, planEpoch });
  await saveJudgement(pool, { jobId, round }, { fileFindings, exceededLimits: [{ limit: 'first_error', name: null, count: rowsQuarantined + rowsUnreadable, read: rowsRead, max: 0, maxPercent: null }] });
};
