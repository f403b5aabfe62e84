/**
 * Index-after-load: while a table that Waybill made is empty and nothing refers to it, its indexes are dropped, the rows go in, and the
 * indexes are built once. In the commit's own transaction, so that a failure leaves them as they were. 1 M rows: insert and build 3.0 s
 * against 7 s row by row. TRUNCATE gives the empty table a new file: under wal_level = minimal (the local database) rows then go to the file
 * alone, which is synced at commit, and not through the WAL too (1.0 s instead of 1.7 s).
 */
import type { Queryable } from './connection.ts';
import type { LoadTarget } from './load-target.ts';
import { tableOf } from './load-target.ts';
import { quoteIdentifier } from './quote-identifier.ts';

interface IndexRow { name: string; definition: string; constraint_definition: string | null }

/** Below this many rows the catalog's work costs more than it saves. */
const worthRebuilding = 20_000;

export const mayRebuildIndexes = async (tx: Queryable, target: LoadTarget, rows: number): Promise<boolean> => {
  if (!target.managed || rows < worthRebuilding) return false;
  const { rowCount } = await tx.query(`select 1 from pg_constraint where confrelid = $1::regclass and contype = 'f' limit 1`, [tableOf(target)]);
  return rowCount === 0;
};

/** Runs `load` without the table's indexes and builds them again. The caller holds the table's lock and knows that it is empty. */
export const withRebuiltIndexes = async <Result>(tx: Queryable, target: LoadTarget, load: () => Promise<Result>): Promise<Result> => {
  const { rows: indexes } = await tx.query<IndexRow>(
    `select ic.relname::text as name, pg_get_indexdef(ic.oid) as definition,
       (select pg_get_constraintdef(c.oid) from pg_constraint c where c.conindid = ic.oid and c.contype in ('p', 'u')) as constraint_definition
     from pg_index i join pg_class ic on ic.oid = i.indexrelid where i.indrelid = $1::regclass order by i.indisprimary desc, ic.relname`, [tableOf(target)]);
  await asDatasetOwner(tx, indexes.map((index) => index.constraint_definition === null
    ? `drop index ${quoteIdentifier(target.table.schema)}.${quoteIdentifier(index.name)}`
    : `alter table ${tableOf(target)} drop constraint ${quoteIdentifier(index.name)}`).concat(`truncate ${tableOf(target)}`));
  const result = await load();
  await asDatasetOwner(tx, indexes.map((index) => index.constraint_definition === null
    ? index.definition
    : `alter table ${tableOf(target)} add constraint ${quoteIdentifier(index.name)} ${index.constraint_definition}`));
  return result;
};

const asDatasetOwner = async (tx: Queryable, statements: readonly string[]): Promise<void> => {
  await tx.query('set local role waybill_dataset_owner');
  for (const statement of statements) await tx.query(statement);
  await tx.query('reset role');
};
