/** Rows of which reconcile found something, and what is read back of them: their lines, and the content of those that are rejected. */
import type { EpochKey } from './chunk-key.ts';
import { epochValues } from './chunk-key.ts';
import type { Queryable } from './connection.ts';

export interface CompletedReject {
  readonly rowNo: number;
  readonly lineNo: number;
  /** Null: the row is not rejected. */
  readonly raw: Buffer | null;
}
export interface BareRows { readonly chunkNo: number; readonly rejected: readonly number[]; readonly told: readonly number[] }

export const chunksOfBareRows = async (db: Queryable, epoch: EpochKey): Promise<readonly BareRows[]> => {
  const where = `job_id = $1 and round = $2 and plan_epoch = $3 and found_in = 'r'`;
  const { rows } = await db.query<{ chunk_no: number; rejected: string | null; told: string | null }>(
    `select chunk_no, (jsonb_agg(row_no) filter (where rejected))::text as rejected, (jsonb_agg(row_no) filter (where not rejected))::text as told from (
       select chunk_no, row_no, true as rejected from waybill.quarantine where ${where} and raw is null
       union select i.chunk_no, i.row_no, false from waybill.issues i where ${where} and i.line_no = 0 and not exists (
         select 1 from waybill.quarantine q where q.job_id = i.job_id and q.round = i.round and q.plan_epoch = i.plan_epoch and q.row_no = i.row_no)
     ) bare group by chunk_no order by chunk_no`, epochValues(epoch));
  return rows.map((row) => ({ chunkNo: row.chunk_no, rejected: numbersOf(row.rejected), told: numbersOf(row.told) }));
};

const numbersOf = (text: string | null): readonly number[] => (text === null ? [] : JSON.parse(text) as number[]);

const together = 500;

export const completeRejects = async (db: Queryable, epoch: EpochKey, rejects: readonly CompletedReject[]): Promise<void> => {
  for (let at = 0; at < rejects.length; at += together) {
    const part = rejects.slice(at, at + together);
    const values = [...epochValues(epoch), part.map((row) => row.rowNo), part.map((row) => row.lineNo)];
    const rows = 'unnest($4::bigint[], $5::bigint[]';
    const where = 'x.job_id = $1 and x.round = $2 and x.plan_epoch = $3 and x.row_no = r.row_no';
    await db.query(`update waybill.quarantine x set line_no = r.line_no, raw = r.raw from ${rows}, $6::bytea[]) r (row_no, line_no, raw) where ${where} and r.raw is not null`,
      [...values, part.map((row) => row.raw)]);
    await db.query(`update waybill.issues x set line_no = r.line_no from ${rows}) r (row_no, line_no) where ${where} and x.found_in = 'r'`, values);
  }
};
