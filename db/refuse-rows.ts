/**
 * Turns a set of rows into issues and, where they are to be and were not yet, rejected rows: what reconcile finds (promise 6). Their raw content is read back from the
 * archived file afterwards: keeping offsets a row in the staging would cost every row for the few.
 */
import type { IssueCode, Severity } from '../contracts/issue-codes.ts';
import { issueKinds } from '../contracts/issue-codes.ts';
import type { Queryable } from './connection.ts';
import type { LoadTarget } from './load-target.ts';

export interface Refusal {
  readonly code: IssueCode;
  readonly field: string | null;
  /** Of the import; it says how grave it is, and whether the row is rejected. Without one it is an error, and it is. */
  readonly rule?: { readonly name: string; readonly severity: Severity; readonly rejects: boolean };
  /** A query that yields `row_no` of the refused staged rows; no parameters. */
  readonly rows: string;
}

/** Returns how many rows were refused that had not been before. Line numbers are filled in when the rows are read back. */
export const refuseRows = async (tx: Queryable, target: LoadTarget, refusal: Refusal): Promise<number> => {
  const { jobId, round, planEpoch } = target.epoch;
  const { rows: [row] } = await tx.query<{ n: number }>(
    `with refused as materialized (${refusal.rows}), placed as (
       select distinct r.row_no, c.chunk_no from refused r
       join waybill.chunks c on c.job_id = $1 and c.round = $2 and c.plan_epoch = $3
         and r.row_no >= c.first_row and r.row_no < c.first_row + c.row_count
     ), noted as (
       insert into waybill.issues (job_id, round, plan_epoch, chunk_no, found_in, row_no, line_no, field, column_no, code, severity, rule)
       select $1, $2, $3, chunk_no, 'r', row_no, coalesce(known.line_no, 0), $4, null, $5, $6, $7 from placed left join lateral (
         select q.line_no from waybill.quarantine q where q.job_id = $1 and q.round = $2 and q.plan_epoch = $3 and q.row_no = placed.row_no) known on true
     ), kept as (
       insert into waybill.quarantine (job_id, round, plan_epoch, chunk_no, found_in, row_no, line_no, outcome)
       select $1, $2, $3, chunk_no, 'r', row_no, 0, 'quarantined' from placed where $8
       on conflict do nothing returning 1
     ) select count(*) as n from kept`,
    [jobId, round, planEpoch, refusal.field, refusal.code, refusal.rule?.severity ?? issueKinds[refusal.code].severity, refusal.rule?.name ?? null, refusal.rule?.rejects ?? true]);
  return row?.n ?? 0;
};
