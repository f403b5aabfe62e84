/**
 * A large selection without an order is frozen by two transactions side by side, each half of the dataset's pages: one of them keeps one core
 * busy, and the writing of parts cannot begin before (875,000 rows: 0.42 s). They are of one moment, since the second takes over the
 * snapshot of the first. They commit before the job's row says that it is frozen; until it does, the tables are a draft like any other, which
 * the next attempt or the job's end drops.
 */
import { WaybillError } from '../contracts/errors.ts';
import { inTransaction, type Pool, type PoolClient, type Queryable } from './connection.ts';
import { countRanges, type PartRange } from './cut-parts.ts';
import type { FreezeInput, Half } from './freeze-input.ts';
import { materialise } from './materialise.ts';
import { quoteTable } from './quote-identifier.ts';
import { tableOf } from './select-rows.ts';
import { whileAwake } from './while-awake.ts';

/** 32 MB. Of fewer the second connection costs more than it saves. */
const fewestPages = 4096;

/** Pages of the table when its selection can be frozen in halves; null: it is frozen as a whole. */
export const maySplit = async (tx: Queryable, { selection, splitRows }: FreezeInput): Promise<number | null> => {
  if (splitRows !== null || (selection.sort ?? []).length > 0) return null;
  const { rows: [row] } = await tx.query<{ pages: number }>(`select pg_relation_size($1::regclass) / current_setting('block_size')::integer as pages`, [quoteTable(tableOf(selection.definition))]);
  const pages = row?.pages ?? 0;
  return pages < fewestPages ? null : pages;
};

export const freezeHalves = (pool: Pool, input: FreezeInput, pages: number): Promise<readonly PartRange[]> => {
  const middle = Math.floor(pages / 2);
  return inTransaction(pool, async (tx) => {
    await tx.query('set transaction isolation level repeatable read');
    const snapshot = await exportSnapshot(tx);
    const second = inTransaction(pool, async (other) => {
      await other.query('set transaction isolation level repeatable read');
      await other.query(`set transaction snapshot '${snapshot}'`);
      return freezeHalf(other, input, 2, { from: middle, end: null });
    });
    // It may fail before the first ends; who has not been looked at by then would end the process.
    second.catch(() => undefined);
    try {
      const ranges = await freezeHalf(tx, input, 1, { from: 0, end: middle });
      return [...ranges, ...await whileAwake(tx, second)];
    } finally {
      // The next attempt begins with dropping its table.
      await second.catch(() => undefined);
    }
  });
};

const exportSnapshot = async (tx: Queryable): Promise<string> => {
  const { rows: [row] } = await tx.query<{ snapshot: string }>('select pg_export_snapshot() as snapshot');
  const snapshot = row?.snapshot ?? '';
  if (!/^[0-9A-Za-z-]+$/.test(snapshot)) throw new WaybillError('INTERNAL', 'A snapshot’s name is malformed.');
  return snapshot;
};

const freezeHalf = async (tx: PoolClient, input: FreezeInput, half: Half, pages: { readonly from: number; readonly end: number | null }): Promise<readonly PartRange[]> =>
  countRanges(tx, input, { half, rows: await materialise(tx, input, half, pages), share: 2 });
