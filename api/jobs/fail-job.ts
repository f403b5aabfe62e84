/**
 * Fails a job that no workflow can end any more, as activities/end-job.ts would have: state, audit event and receipt stand together, so an
 * API that dies on the way leaves a job that the next sweep finds.
 */
import { systemActor } from '../../contracts/actor.ts';
import { engineVersion } from '../../contracts/engine-version.ts';
import type { ErrorCode } from '../../contracts/errors.ts';
import { runningStates } from '../../contracts/job-states.ts';
import type { Receipt } from '../../contracts/receipt.ts';
import { receiptSelection } from '../../core/export/receipt-selection.ts';
import { signAuditHead } from '../../core/receipt/audit-chain.ts';
import { signReceipt } from '../../core/receipt/receipt-signing.ts';
import type { SigningKey } from '../../core/receipt/signing-key.ts';
import { appendAudit, auditHead, saveHeadSignature } from '../../db/audit.ts';
import { inTransaction, type Pool, type Queryable } from '../../db/connection.ts';
import { releaseWriter } from '../../db/dataset-writers.ts';
import type { Job } from '../../db/job.ts';
import { moveJob } from '../../db/move-job.ts';
import { readExportReceiptFacts } from '../../db/export-receipt-facts.ts';
import { readReceiptFacts } from '../../db/receipt-facts.ts';
import { saveReceipt } from '../../db/receipts.ts';
import { dropStaging } from '../../db/staging-table.ts';
import { writeReceiptFile } from '../../storage/receipt-file.ts';
import { exportPrefix, spoolKey } from '../../storage/storage-keys.ts';
import type { Storage } from '../../storage/storage.ts';

export interface FailJobDeps {
  readonly pool: Pool;
  readonly storage: Storage;
  readonly signingKey: SigningKey;
  readonly receiptsFolder: string;
}

export const failJob = async (deps: FailJobDeps, job: Job, code: ErrorCode): Promise<void> => {
  const { pool, storage, receiptsFolder } = deps;
  const { jobId, datasetId } = job;
  const receipt = await inTransaction(pool, async (tx) => endAsFailed(tx, { job, code, key: deps.signingKey }));
  await dropStaging(pool, jobId);
  await storage.remove(job.kind === 'export' ? exportPrefix(jobId) : spoolKey(jobId));
  if (datasetId !== null) await releaseWriter(pool, { datasetId, jobId });
  if (receipt !== null) await writeReceiptFile(receiptsFolder, receipt);
};

interface Failing { readonly job: Job; readonly code: ErrorCode; readonly key: SigningKey }

/** Null: the job closed itself meanwhile, and stays as it ended. */
const endAsFailed = async (tx: Queryable, { job, code, key }: Failing): Promise<Receipt | null> => {
  const { jobId, round, org, books } = job;
  if (!await moveJob(tx, { jobId, from: runningStates, to: 'failed', patch: { errorCode: code, waitsFor: null } })) return null;
  await appendAudit(tx, { actor: { ...systemActor, org }, action: `${job.kind}.failed`, jobId, details: { code, from: job.state } });
  const facts = job.kind === 'export' ? await readExportReceiptFacts(tx, { jobId, state: 'failed', engineVersion, selectionOf: receiptSelection })
    : await readReceiptFacts(tx, { jobId, end: { state: 'failed', books }, engineVersion });
  const head = await auditHead(tx);
  const receipt = await saveReceipt(tx, { jobId, round, receipt: signReceipt({ ...facts, auditHead: head }, key) });
  await saveHeadSignature(tx, signAuditHead(head, key));
  return receipt;
};
