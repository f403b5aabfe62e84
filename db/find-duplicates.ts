/** Rows of the file that share a key: across chunks, by the file's order and so the same on every run. */
import type { Queryable } from './connection.ts';
import { epochValues } from './chunk-key.ts';
import type { LoadTarget } from './load-target.ts';
import { keyColumns, stagedRowsOf } from './load-target.ts';
import { refuseRows } from './refuse-rows.ts';
import type { Fallen } from './staged-rows.ts';
import { stands } from './staged-rows.ts';

/** Writes the losers; with policy `reject` every row of a repeated key is refused instead. */
export const findDuplicates = async (tx: Queryable, target: LoadTarget, fallen: Fallen): Promise<void> => {
  const keys = keyColumns(target).map((column) => `t.${column.staged}`).join(', ');
  const ranked = `select t.row_no, count(*) over same_key as copies, ${target.duplicates === 'first' ? 'min' : 'max'}(t.row_no) over same_key as winner
    from ${stagedRowsOf(target)} t where ${stands(target, { ...fallen, duplicates: 0 })} window same_key as (partition by ${keys})`;
  if (target.duplicates === 'reject') {
    await refuseRows(tx, target, { code: 'DUPLICATE_REJECTED', field: null, rows: `select row_no from (${ranked}) r where copies > 1` });
    return;
  }
  await tx.query(
    `insert into waybill.duplicates (job_id, round, plan_epoch, row_no, winner_row_no)
     select $1, $2, $3, row_no, winner from (${ranked}) r where copies > 1 and row_no <> winner`, epochValues(target.epoch));
};

/** For keys whose hashes cannot tell: the exact answer, by grouping all of them. */
export const hasRepeatedKey = async (tx: Queryable, target: LoadTarget): Promise<boolean> => {
  const keys = keyColumns(target).map((column) => column.staged).join(', ');
  const { rowCount } = await tx.query(`select 1 from ${stagedRowsOf(target)} group by ${keys} having count(*) > 1 limit 1`);
  return rowCount !== 0;
};
