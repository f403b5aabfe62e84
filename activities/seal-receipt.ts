/**
 * The receipt of an ended job: signed, kept in the database and written to a file for people. It binds the head of the audit chain, which is
 * signed with it, so that an owner of the database cannot rewrite what went before unseen (design 10.17).
 */
import type { Receipt, ReceiptBody } from '../contracts/receipt.ts';
import { signAuditHead } from '../core/receipt/audit-chain.ts';
import { signReceipt } from '../core/receipt/receipt-signing.ts';
import { auditHead, saveHeadSignature } from '../db/audit.ts';
import { readReceiptFacts } from '../db/receipt-facts.ts';
import type { JobEnd } from '../db/receipt-facts.ts';
import { findReceipt, saveReceipt } from '../db/receipts.ts';
import { writeReceiptFile } from '../storage/receipt-file.ts';
import type { ActivityDeps } from './activity-deps.ts';
import { jobForWork } from './job-for-work.ts';

/** The same receipt however often it is asked for. */
export const sealReceipt = async (deps: ActivityDeps, jobId: string, end: JobEnd): Promise<Receipt> => {
  const { round } = await jobForWork(deps.pool, jobId);
  const receipt = await findReceipt(deps.pool, { jobId, round })
    ?? await saveReceipt(deps.pool, { jobId, round, receipt: signReceipt(await receiptBody(deps, jobId, end), deps.signingKey) });
  const { auditHead: head } = receipt.body;
  if (head.seq > 0) await saveHeadSignature(deps.pool, signAuditHead(head, deps.signingKey));
  await writeReceiptFile(deps.receiptsFolder, receipt);
  return receipt;
};

const receiptBody = async ({ pool, engineVersion }: ActivityDeps, jobId: string, end: JobEnd): Promise<ReceiptBody> =>
  ({ ...await readReceiptFacts(pool, { jobId, end, engineVersion }), auditHead: await auditHead(pool) });
