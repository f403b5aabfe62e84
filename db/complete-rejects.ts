/** Rejected rows that reconcile found, and the content that is read back for them. */
import type { EpochKey } from './chunk-key.ts';
import { epochValues } from './chunk-key.ts';
import type { Queryable } from './connection.ts';

export interface CompletedReject {
  readonly rowNo: number;
  readonly lineNo: number;
  readonly raw: Buffer;
}

export const chunksOfBareRejects = async (db: Queryable, epoch: EpochKey): Promise<readonly { readonly chunkNo: number; readonly rows: readonly number[] }[]> => {
  const { rows } = await db.query<{ chunk_no: number; rows: string }>(
    `select chunk_no, jsonb_agg(row_no)::text as rows from waybill.quarantine
     where job_id = $1 and round = $2 and plan_epoch = $3 and found_in = 'r' and raw is null group by chunk_no order by chunk_no`, epochValues(epoch));
  return rows.map((row) => ({ chunkNo: row.chunk_no, rows: JSON.parse(row.rows) as number[] }));
};

const together = 500;

export const completeRejects = async (db: Queryable, epoch: EpochKey, rejects: readonly CompletedReject[]): Promise<void> => {
  for (let at = 0; at < rejects.length; at += together) {
    const part = rejects.slice(at, at + together);
    const values = [...epochValues(epoch), part.map((row) => row.rowNo), part.map((row) => row.lineNo)];
    const rows = 'unnest($4::bigint[], $5::bigint[]';
    const where = 'x.job_id = $1 and x.round = $2 and x.plan_epoch = $3 and x.row_no = r.row_no';
    await db.query(`update waybill.quarantine x set line_no = r.line_no, raw = r.raw from ${rows}, $6::bytea[]) r (row_no, line_no, raw) where ${where}`,
      [...values, part.map((row) => row.raw)]);
    await db.query(`update waybill.issues x set line_no = r.line_no from ${rows}) r (row_no, line_no) where ${where} and x.found_in = 'r'`, values);
  }
};
