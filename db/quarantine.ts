/**
 * The rejected rows with their bytes and every reason (promise 6). Read by pages that are bounded in bytes, because one row may have
 * 64 MiB, and without a transaction that lasts as long as a download.
 */
import type { Issue } from '../contracts/issue-codes.ts';
import type { Queryable } from './connection.ts';
import { refuseReader, type Reader } from './reader.ts';

export interface QuarantinedRow {
  readonly rowNo: number;
  readonly lineNo: number;
  readonly outcome: 'quarantined' | 'unreadable';
  /** The record's bytes as in the source (or its UTF-8 spool); null when only the dataset refused it and they were not read back. */
  readonly raw: Buffer | null;
  readonly issues: readonly Issue[];
}
export interface StreamQuarantineInput extends Reader {
  readonly jobId: string;
}

const pageRows = 500;
const pageBytes = 8 * 1024 * 1024;

const pageSql = `
  select q.row_no as "rowNo", q.line_no as "lineNo", q.outcome, q.raw, coalesce((
      select json_agg(json_build_object('rowNo', i.row_no, 'lineNo', i.line_no, 'field', i.field, 'columnNo', i.column_no, 'code', i.code, 'severity', i.severity)
        order by i.column_no nulls last, i.field, i.code, i.found_in)
      from waybill.issues i where i.job_id = $1 and i.round = q.round and i.plan_epoch = q.plan_epoch and i.row_no = q.row_no), '[]') as issues
  from (
    select p.*, sum(octet_length(p.raw)) over (order by p.row_no) as bytes_so_far, row_number() over (order by p.row_no) as nth
    from (
      select w.* from waybill.quarantine w join waybill.jobs j on j.job_id = w.job_id and j.round = w.round and j.plan_epoch = w.plan_epoch
      where w.job_id = $1 and w.row_no > $2 order by w.row_no limit ${pageRows}) p) q
  where q.nth = 1 or q.bytes_so_far <= ${pageBytes} order by q.row_no`;

export async function* streamQuarantine(db: Queryable, input: StreamQuarantineInput): AsyncGenerator<QuarantinedRow, void, undefined> {
  await refuseReader(db, input);
  for (let after = 0; ;) {
    const { rows } = await db.query<QuarantinedRow>(pageSql, [input.jobId, after]);
    const last = rows.at(-1);
    if (last === undefined) return;
    yield* rows;
    after = last.rowNo;
  }
}
