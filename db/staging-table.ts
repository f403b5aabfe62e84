/**
 * The staging of one round and epoch: an unlogged table with the file's row number and one typed column a mapped field (`f0` …).
 * Unlogged, because it can be made again from the archived file; what says that a chunk is in it is unlogged too (promise 4).
 * One table a job, not one a chunk: 400 tables for 10 M rows cost more in the catalog than the extension lock of one.
 */
import { rejectedRowsTableName, stagingTableName } from '../contracts/ids.ts';
import type { EpochKey } from './chunk-key.ts';
import { epochValues } from './chunk-key.ts';
import { atomically } from './connection.ts';
import type { Queryable } from './connection.ts';
import { lockNotAvailable, sqlStateOf } from './database-errors.ts';
import { quoteIdentifier } from './quote-identifier.ts';

export const stagingTable = (key: EpochKey): string =>
  `waybill_staging.${quoteIdentifier(stagingTableName(key.jobId, key.round, key.planEpoch))}`;

/**
 * Beside it, in the same columns: the rows that were rejected as they were read. They are never loaded; reconcile asks the table's rules of
 * them too, so that a row's reasons are told all at once (promise 6). `bad`: numbers of the columns that hold no value of the file.
 */
export const rejectedRowsTable = (key: EpochKey): string =>
  `waybill_staging.${quoteIdentifier(rejectedRowsTableName(key.jobId, key.round, key.planEpoch))}`;

/** Dates are staged as days since 2000-01-01: COPY reads an integer ten times as fast as a date (1 M × 2 dates: 0.5 s of a core). */
const stagedType = (pgType: string): string => (pgType === 'date' ? 'integer' : pgType);

export interface StagedColumns {
  /** Column types of the lanes, in their order. */
  readonly pgTypes: readonly string[];
  /** The import has a text that takes values away: numbers of the lanes where it stands tell such a cell from an empty one. */
  readonly marksCleared: boolean;
}

export const createStagingTable = async (db: Queryable, key: EpochKey, { pgTypes, marksCleared }: StagedColumns): Promise<void> => {
  const columns = `${pgTypes.map((type, index) => `, f${index} ${stagedType(type)}`).join('')}${marksCleared ? ', cleared smallint[]' : ''}`;
  await db.query(`create unlogged table if not exists ${stagingTable(key)} (row_no bigint not null${columns}) with (autovacuum_enabled = off)`);
  await db.query(`create unlogged table if not exists ${rejectedRowsTable(key)} (row_no bigint not null${columns}, bad smallint[] not null)`);
};

/**
 * Drops every staging and draft table of the job, and the marks that say what was staged. Looks until it finds none: whoever still works for
 * the job (a cancelled reconcile, a zombie) holds its staging, so its drop waits, and what that transaction made is seen in the next look.
 */
export const dropStaging = async (db: Queryable, jobId: string): Promise<void> => {
  for (let names = await tablesOf(db, jobId); names.length > 0; names = await tablesOf(db, jobId))
    for (const name of names) await dropTable(db, name);
  await db.query('delete from waybill.staged_chunks where job_id = $1', [jobId]);
};

const tablesOf = async (db: Queryable, jobId: string): Promise<readonly string[]> => {
  const { rows } = await db.query<{ name: string }>(
    `select relname as name from pg_class where relnamespace = 'waybill_staging'::regnamespace and relkind = 'r' and relname like $1`,
    [`%${jobId.replaceAll('-', '')}%`],
  );
  return rows.map(({ name }) => name);
};

/** The job has ended. Who holds its table after some seconds is an attempt of a frozen worker: its connection is ended. */
const dropTable = async (db: Queryable, name: string): Promise<void> => {
  const table = `waybill_staging.${quoteIdentifier(name)}`;
  const drop = async (): Promise<void> => atomically(db, async (tx) => {
    await tx.query(`set local lock_timeout = '5s'`);
    await tx.query(`drop table if exists ${table}`);
  });
  await drop().catch(async (error: unknown) => {
    if (sqlStateOf(error) !== lockNotAvailable) throw error;
    await db.query(
      `select pg_terminate_backend(a.pid) from pg_locks l join pg_stat_activity a on a.pid = l.pid and a.usename = current_user and a.datname = current_database()
       where l.locktype = 'relation' and l.granted and l.relation = to_regclass($1) and a.pid <> pg_backend_pid()`, [table]);
    await drop();
  });
};

/** Leaves nothing of an epoch that was disproved: its staging, its marks and what its chunks had found. */
export const dropEpoch = async (db: Queryable, key: EpochKey): Promise<void> => {
  await db.query(`drop table if exists ${stagingTable(key)}, ${rejectedRowsTable(key)}`);
  for (const table of ['staged_chunks', 'issues', 'quarantine', 'duplicates', 'chunk_ledger'])
    await db.query(`delete from waybill.${table} where job_id = $1 and round = $2 and plan_epoch = $3`, epochValues(key));
};

/** Job ids of staging tables whose job has ended: left by a worker that was killed between the end and the clean-up. */
export const orphanedStaging = async (db: Queryable): Promise<readonly string[]> => {
  const { rows } = await db.query<{ job_id: string }>(
    `select j.job_id from waybill.jobs j where j.finished_at is not null and exists (
       select 1 from pg_class c where c.relnamespace = 'waybill_staging'::regnamespace and c.relkind = 'r'
         and c.relname like '%' || replace(j.job_id::text, '-', '') || '%')`,
  );
  return rows.map((row) => row.job_id);
};
