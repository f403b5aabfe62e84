import type { Books } from '../contracts/books.ts';
import { importRequestSchema } from '../contracts/import-request.ts';
import type { FinalState } from '../contracts/job-states.ts';
import { rememberedNames, saidByOperator } from '../core/mapping/confirmed-names.ts';
import { appendAudit } from '../db/audit.ts';
import { rememberMappings } from '../db/confirmed-mappings.ts';
import { inTransaction, type Queryable } from '../db/connection.ts';
import { releaseWriter } from '../db/dataset-writers.ts';
import { answerOf } from '../db/job-question.ts';
import { indexOrigins } from '../db/record-origins.ts';
import { moveJob } from '../db/move-job.ts';
import { dropStaging } from '../db/staging-table.ts';
import { spoolKey } from '../storage/storage-keys.ts';
import type { ActivityDeps } from './activity-deps.ts';
import { actorOf } from './commit-job.ts';
import { plannedJob, type PlannedJob } from './job-for-work.ts';
import { sealReceipt } from './seal-receipt.ts';

export interface CloseJobInput { readonly jobId: string; readonly books: Books }
export interface CloseJobResult { readonly state: FinalState }

/** After the commit (or the dry run): origins are indexed, the receipt is signed and written, nothing of the staging is left behind. Safe to run twice. */
export const createCloseJob = (deps: ActivityDeps) => async ({ jobId, books }: CloseJobInput): Promise<CloseJobResult> => {
  await moveJob(deps.pool, { jobId, from: ['committing', 'reconciling'], to: 'closing' });
  const planned = await plannedJob(deps.pool, jobId);
  await indexOrigins(deps.pool, jobId);
  await dropStaging(deps.pool, jobId);
  await deps.storage.remove(spoolKey(jobId));
  const state: FinalState = books.quarantined + books.unreadable > 0 ? 'completed_with_rejects' : 'completed';
  const receipt = await sealReceipt(deps, jobId, { state, books });
  await releaseWriter(deps.pool, { datasetId: planned.datasetId, jobId });
  await inTransaction(deps.pool, async (tx) => {
    if (!await moveJob(tx, { jobId, from: ['closing'], to: state, patch: { errorCode: null, errorPlace: null } })) return;
    await remember(tx, planned);
    await appendAudit(tx, { actor: actorOf(planned), action: 'import.completed', jobId, details: { state, receiptKey: receipt.signature.keyId } });
  });
  return { state };
};

/** What an operator said of a file that was written is evidence for the next one; a dry run proves nothing. */
const remember = async (tx: Queryable, { job, plan, datasetId }: PlannedJob): Promise<void> => {
  const answer = answerOf(job);
  if (importRequestSchema.parse(job.request).dryRun || answer?.remember === false) return;
  await rememberMappings(tx, {
    org: job.org, datasetId, partner: job.partner, jobId: job.jobId, names: saidByOperator(plan.mapping, plan.parse, answer?.ignored), fileColumns: rememberedNames(plan.parse).filter((name) => name !== ''),
  });
};
