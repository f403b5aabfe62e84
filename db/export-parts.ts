/** The parts of a frozen export: what they hold, that they are written, and how many are. */
import type { ExportPartKey } from '../contracts/export-request.ts';
import { progressChannel } from '../contracts/ids.ts';
import { WaybillError } from '../contracts/errors.ts';
import { inTransaction, type Pool, type Queryable } from './connection.ts';
import { copyOut, type CopiedLines } from './copy-out.ts';
import { sqlStateOf } from './database-errors.ts';
import { exactTexts } from './exact-texts.ts';
import { frozenTable, type Half } from './freeze-input.ts';

export interface ExportPart {
  readonly partNo: number;
  readonly fileNo: number;
  readonly rowCount: number;
  /** Rows of its file before it. */
  readonly firstRow: number;
  readonly firstTid: string;
  readonly nextTid: string | null;
  readonly half: Half;
  /** Null until it is written. */
  readonly bytes: number | null;
  readonly guardedCells: number | null;
  readonly crc32: number | null;
}

const partColumns = `part_no as "partNo", file_no as "fileNo", row_count as "rowCount", first_row as "firstRow", first_tid::text as "firstTid", next_tid::text as "nextTid", half, bytes, guarded_cells as "guardedCells", crc32`;

export const listParts = async (db: Queryable, { jobId, planEpoch }: Omit<ExportPartKey, 'partNo'>): Promise<readonly ExportPart[]> => {
  const { rows } = await db.query<ExportPart>(`select ${partColumns} from waybill.export_parts where job_id = $1 and plan_epoch = $2 order by part_no`, [jobId, planEpoch]);
  return rows;
};

export const findPart = async (db: Queryable, { jobId, planEpoch, partNo }: ExportPartKey): Promise<ExportPart | null> => {
  const { rows } = await db.query<ExportPart>(`select ${partColumns} from waybill.export_parts where job_id = $1 and plan_epoch = $2 and part_no = $3`, [jobId, planEpoch, partNo]);
  return rows[0] ?? null;
};

const tid = (text: string): string => {
  if (!/^\(\d+,\d+\)$/.test(text)) throw new WaybillError('INTERNAL', 'A row’s place is malformed.');
  return `'${text}'::tid`;
};

/** COPY takes no parameters: places of rows are the database's own. `each` gets one batch of whole lines after the other. */
export const readPart = async (
  pool: Pool, { key, part, each }: { readonly key: ExportPartKey; readonly part: ExportPart; readonly each: (lines: AsyncIterable<CopiedLines>) => Promise<void> },
): Promise<void> => {
  const range = `ctid >= ${tid(part.firstTid)}${part.nextTid === null ? '' : ` and ctid < ${tid(part.nextTid)}`}`;
  await inTransaction(pool, async (tx) => {
    // Of a few pages the planner may prefer a scan by several workers, which is in no order.
    await tx.query('set transaction read only; set local max_parallel_workers_per_gather = 0; set local synchronize_seqscans = off');
    await exactTexts(tx);
    await each(copyOut(tx, `copy (select * from ${frozenTable(key, part.half)} where ${range}) to stdout`));
  });
};

/** The frozen rows went with a crash of PostgreSQL: the table is empty or gone. */
export const isFrozenTableGone = (error: unknown): boolean => sqlStateOf(error) === '42P01';

export interface WrittenPart { readonly bytes: number; readonly guardedCells: number; readonly crc32: number }

/** False when the job does not write this epoch any more. */
export const notePartWritten = async (db: Queryable, { jobId, planEpoch, partNo }: ExportPartKey, { bytes, guardedCells, crc32 }: WrittenPart): Promise<boolean> => {
  const { rowCount } = await db.query(`
    with noted as (
      update waybill.export_parts set bytes = $4, guarded_cells = $5, crc32 = $6, written_at = coalesce(written_at, clock_timestamp())
      where job_id = $1 and plan_epoch = $2 and part_no = $3
        and exists (select from waybill.jobs j where j.job_id = $1 and j.plan_epoch = $2 and j.state = 'staging' for share) returning job_id)
    select pg_notify('${progressChannel}', job_id::text) from noted`, [jobId, planEpoch, partNo, bytes, guardedCells, crc32]);
  return rowCount === 1;
};

export interface ExportCounts { readonly partsWritten: number; readonly rowsWritten: number }
export const readExportCounts = async (db: Queryable, { jobId, planEpoch }: Omit<ExportPartKey, 'partNo'>): Promise<ExportCounts> => {
  const { rows } = await db.query<ExportCounts>(`
    select count(*) as "partsWritten", coalesce(sum(row_count), 0)::bigint as "rowsWritten" from waybill.export_parts
    where job_id = $1 and plan_epoch = $2 and written_at is not null`, [jobId, planEpoch]);
  return rows[0] ?? { partsWritten: 0, rowsWritten: 0 };
};
