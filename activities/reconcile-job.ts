import { importRequestSchema } from '../contracts/import-request.ts';
import type { Books } from '../contracts/books.ts';
import type { Limits } from '../contracts/plan-document.ts';
import { WaybillError } from '../contracts/errors.ts';
import { missingChunks } from '../db/chunks.ts';
import { acquireWriter } from '../db/dataset-writers.ts';
import type { Job } from '../db/job.ts';
import { readLedgerCounts } from '../db/ledger-counts.ts';
import { moveJob, noteJob } from '../db/move-job.ts';
import { reconcile } from '../db/reconcile.ts';
import { archiveKey } from '../storage/storage-keys.ts';
import type { ActivityDeps } from './activity-deps.ts';
import { exceedsLimits } from './exceeds-limits.ts';
import { plannedJob } from './job-for-work.ts';
import { mayRepeatKeys } from './may-repeat-keys.ts';
import { loadTargetOf } from './load-target-of.ts';
import { readBackRejects } from './read-back-rejects.ts';

export interface ReconcileJobInput { readonly jobId: string; readonly round: number; readonly planEpoch: number }
export type ReconcileJobResult =
  /** A crash of PostgreSQL emptied the staging: these chunks are staged again (promise 4). */
  | { readonly kind: 'missing'; readonly chunks: readonly number[] }
  /** Another job writes to the dataset. */
  | { readonly kind: 'waits'; readonly job: string }
  | { readonly kind: 'drafted'; readonly books: Books; readonly limits: Limits; readonly exceeded: boolean; readonly dryRun: boolean };

/** At most so many missing chunks a turn, so that the result stays small; the next turn finds the rest. */
const missingAtOnce = 2_000;

export const createReconcileJob = (deps: ActivityDeps) => async (epoch: ReconcileJobInput, signal: AbortSignal): Promise<ReconcileJobResult> => {
  const planned = await plannedJob(deps.pool, epoch.jobId);
  const { job, plan, datasetId } = planned;
  const chunks = await missingChunks(deps.pool, epoch);
  if (chunks.length > 0) {
    await moveJob(deps.pool, { jobId: job.jobId, from: ['reconciling'], to: 'staging' });
    return { kind: 'missing', chunks: chunks.slice(0, missingAtOnce) };
  }
  await moveJob(deps.pool, { jobId: job.jobId, from: ['staging', 'committing'], to: 'reconciling' });
  const { dryRun } = importRequestSchema.parse(job.request);
  const writer = await acquireWriter(deps.pool, { datasetId, jobId: job.jobId });
  if (!writer.acquired) return { kind: 'waits', job: writer.holder };
  const proof = proveSource(deps, job, signal);
  proof.catch(() => undefined);
  const { rowsStaged } = await readLedgerCounts(deps.pool, epoch);
  const draft = await reconcile(deps.pool, loadTargetOf(planned), { staged: rowsStaged, mayRepeatKeys: mayRepeatKeys(deps.pool, epoch, rowsStaged) });
  await proof;
  await readBackRejects(deps, planned);
  await noteJob(deps.pool, { jobId: job.jobId, patch: { draftHash: draft.hash, draft, books: draft.books } });
  return { kind: 'drafted', books: draft.books, limits: plan.limits, exceeded: exceedsLimits(draft.books, plan), dryRun };
};

/**
 * Now that every chunk has been read, the archive still has the hash under which it was received. On a thread of its own, while the database
 * works; a failure is looked at when its turn comes.
 */
const proveSource = async (deps: ActivityDeps, { sourceSha256 }: Job, signal: AbortSignal): Promise<void> => {
  if (sourceSha256 === null) return;
  if (await deps.hashOnThread(archiveKey(sourceSha256), signal) !== sourceSha256) throw new WaybillError('FILE_CHANGED', 'The archived copy no longer has the hash under which it was received.');
};
