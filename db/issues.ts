/** What was wrong, of the job's current round and epoch: an epoch that was disproved leaves nothing to see. */
import type { Actor } from '../contracts/actor.ts';
import { WaybillError } from '../contracts/errors.ts';
import type { Issue, IssueCode, Severity } from '../contracts/issue-codes.ts';
import { epochValues, type EpochKey } from './chunk-key.ts';
import type { Queryable } from './connection.ts';
import { refuseReader } from './reader.ts';

export interface IssueCursor {
  readonly rowNo: number;
  /** From 1 within the row. */
  readonly seq: number;
}
export interface PageIssuesInput {
  readonly jobId: string;
  readonly actor: Actor;
  readonly purpose: string;
  readonly after?: IssueCursor;
  /** At most 1,000. */
  readonly limit: number;
}
export interface IssuePage {
  readonly issues: readonly Issue[];
  readonly next: IssueCursor | null;
}
export interface IssueGroup {
  readonly code: IssueCode;
  readonly field: string | null;
  readonly severity: Severity;
  readonly rule: string | null;
  /** Findings; a row of a list may have several. */
  readonly count: number;
  readonly rows: number;
  readonly firstRow: number;
  readonly lastRow: number;
}

export const countIssuesByField = async (db: Queryable, epoch: EpochKey, code: IssueCode): Promise<readonly { readonly field: string | null; readonly count: number }[]> => {
  const { rows } = await db.query<{ field: string | null; count: number }>(
    'select field, count(*) as count from waybill.issues where job_id = $1 and round = $2 and plan_epoch = $3 and code = $4 group by field order by field', [...epochValues(epoch), code]);
  return rows;
};

/** Where the issues of a job stand now; `$1` is the job's id. */
const ofCurrentEpoch = `from waybill.issues i join waybill.jobs j on j.job_id = i.job_id and j.round = i.round and j.plan_epoch = i.plan_epoch
  where j.job_id = $1`;

/** The order of a row's issues is the same whenever it is asked, so their numbers need no column (and COPY no sequence). */
const withinRow = 'i.column_no nulls last, i.field, i.code, i.rule, i.found_in';

/** The page's first `seq` issues are those of the row at which the page before stopped: they are stepped over, not counted. */
const pageSql = `
  select i.row_no as "rowNo", i.line_no as "lineNo", i.field, i.column_no as "columnNo", i.code, i.severity, i.rule
  from waybill.issues i where i.job_id = $1 and i.round = $2 and i.plan_epoch = $3 and i.row_no >= $4
  order by i.row_no, ${withinRow} offset $5 limit $6`;

const cursorAfter = (page: readonly Issue[], after: IssueCursor): IssueCursor => {
  const rowNo = page.at(-1)?.rowNo ?? after.rowNo;
  const ofRow = page.filter((issue) => issue.rowNo === rowNo).length;
  return { rowNo, seq: ofRow + (rowNo === after.rowNo ? after.seq : 0) };
};

export const currentEpoch = async (db: Queryable, jobId: string): Promise<EpochKey> => {
  const { rows: [epoch] } = await db.query<EpochKey>('select job_id as "jobId", round, plan_epoch as "planEpoch" from waybill.jobs where job_id = $1', [jobId]);
  if (epoch === undefined) throw new WaybillError('JOB_UNKNOWN', 'There is no such job.', { job: jobId });
  return epoch;
};

export const pageIssues = async (db: Queryable, { jobId, actor, purpose, after = { rowNo: 0, seq: 0 }, limit }: PageIssuesInput): Promise<IssuePage> => {
  await refuseReader(db, { jobId, actor, purpose });
  const size = Math.max(1, Math.min(limit, 1000));
  const { rows } = await db.query<Issue>(pageSql, [...epochValues(await currentEpoch(db, jobId)), after.rowNo, after.seq, size + 1]);
  const issues = rows.slice(0, size);
  return { issues, next: rows.length > size ? cursorAfter(issues, after) : null };
};

/** The issues of a span of rows (both ends belong to it), by row, in their order within it. */
export const issuesOfRows = async (
  db: Queryable, epoch: EpochKey, { from, to }: { readonly from: number; readonly to: number },
): Promise<ReadonlyMap<number, readonly Issue[]>> => {
  const { rows } = await db.query<Issue>(`
    select i.row_no as "rowNo", i.line_no as "lineNo", i.field, i.column_no as "columnNo", i.code, i.severity, i.rule
    from waybill.issues i where i.job_id = $1 and i.round = $2 and i.plan_epoch = $3 and i.row_no between $4 and $5
    order by i.row_no, ${withinRow}`, [...epochValues(epoch), from, to]);
  const byRow = new Map<number, Issue[]>();
  for (const issue of rows) {
    const ofRow = byRow.get(issue.rowNo);
    if (ofRow === undefined) byRow.set(issue.rowNo, [issue]); else ofRow.push(issue);
  }
  return byRow;
};

/** The kinds of findings, most frequent first. Names and numbers only. */
export const groupIssues = async (db: Queryable, jobId: string): Promise<readonly IssueGroup[]> => {
  const { rows } = await db.query<IssueGroup>(`
    select i.code, i.field, i.severity, i.rule, count(*) as count, count(distinct i.row_no) as rows, min(i.row_no) as "firstRow", max(i.row_no) as "lastRow"
    ${ofCurrentEpoch} group by i.code, i.field, i.severity, i.rule order by rows desc, i.code, i.field nulls first, i.rule nulls first`, [jobId]);
  return rows;
};
