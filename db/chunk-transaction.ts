/**
 * The transaction of a chunk (promise 2): its rows, its issues, its rejected rows and its ledger row stand or fall together.
 *
 * open → copy rows → store findings → seal. `open` marks the chunk first, so that a second attempt at the same time waits on the
 * mark's key and then finds the work done. The job's row is locked FOR SHARE by `seal`, at the end and not at the beginning: the
 * fence is the same (a zombie cannot commit), but an operator's wish to the job's row waits for milliseconds, not for a whole chunk.
 */
import { progressChannel } from '../contracts/ids.ts';
import { WaybillError } from '../contracts/errors.ts';
import type { ChunkKey } from './chunk-key.ts';
import { chunkValues } from './chunk-key.ts';
import type { Queryable } from './connection.ts';
import { lockNotAvailable, sqlStateOf } from './database-errors.ts';

export interface ChunkTotals {
  readonly rowsRead: number;
  readonly rowsStaged: number;
  readonly rowsQuarantined: number;
  readonly rowsUnreadable: number;
  readonly rowsFiltered: number;
  readonly issueCount: number;
  /** Of the rejected: those of which the judgement of a date column is still to be awaited. */
  readonly rowsUndecided: number;
}

interface LedgerRow { rows_read: number; rows_staged: number; rows_quarantined: number; rows_unreadable: number; rows_filtered: number; issue_count: number; undecided: number }

/** Marks the chunk. Returns the ledger's totals when another attempt has staged it already. */
export const openChunk = async (tx: Queryable, key: ChunkKey): Promise<ChunkTotals | null> => {
  await expectStaging(tx, key, '');
  if (!await markChunk(tx, key)) return readTotals(tx, key);
  const where = 'where job_id = $1 and round = $2 and plan_epoch = $3 and chunk_no = $4';
  await tx.query(`delete from waybill.issues ${where}`, chunkValues(key));
  await tx.query(`delete from waybill.quarantine ${where}`, chunkValues(key));
  await tx.query(`delete from waybill.chunk_ledger ${where}`, chunkValues(key));
  return null;
};

/** Seen in pg_stat_activity: by operators, and by the attempt that this one is overtaken by. */
const backendName = ({ jobId, round, planEpoch, chunkNo }: ChunkKey): string => `waybill ${jobId.replaceAll('-', '')} ${round}.${planEpoch}.${chunkNo}`;

/**
 * False when the chunk is staged. Another attempt that has it in hand is given some seconds to finish. One that does not belongs to a frozen
 * worker, since the engine gives a chunk out again only when its worker is silent: its connection is ended, or the job would wait with it.
 */
const markChunk = async (tx: Queryable, key: ChunkKey): Promise<boolean> => {
  await tx.query(`select set_config('application_name', $1, true), set_config('lock_timeout', '5s', true)`, [backendName(key)]);
  await tx.query('savepoint mark');
  const marked = await insertMark(tx, key).catch(async (error: unknown) => {
    if (sqlStateOf(error) !== lockNotAvailable) throw error;
    await tx.query('rollback to savepoint mark');
    await tx.query('select pg_terminate_backend(pid) from pg_stat_activity where application_name = $1 and usename = current_user and pid <> pg_backend_pid()', [backendName(key)]);
    return insertMark(tx, key);
  });
  await tx.query('set local lock_timeout = 0');
  return marked;
};

const insertMark = async (tx: Queryable, key: ChunkKey): Promise<boolean> => {
  const { rowCount } = await tx.query(
    'insert into waybill.staged_chunks (job_id, round, plan_epoch, chunk_no) values ($1, $2, $3, $4) on conflict do nothing', chunkValues(key));
  return rowCount === 1;
};

export interface ChunkSeal {
  readonly totals: ChunkTotals;
  readonly evidence: object;
  /** Eight bytes a staged row, or null. */
  readonly keyHashes: Buffer | null;
}

export const sealChunk = async (tx: Queryable, key: ChunkKey, { totals, evidence, keyHashes }: ChunkSeal): Promise<void> => {
  if (keyHashes !== null)
    await tx.query(
      'update waybill.staged_chunks set key_hashes = $5 where job_id = $1 and round = $2 and plan_epoch = $3 and chunk_no = $4', [...chunkValues(key), keyHashes]);
  await tx.query(
    `insert into waybill.chunk_ledger (job_id, round, plan_epoch, chunk_no, rows_read, rows_staged, rows_quarantined, rows_unreadable, rows_filtered, issue_count, evidence)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)`,
    [...chunkValues(key), totals.rowsRead, totals.rowsStaged, totals.rowsQuarantined, totals.rowsUnreadable, totals.rowsFiltered, totals.issueCount, JSON.stringify(evidence)]);
  await tx.query('select pg_notify($1, $2)', [progressChannel, key.jobId]);
  await expectStaging(tx, key, 'for share');
};

const expectStaging = async (tx: Queryable, key: ChunkKey, lock: '' | 'for share'): Promise<void> => {
  const { rowCount } = await tx.query(
    `select 1 from waybill.jobs where job_id = $1 and round = $2 and plan_epoch = $3 and state = 'staging' ${lock}`, chunkValues(key).slice(0, 3));
  if (rowCount === 0)
    throw new WaybillError('CHUNK_STALE', 'The job is no longer staging this round and epoch.', { chunk: key.chunkNo, round: key.round, epoch: key.planEpoch });
};

const readTotals = async (tx: Queryable, key: ChunkKey): Promise<ChunkTotals> => {
  const { rows: [row] } = await tx.query<LedgerRow>(
    `select rows_read, rows_staged, rows_quarantined, rows_unreadable, rows_filtered, issue_count, coalesce((evidence ->> 'undecided')::int, 0) as undecided from waybill.chunk_ledger
     where job_id = $1 and round = $2 and plan_epoch = $3 and chunk_no = $4`, chunkValues(key));
  if (row === undefined) throw new WaybillError('STAGING_LOST', 'A chunk is marked as staged and the ledger does not know it.', { chunk: key.chunkNo });
  return {
    rowsRead: row.rows_read, rowsStaged: row.rows_staged, rowsQuarantined: row.rows_quarantined, rowsUnreadable: row.rows_unreadable, rowsFiltered: row.rows_filtered,
    issueCount: row.issue_count, rowsUndecided: row.undecided,
  };
};
