import { mkdir, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Books } from '../contracts/books.ts';
import type { FinalState } from '../contracts/job-states.ts';
import { importRequestSchema } from '../contracts/import-request.ts';
import type { Receipt, ReceiptBody } from '../contracts/receipt.ts';
import { signReceipt } from '../core/receipt/receipt-signing.ts';
import { appendAudit, auditHead } from '../db/audit.ts';
import { inTransaction } from '../db/connection.ts';
import { releaseWriter } from '../db/dataset-writers.ts';
import { indexOrigins } from '../db/record-origins.ts';
import { groupIssues } from '../db/issues.ts';
import { moveJob } from '../db/move-job.ts';
import { findReceipt, saveReceipt } from '../db/receipts.ts';
import { findSourceFile } from '../db/source-files.ts';
import { dropStaging } from '../db/staging-table.ts';
import { spoolKey } from '../storage/storage-keys.ts';
import type { ActivityDeps } from './activity-deps.ts';
import { actorOf } from './commit-job.ts';
import { jobForWork, plannedJob } from './job-for-work.ts';
import type { PlannedJob } from './job-for-work.ts';

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
  const receipt = await sealReceipt(deps, planned, { state, books });
  await writeReceiptFile(deps.receiptsFolder, jobId, receipt);
  await releaseWriter(deps.pool, { datasetId: planned.datasetId, jobId });
  await inTransaction(deps.pool, async (tx) => {
    if (await moveJob(tx, { jobId, from: ['closing'], to: state, patch: { errorCode: null, errorPlace: null } }))
      await appendAudit(tx, { actor: actorOf(planned), action: 'import.completed', jobId, details: { state, receiptKey: receipt.signature.keyId } });
  });
  return { state };
};

const sealReceipt = async (
  deps: ActivityDeps, planned: PlannedJob, { state, books }: { readonly state: FinalState; readonly books: Books },
): Promise<Receipt> => {
  const { job } = planned;
  const earlier = await findReceipt(deps.pool, { jobId: job.jobId, round: job.round });
  if (earlier !== null) return earlier;
  const body = await receiptBody(deps, planned, { state, books });
  return saveReceipt(deps.pool, { jobId: job.jobId, round: job.round, receipt: signReceipt(body, deps.signingKey) });
};

const receiptBody = async (
  deps: ActivityDeps, { plan, planHash, ...planned }: PlannedJob, { state, books }: { readonly state: FinalState; readonly books: Books },
): Promise<ReceiptBody> => {
  const job = await jobForWork(deps.pool, planned.job.jobId);
  const { sha256 } = importRequestSchema.parse(job.request);
  const source = await findSourceFile(deps.pool, { org: job.org, sha256 });
  const issues = await groupIssues(deps.pool, job.jobId);
  const issueCounts: Record<string, number> = {};
  for (const group of issues) issueCounts[group.code] = (issueCounts[group.code] ?? 0) + group.count;
  return {
    schemaVersion: 1, kind: 'import', jobId: job.jobId, round: job.round, org: job.org, actor: job.owner, partner: job.partner, purpose: job.purpose,
    dataset: plan.dataset, datasetVersion: plan.datasetVersion, planHash, planEpoch: job.planEpoch, source: { sha256, bytes: source?.bytes ?? 0 },
    state, books, issueCounts, engineVersion: deps.engineVersion, startedAt: (job.startedAt ?? job.createdAt).toISOString(),
    committedAt: job.committedAt?.toISOString() ?? null, auditHead: await auditHead(deps.pool),
  };
};

const writeReceiptFile = async (folder: string, jobId: string, receipt: Receipt): Promise<void> => {
  await mkdir(folder, { recursive: true });
  const path = join(folder, `${jobId}.json`);
  await writeFile(`${path}.part`, `${JSON.stringify(receipt, null, 2)}\n`);
  await rename(`${path}.part`, path);
};
