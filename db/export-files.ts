/** The finished files of exports. */
import type { Queryable } from './connection.ts';

export interface ExportFile {
  readonly fileNo: number;
  readonly rows: number;
  readonly bytes: number;
  readonly sha256: string;
  readonly storageKey: string;
  /** Cells that got an apostrophe against formulas. */
  readonly guardedCells: number;
  /** Of a file that stands beside the records (an XML file's schema); null: it holds records. */
  readonly extension: string | null;
  readonly removedAt: Date | null;
}

const fileColumns = 'file_no as "fileNo", rows, bytes, sha256, storage_key as "storageKey", guarded_cells as "guardedCells", extension, removed_at as "removedAt"';

export const listExportFiles = async (db: Queryable, jobId: string): Promise<readonly ExportFile[]> => {
  const { rows } = await db.query<ExportFile>(`select ${fileColumns} from waybill.export_files where job_id = $1 order by file_no`, [jobId]);
  return rows;
};

export const saveExportFile = async (db: Queryable, jobId: string, file: Omit<ExportFile, 'removedAt'>): Promise<void> => {
  await db.query(`
    insert into waybill.export_files (job_id, file_no, rows, bytes, sha256, storage_key, guarded_cells, extension) values ($1, $2, $3, $4, $5, $6, $7, $8)
    on conflict (job_id, file_no) do update set rows = excluded.rows, bytes = excluded.bytes, sha256 = excluded.sha256, guarded_cells = excluded.guarded_cells, extension = excluded.extension, removed_at = null`,
  [jobId, file.fileNo, file.rows, file.bytes, file.sha256, file.storageKey, file.guardedCells, file.extension]);
};

export const forgetExportFiles = async (db: Queryable, jobId: string): Promise<void> => {
  await db.query('delete from waybill.export_files where job_id = $1', [jobId]);
};

/** How the newest export of the organisation that wrote these bytes wrote them; null: none did. */
export const findExportedFile = async (db: Queryable, { org, sha256 }: { readonly org: string; readonly sha256: string }): Promise<'plain' | 'guarded' | null> => {
  const { rows } = await db.query<{ guarded: boolean }>(`
    select f.guarded_cells > 0 as guarded from waybill.export_files f join waybill.jobs j using (job_id)
    where f.sha256 = $2 and j.org_id = $1 and j.state = 'completed' order by j.job_no desc limit 1`, [org, sha256]);
  if (rows[0] === undefined) return null;
  return rows[0].guarded ? 'guarded' : 'plain';
};

export const frozenAt = async (db: Queryable, jobId: string): Promise<{ readonly rowsTotal: number; readonly fileCount: number; readonly frozenAt: Date } | null> => {
  const { rows } = await db.query<{ rowsTotal: number; fileCount: number; frozenAt: Date }>(
    'select rows_total as "rowsTotal", file_count as "fileCount", frozen_at as "frozenAt" from waybill.exports where job_id = $1', [jobId]);
  return rows[0] ?? null;
};
