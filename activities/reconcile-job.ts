import { WaybillError } from '../contracts/errors.ts';
import { importRequestSchema } from '../contracts/import-request.ts';
import type { Books } from '../contracts/books.ts';
import type { Limits } from '../contracts/plan-document.ts';
import { missingChunks } from '../db/chunks.ts';
import { acquireWriter } from '../db/dataset-writers.ts';
import { expectSameShape } from '../db/expect-same-shape.ts';
import type { Job } from '../db/job.ts';
import { readLedgerCounts } from '../db/ledger-counts.ts';
import { moveJob, noteJob } from '../db/move-job.ts';
import { reconcile } from '../db/reconcile.ts';
import type { Draft } from '../db/reconcile.ts';
import type { ActivityDeps } from './activity-deps.ts';
import { judgeFile, refuseBrokenFile } from './judge-file.ts';
import { plannedJob } from './job-for-work.ts';
import { mayRepeatKeys } from './may-repeat-keys.ts';
import { loadTargetOf } from './load-target-of.ts';
import { readBackRejects } from './read-back-rejects.ts';
import { rowRulesOf } from './row-rules-of.ts';

export interface ReconcileJobInput { readonly jobId: string; readonly round: number; readonly planEpoch: number }
export type ReconcileJobResult =
  /** A crash of PostgreSQL emptied the staging: these chunks are staged again (promise 4). */
  | { readonly kind: 'missing'; readonly chunks: readonly number[] }
  /** Another job writes to the dataset. */
  | { readonly kind: 'waits'; readonly job: string }
  | { readonly kind: 'drafted'; readonly books: Books; readonly limits: Limits; readonly exceeded: boolean; readonly dryRun: boolean };

/** At most so many missing chunks a turn, so that the result stays small; the next turn finds the rest. */
const missingAtOnce = 2_000;

export const createReconcileJob = (deps: ActivityDeps) => async (epoch: ReconcileJobInput): Promise<ReconcileJobResult> => {
  const planned = await plannedJob(deps.pool, epoch.jobId);
  const { job, plan, datasetId } = planned;
  const chunks = await missingChunks(deps.pool, epoch);
  if (chunks.length > 0) {
    await moveJob(deps.pool, { jobId: job.jobId, from: ['reconciling'], to: 'staging' });
    return { kind: 'missing', chunks: chunks.slice(0, missingAtOnce) };
  }
  if (!await moveJob(deps.pool, { jobId: job.jobId, from: ['staging'], to: 'reconciling' }) && job.state !== 'reconciling') throw overtaken(job);
  const { dryRun } = importRequestSchema.parse(job.request);
  const writer = await acquireWriter(deps.pool, { datasetId, jobId: job.jobId });
  if (!writer.acquired) return { kind: 'waits', job: writer.holder };
  const { rowsStaged } = await readLedgerCounts(deps.pool, epoch);
  const repeats = mayRepeatKeys(deps.pool, epoch, rowsStaged);
  // Looked at when its turn comes; when the draft fails before, nobody does, and a rejection that nobody looks at ends the process.
  repeats.catch(() => undefined);
  const target = loadTargetOf(planned);
  const rowRules = await rowRulesOf(deps.pool, planned);
  const draft = await reconcile(deps.pool, target, {
    staged: rowsStaged, mayRepeatKeys: repeats, mustRehearse: (job.draft as Draft | null)?.rehearsed === true, mayCommit: !dryRun, rowRules,
  }).catch(async (error: unknown) => {
    // A column that is gone fails the draft; the table's change is the reason that helps.
    await expectSameShape(deps.pool, target, planned.fingerprint);
    throw error;
  });
  await readBackRejects(deps, planned);
  if (!await noteJob(deps.pool, { jobId: job.jobId, whenIn: 'reconciling', patch: { draftHash: draft.hash, draft, books: draft.books } })) throw overtaken(job);
  const { fileFindings, exceededLimits } = await judgeFile(deps, planned, { target, books: draft.books });
  refuseBrokenFile(fileFindings, plan);
  return { kind: 'drafted', books: draft.books, limits: plan.limits, exceeded: exceededLimits.length > 0, dryRun };
};

/** A zombie: another attempt has drafted, and the job has moved on. */
const overtaken = ({ jobId, state }: Job): WaybillError => new WaybillError('JOB_STATE', 'The job is no longer being drafted.', { job: jobId, state });
