/** What a round committed; written in the commit's own transaction, so a retried commit reads it first (design 10.3). */
import { booksSchema, type Books } from '../contracts/books.ts';
import type { Queryable } from './connection.ts';

export interface Commit {
  readonly jobId: string;
  readonly round: number;
  readonly datasetId: number;
  readonly datasetVersion: number;
  readonly planHash: string;
  readonly draftHash: string;
  readonly books: Books;
  /** 64-bit transaction id, as text. */
  readonly committedXid: string;
  readonly committedAt: Date;
}

export const findCommit = async (db: Queryable, { jobId, round }: { readonly jobId: string; readonly round: number }): Promise<Commit | null> => {
  const { rows: [row] } = await db.query<Commit>(`
    select job_id as "jobId", round, dataset_id as "datasetId", dataset_version as "datasetVersion", plan_hash as "planHash", draft_hash as "draftHash",
      books, committed_xid::text as "committedXid", committed_at as "committedAt"
    from waybill.commits where job_id = $1 and round = $2`, [jobId, round]);
  return row === undefined ? null : { ...row, books: booksSchema.parse(row.books) };
};
