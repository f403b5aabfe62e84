/**
 * The last resort for what cannot be probed set-wise (db/table-rules.ts): the load is tried under a savepoint and halved until the rows that
 * the database refuses are alone. Parts that went in stay in until the end, so that rows which exclude each other are found; then all of it is
 * rolled back.
 */
import type { IssueCode } from '../contracts/issue-codes.ts';
import type { Queryable } from './connection.ts';
import { isRowRefusal, sqlStateOf } from './database-errors.ts';
import { draftTable } from './draft.ts';
import type { DraftCounts } from './draft.ts';
import type { NewKey, RowFilter } from './load-draft.ts';
import { createRecords, updateRecords } from './load-draft.ts';
import type { LoadTarget } from './load-target.ts';
import { refuseRows } from './refuse-rows.ts';

/** Row numbers, both inclusive. */
interface Span { readonly from: number; readonly to: number }
interface RefusedRow { readonly rowNo: number; readonly code: IssueCode }
/** What the draft holds; a draft without changes has no table of them. */
export interface Rehearsal extends DraftCounts { readonly newKey: NewKey | null }

const codeOfState: Readonly<Record<string, IssueCode>> = { 23502: 'REQUIRED_MISSING', 23503: 'REFERENCE_MISSING', 23505: 'UNIQUE_VIOLATED', 23514: 'CHECK_VIOLATED' };

/** Returns how many rows were refused. */
export const rehearse = async (tx: Queryable, target: LoadTarget, rehearsal: Rehearsal): Promise<number> => {
  const { rows: [span] } = await tx.query<{ from: number | null; to: number | null }>(
    `select min(row_no) as "from", max(row_no) as "to" from ${draftTable(target)}`);
  if (span === undefined || span.from === null || span.to === null) return 0;
  await tx.query('savepoint rehearsal');
  await tx.query('set constraints all immediate');
  const refused = await tryUntilSettled(tx, target, { rehearsal, span: { from: span.from, to: span.to } });
  await tx.query('rollback to savepoint rehearsal');
  let count = 0;
  for (const code of new Set(refused.map((row) => row.code))) {
    const rows = refused.filter((row) => row.code === code).map((row) => row.rowNo);
    count += await refuseRows(tx, target, { code, field: null, rows: `select unnest(array[${rows.join(', ')}]::bigint[]) as row_no` });
  }
  return count;
};

interface Trial { readonly rehearsal: Rehearsal; readonly span: Span }

/** A row that refers to one further down goes in once that one is in. */
const tryUntilSettled = async (tx: Queryable, target: LoadTarget, trial: Trial): Promise<readonly RefusedRow[]> => {
  for (let refused = await tryRows(tx, target, trial); ;) {
    const left: RefusedRow[] = [];
    for (const { rowNo } of refused) left.push(...await tryRows(tx, target, { ...trial, span: { from: rowNo, to: rowNo } }));
    if (left.length === refused.length) return left;
    refused = left;
  }
};

const tryRows = async (tx: Queryable, target: LoadTarget, { rehearsal, span }: Trial): Promise<readonly RefusedRow[]> => {
  const refusal = await trySpan(tx, target, { rehearsal, span });
  if (refusal === null) return [];
  if (span.from === span.to) return [{ rowNo: span.from, code: codeOfState[refusal] ?? 'ROW_REFUSED' }];
  const middle = Math.floor((span.from + span.to) / 2);
  return [
    ...await tryRows(tx, target, { rehearsal, span: { from: span.from, to: middle } }),
    ...await tryRows(tx, target, { rehearsal, span: { from: middle + 1, to: span.to } }),
  ];
};

/** A trigger may return nothing for a row: no error, and no record. */
const swallowed = '';

const countDrafted = async (tx: Queryable, target: LoadTarget, filter: RowFilter): Promise<number> => {
  const { rows: [row] } = await tx.query<{ n: number }>(`select count(*) as n from ${draftTable(target)} r where ${filter.rows}`);
  return row?.n ?? 0;
};

/** The SQLSTATE of the refusal; null when the rows went in. */
const trySpan = async (tx: Queryable, target: LoadTarget, { rehearsal: { newKey, created, updated }, span }: Trial): Promise<string | null> => {
  const filter = { rows: `r.row_no between ${span.from} and ${span.to}` };
  let refusal = swallowed;
  await tx.query('savepoint part');
  try {
    const changed = updated > 0 ? await updateRecords(tx, target, filter) : 0;
    const made = created > 0 ? await createRecords(tx, target, { standing: null, newKey, filter }) : 0;
    if (changed + made === await countDrafted(tx, target, filter)) {
      await tx.query('release savepoint part');
      return null;
    }
  } catch (error) {
    if (!isRowRefusal(error)) throw error;
    refusal = sqlStateOf(error) ?? swallowed;
  }
  await tx.query('rollback to savepoint part');
  await tx.query('release savepoint part');
  return refusal;
};
