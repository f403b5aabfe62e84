/**
 * The last resort for what cannot be probed set-wise (triggers, exclusion constraints, unique indexes over expressions): the load is tried
 * under a savepoint and halved until the rows that the database refuses are alone. Parts that went in stay in until the end, so that rows
 * which exclude each other are found; then all of it is rolled back.
 */
import type { Queryable } from './connection.ts';
import { draftTable } from './draft.ts';
import type { NewKey } from './load-draft.ts';
import { createRecords, updateRecords } from './load-draft.ts';
import type { LoadTarget } from './load-target.ts';
import { refuseRows } from './refuse-rows.ts';

/** Row numbers, both inclusive. */
interface Span { readonly from: number; readonly to: number }

/** Returns how many rows were refused. */
export const rehearse = async (tx: Queryable, target: LoadTarget, newKey: NewKey | null): Promise<number> => {
  const { rows: [span] } = await tx.query<{ from: number | null; to: number | null }>(
    `select min(row_no) as "from", max(row_no) as "to" from ${draftTable(target)}`);
  if (span === undefined || span.from === null || span.to === null) return 0;
  await tx.query('savepoint rehearsal');
  const refused = await tryRows(tx, target, { newKey, span: { from: span.from, to: span.to } });
  await tx.query('rollback to savepoint rehearsal');
  if (refused.length === 0) return 0;
  return refuseRows(tx, target, { code: 'ROW_REFUSED', field: null, rows: `select unnest(array[${refused.join(', ')}]::bigint[]) as row_no` });
};

const tryRows = async (tx: Queryable, target: LoadTarget, { newKey, span }: { readonly newKey: NewKey | null; readonly span: Span }): Promise<readonly number[]> => {
  const filter = { rows: `r.row_no between ${span.from} and ${span.to}` };
  await tx.query('savepoint part');
  try {
    await updateRecords(tx, target, filter);
    await createRecords(tx, target, { standing: null, newKey, filter });
    await tx.query('release savepoint part');
    return [];
  } catch (error) {
    if (!isRefusal(error)) throw error;
    await tx.query('rollback to savepoint part');
    await tx.query('release savepoint part');
  }
  if (span.from === span.to) return [span.from];
  const middle = Math.floor((span.from + span.to) / 2);
  return [
    ...await tryRows(tx, target, { newKey, span: { from: span.from, to: middle } }),
    ...await tryRows(tx, target, { newKey, span: { from: middle + 1, to: span.to } }),
  ];
};

/** Data, integrity, and what a trigger raises (P0001 and other classes of its own); not lost connections, locks or resources. */
const isRefusal = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && typeof error.code === 'string' && /^(22|23|P0|44|39|38)/.test(error.code);
