/**
 * The rejected rows with their bytes and every reason (promise 6). Read by pages that are bounded in bytes, because one row may have
 * 64 MiB, and without a transaction that lasts as long as a download.
 */
import type { Issue } from '../contracts/issue-codes.ts';
import { epochValues } from './chunk-key.ts';
import type { Queryable } from './connection.ts';
import { currentEpoch, issuesOfRows } from './issues.ts';
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

/** The epoch comes as constants, so that a page is a walk along the primary key and not a sort of all that is left. */
const pageSql = `
  select q.row_no as "rowNo", q.line_no as "lineNo", q.outcome, q.raw
  from (
    select p.*, sum(octet_length(p.raw)) over (order by p.row_no) as bytes_so_far, row_number() over (order by p.row_no) as nth
    from (
      select w.row_no, w.line_no, w.outcome, w.raw from waybill.quarantine w
      where w.job_id = $1 and w.round = $2 and w.plan_epoch = $3 and w.row_no > $4 order by w.row_no limit ${pageRows}) p) q
  where q.nth = 1 or q.bytes_so_far <= ${pageBytes} order by q.row_no`;

export async function* streamQuarantine(db: Queryable, input: StreamQuarantineInput): AsyncGenerator<QuarantinedRow, void, undefined> {
  await refuseReader(db, input);
  const epoch = await currentEpoch(db, input.jobId);
  for (let after = 0; ;) {
    const { rows } = await db.query<Omit<QuarantinedRow, 'issues'>>(pageSql, [...epochValues(epoch), after]);
    const first = rows[0], last = rows.at(-1);
    if (first === undefined || last === undefined) return;
    const issues = await issuesOfRows(db, epoch, { from: first.rowNo, to: last.rowNo });
    yield* rows.map((row) => ({ ...row, issues: issues.get(row.rowNo) ?? [] }));
    after = last.rowNo;
  }
}
