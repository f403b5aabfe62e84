/**
 * The receipt of an ended job: signed, kept in the database and written to a file for people. It binds the head of the audit chain, which is
 * signed with it, so that an owner of the database cannot rewrite what went before unseen (design 10.17).
 */
import { randomUUID } from 'node:crypto';
import { mkdir, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Books } from '../contracts/books.ts';
import { importRequestSchema } from '../contracts/import-request.ts';
import type { FinalState } from '../contracts/job-states.ts';
import type { Receipt, ReceiptBody } from '../contracts/receipt.ts';
import { signAuditHead } from '../core/receipt/audit-chain.ts';
import { signReceipt } from '../core/receipt/receipt-signing.ts';
import { auditHead, saveHeadSignature } from '../db/audit.ts';
import { groupIssues } from '../db/issues.ts';
import { findReceipt, saveReceipt } from '../db/receipts.ts';
import { findSourceFile } from '../db/source-files.ts';
import type { ActivityDeps } from './activity-deps.ts';
import { jobForWork } from './job-for-work.ts';

export interface JobEnd {
  readonly state: FinalState;
  /** Null when the job ended before there was a draft. */
  readonly books: Books | null;
}

/** The same receipt however often it is asked for. */
export const sealReceipt = (deps: ActivityDeps, jobId: string, end: JobEnd): Promise<Receipt> => sealBody(deps, jobId, () => receiptBody(deps, jobId, end));

/** The body is made once; of every kind of job. */
export const sealBody = async (deps: ActivityDeps, jobId: string, makeBody: () => Promise<ReceiptBody>): Promise<Receipt> => {
  const { round } = await jobForWork(deps.pool, jobId);
  const receipt = await findReceipt(deps.pool, { jobId, round })
    ?? await saveReceipt(deps.pool, { jobId, round, receipt: signReceipt(await makeBody(), deps.signingKey) });
  const { auditHead: head } = receipt.body;
  if (head.seq > 0) await saveHeadSignature(deps.pool, signAuditHead(head, deps.signingKey));
  await writeReceiptFile(deps.receiptsFolder, jobId, receipt);
  return receipt;
};

/** What such a job waited for on its way may still stand in its row. */
const completed: ReadonlySet<FinalState> = new Set(['completed', 'completed_with_rejects']);

const receiptBody = async (deps: ActivityDeps, jobId: string, { state, books }: JobEnd): Promise<ReceiptBody> => {
  const job = await jobForWork(deps.pool, jobId);
  const { sha256, dataset } = importRequestSchema.parse(job.request);
  const source = await findSourceFile(deps.pool, { org: job.org, sha256 });
  return {
    schemaVersion: 1, kind: 'import', jobId, round: job.round, org: job.org, actor: job.owner, partner: job.partner, purpose: job.purpose,
    dataset, datasetVersion: job.datasetVersion, planHash: job.planHash, planEpoch: job.planEpoch, source: { sha256, bytes: source?.bytes ?? 0 },
    state, errorCode: completed.has(state) ? null : job.errorCode, books, issueCounts: await countIssues(deps, jobId), engineVersion: deps.engineVersion,
    startedAt: (job.startedAt ?? job.createdAt).toISOString(), committedAt: job.committedAt?.toISOString() ?? null, auditHead: await auditHead(deps.pool),
  };
};

const countIssues = async (deps: ActivityDeps, jobId: string): Promise<Readonly<Record<string, number>>> => {
  const counts: Record<string, number> = {};
  for (const group of await groupIssues(deps.pool, jobId)) counts[group.code] = (counts[group.code] ?? 0) + group.count;
  return counts;
};

const writeReceiptFile = async (folder: string, jobId: string, receipt: Receipt): Promise<void> => {
  await mkdir(folder, { recursive: true });
  const path = join(folder, `${jobId}.json`);
  // Two attempts may write it at once; each has a draft of its own.
  const draft = `${path}.${randomUUID()}.part`;
  await writeFile(draft, `${JSON.stringify(receipt, null, 2)}\n`);
  await rename(draft, path);
};
