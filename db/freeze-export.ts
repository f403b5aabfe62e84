/**
 * Freezing (design 10.20): one statement materialises the selection, already authorised and masked, into an unlogged table of what COPY turns into texts when the parts are written. Parts are
 * ranges of its rows by place (ctid): rows lie in the order in which they were written, and nobody changes them. What PostgreSQL loses in a
 * crash is frozen anew under the next epoch; nothing of an earlier epoch is delivered.
 */
import type { DatasetDefinition } from '../contracts/dataset-definition.ts';
import { WaybillError } from '../contracts/errors.ts';
import { inTransaction, type Pool, type Queryable } from './connection.ts';
import { exactTexts } from './exact-texts.ts';
import { moveJob } from './move-job.ts';
import { readableTable } from './readable-table.ts';
import { selectRows, type SelectRowsInput } from './select-rows.ts';
import { stagingTable } from './staging-table.ts';

export interface FreezeInput {
  readonly jobId: string;
  readonly planEpoch: number;
  readonly selection: SelectRowsInput & { readonly definition: DatasetDefinition };
  /** Aimed size of a part. */
  readonly partBytes: number;
  /** Most rows of one file; null: one file. */
  readonly splitRows: number | null;
}
export interface FrozenExport { readonly planEpoch: number; readonly rowsTotal: number; readonly partCount: number; readonly fileCount: number }

/** An export has one round. */
export const exportEpoch = (jobId: string, planEpoch: number) => ({ jobId, round: 1, planEpoch });

const mostFiles = 1_000;
const mostRowsOfPart = 500_000;
/** Of few large parts the last keeps one thread busy while the others have none; each part costs the engine and the worker 40 ms of a core. */
const fewestParts = 10;
const smallestPart = 1024 * 1024;

interface State { readonly state: string; readonly planEpoch: number; readonly frozen: FrozenExport | null }
const readState = async (tx: Queryable, jobId: string): Promise<State> => {
  const { rows: [row] } = await tx.query<State>(`
    select j.state, j.plan_epoch as "planEpoch", case when e.job_id is not null then json_build_object('planEpoch', e.plan_epoch, 'rowsTotal', e.rows_total,
      'fileCount', e.file_count, 'partCount', (select count(*) from waybill.export_parts p where p.job_id = e.job_id and p.plan_epoch = e.plan_epoch)) end as frozen
    from waybill.jobs j left join waybill.exports e on e.job_id = j.job_id and e.plan_epoch = j.plan_epoch where j.job_id = $1`, [jobId]);
  if (row === undefined) throw new WaybillError('JOB_UNKNOWN', 'The job is not in the database.', { job: jobId });
  return row;
};

/** One attempt at a time; not by the job's row, which operators' wishes need. */
const lockFreezing = (tx: Queryable, jobId: string) => tx.query(`select pg_advisory_xact_lock(hashtextextended('export/' || $1, 0))`, [jobId]);

const materialise = async (tx: Queryable, { jobId, planEpoch, selection }: FreezeInput): Promise<number> => {
  const table = stagingTable(exportEpoch(jobId, planEpoch));
  const { outputs, from, order, values } = selectRows(selection);
  await exactTexts(tx);
  await tx.query(`drop table if exists ${table}`);
  const labelled = outputs.map((column, index) => `${column} as f${index}`).join(', ');
  const { rowCount } = await tx.query(`create unlogged table ${table} with (autovacuum_enabled = off, toast.autovacuum_enabled = off) as select ${labelled} ${from} ${order}`, [...values]);
  return rowCount ?? 0;
};

interface Sizes { readonly rowsTotal: number; readonly partRows: number; readonly fileCount: number; readonly pages: number }
const sizesOf = async (tx: Queryable, { jobId, planEpoch, partBytes, splitRows }: FreezeInput, rowsTotal: number): Promise<Sizes> => {
  const { rows: [row] } = await tx.query<{ bytes: number; pages: number }>(`select pg_table_size($1::regclass) as bytes, pg_relation_size($1::regclass) / current_setting('block_size')::integer as pages`, [stagingTable(exportEpoch(jobId, planEpoch))]);
  const aimed = Math.min(partBytes, Math.max(smallestPart, (row?.bytes ?? 0) / fewestParts));
  const partRows = Math.max(1, Math.min(mostRowsOfPart, Math.ceil(rowsTotal * aimed / Math.max(1, row?.bytes ?? 1))));
  const fileCount = splitRows === null ? 1 : Math.max(1, Math.ceil(rowsTotal / splitRows));
  if (fileCount > mostFiles)
    throw new WaybillError('OPTION_INVALID', `--split-rows ${splitRows ?? 0} would make ${fileCount} files; at most ${mostFiles} are made.`, { option: 'splitRows', files: fileCount });
  return { rowsTotal, partRows, fileCount, pages: row?.pages ?? 0 };
};

/** Of fewer pages a part would be cut too coarsely. */
const fewestPagesOfPart = 16;

/** Small parts come last, so that all threads end at nearly the same time: each takes a share of what is left, as long as that is worth a part. */
const shareOfRest = 4;

/** First pages of parts. */
const startsOfParts = (pages: number, partPages: number): readonly number[] => {
  const least = Math.max(fewestPagesOfPart, Math.ceil(partPages / shareOfRest));
  const starts: number[] = [];
  for (let page = 0; page < pages;) {
    starts.push(page);
    page += Math.max(least, Math.min(partPages, Math.floor((pages - page) / shareOfRest)));
  }
  return starts;
};

/** The rows of ranges of pages are only counted, which takes half as long as numbering them (875,000 rows: 0.12 s against 0.26 s). */
const cutAtPages = async (tx: Queryable, { jobId, planEpoch }: FreezeInput, { pages, partPages }: { readonly pages: number; readonly partPages: number }): Promise<number> => {
  const starts = startsOfParts(pages, partPages);
  // `offset 0`: each range is counted once, not for every column that asks.
  const { rowCount } = await tx.query(`
    insert into waybill.export_parts (job_id, plan_epoch, part_no, file_no, row_count, first_row, first_tid, next_tid)
    select $1, $2, row_number() over parts - 1, 1, counted, sum(counted) over parts - counted, first_tid, lead(first_tid) over parts
    from (select page, format('(%s,0)', page)::tid as first_tid, (
      select count(*) from ${stagingTable(exportEpoch(jobId, planEpoch))} where ctid >= format('(%s,0)', page)::tid and ctid < format('(%s,0)', page_end)::tid) as counted
      from unnest($3::bigint[], $4::bigint[]) range(page, page_end) offset 0) cut
    where counted > 0 window parts as (order by page)`, [jobId, planEpoch, starts, [...starts.slice(1), pages]]);
  return rowCount ?? 0;
};

/** A part ends where its file ends. The scan walks the table as it was written, from its first page. */
const cutAtRows = async (tx: Queryable, { jobId, planEpoch, splitRows }: FreezeInput, { rowsTotal, partRows }: Sizes): Promise<number> => {
  const table = stagingTable(exportEpoch(jobId, planEpoch));
  const { rowCount } = await tx.query(`
    insert into waybill.export_parts (job_id, plan_epoch, part_no, file_no, row_count, first_row, first_tid, next_tid)
    select $1, $2, row_number() over (order by n) - 1, n / $4 + 1, coalesce(lead(n) over (order by n), $3::bigint) - n, n % $4, tid, lead(tid) over (order by n)
    from (select ctid as tid, row_number() over () - 1 as n from ${table}) r where n % $4 % $5 = 0`,
  [jobId, planEpoch, rowsTotal, splitRows ?? Math.max(1, rowsTotal), partRows]);
  return rowCount ?? 0;
};

const cutParts = async (tx: Queryable, input: FreezeInput, sizes: Sizes): Promise<number> => {
  const { pages, rowsTotal, partRows } = sizes;
  const partPages = rowsTotal === 0 ? 0 : Math.floor(pages * partRows / rowsTotal);
  // In order, and no row twice: neither by several workers nor from where another scan stands.
  await tx.query('set local synchronize_seqscans = off; set local max_parallel_workers_per_gather = 0');
  return input.splitRows === null && partPages >= fewestPagesOfPart ? cutAtPages(tx, input, { pages, partPages }) : cutAtRows(tx, input, sizes);
};

const freeze = async (tx: Queryable, input: FreezeInput): Promise<FrozenExport> => {
  const { jobId, planEpoch } = input;
  await lockFreezing(tx, jobId);
  const { state, planEpoch: current, frozen } = await readState(tx, jobId);
  if (frozen !== null && state !== 'planning' && frozen.planEpoch === planEpoch) return frozen;
  if (state !== 'planning' || current !== planEpoch) throw new WaybillError('CHUNK_STALE', 'The job is no longer frozen in this epoch.', { epoch: planEpoch });
  const rowsTotal = await materialise(tx, input);
  const sizes = await sizesOf(tx, input, rowsTotal);
  const partCount = await cutParts(tx, input, sizes);
  await tx.query(`
    insert into waybill.exports (job_id, plan_epoch, rows_total, file_count, frozen_at) values ($1, $2, $3, $4, now())
    on conflict (job_id) do update set plan_epoch = excluded.plan_epoch, rows_total = excluded.rows_total, file_count = excluded.file_count, frozen_at = excluded.frozen_at`,
  [jobId, planEpoch, rowsTotal, sizes.fileCount]);
  if (!await moveJob(tx, { jobId, from: ['planning'], to: 'staging', patch: { rowsTotal, chunksPlanned: partCount } }))
    throw new WaybillError('CHUNK_STALE', 'The job ended while its selection was frozen.', { epoch: planEpoch });
  return { planEpoch, rowsTotal, partCount, fileCount: sizes.fileCount };
};

/** Run twice it freezes once. */
export const freezeExport = (pool: Pool, input: FreezeInput): Promise<FrozenExport> =>
  readableTable(input.selection.definition, () => inTransaction(pool, (tx) => freeze(tx, input)));
