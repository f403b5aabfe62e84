/** Receipts are written once and never changed. */
import { receiptSchema, type Receipt } from '../contracts/receipt.ts';
import type { Queryable } from './connection.ts';

/** The receipt that stands for the round: this one, or the one that an earlier attempt wrote. */
export const saveReceipt = async (
  db: Queryable, { jobId, round, receipt }: { readonly jobId: string; readonly round: number; readonly receipt: Receipt },
): Promise<Receipt> => {
  await db.query('insert into waybill.receipts (job_id, round, receipt) values ($1, $2, $3) on conflict (job_id, round) do nothing', [jobId, round, JSON.stringify(receipt)]);
  return await findReceipt(db, { jobId, round }) ?? receipt;
};

/** Of the given round, else the newest. */
export const findReceipt = async (db: Queryable, { jobId, round }: { readonly jobId: string; readonly round?: number }): Promise<Receipt | null> => {
  const { rows } = await db.query<{ receipt: unknown }>(
    'select receipt from waybill.receipts where job_id = $1 and ($2::integer is null or round = $2) order by round desc limit 1', [jobId, round ?? null]);
  return rows[0] === undefined ? null : receiptSchema.parse(rows[0].receipt);
};
