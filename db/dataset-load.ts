/** What the estimate of an import asks about its dataset. */
import type { Queryable } from './connection.ts';
import { quoteTable, type TableName } from './quote-identifier.ts';

/** By the table's size, so that neither its rows nor a right to read them is needed; false when it is not there. */
export const holdsRecords = async (db: Queryable, table: TableName): Promise<boolean> => {
  const { rows } = await db.query<{ holds: boolean | null }>(`
    select pg_relation_size(to_regclass($1)) > 0 or exists (select from pg_partition_tree(to_regclass($1)) where pg_relation_size(relid) > 0) as holds`, [quoteTable(table)]);
  return rows[0]?.holds ?? false;
};

/** Of shorter jobs the start is most of the time. */
const leastRows = 10_000;
const latest = 5;

/** The median of the dataset's latest imports that completed; one that was paused or had to wait does not count for much. Null: there are none. */
export const recentRowsPerSecond = async (db: Queryable, datasetId: number): Promise<number | null> => {
  const { rows } = await db.query<{ speed: number | null }>(`
    select percentile_cont(0.5) within group (order by speed) as speed from (
      select rows_total / extract(epoch from finished_at - started_at)::float8 as speed from waybill.jobs
      where dataset_id = $1 and kind = 'import' and state in ('completed', 'completed_with_rejects') and rows_total >= ${leastRows} and finished_at > started_at
      order by job_no desc limit ${latest}) recent`, [datasetId]);
  return rows[0]?.speed ?? null;
};
