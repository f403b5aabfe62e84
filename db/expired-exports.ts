/** Finished exports whose files were kept long enough. */
import type { Queryable } from './connection.ts';

export interface ExpiredExport { readonly jobId: string; readonly org: string }

/** The oldest first, some at a time. */
export const findExpiredExports = async (db: Queryable, { days, limit }: { readonly days: number; readonly limit: number }): Promise<readonly ExpiredExport[]> => {
  const { rows } = await db.query<ExpiredExport>(`
    select j.job_id as "jobId", j.org_id as org from waybill.jobs j
    where j.kind = 'export' and j.state = 'completed' and j.finished_at < now() - make_interval(days => $1)
      and exists (select from waybill.export_files f where f.job_id = j.job_id and f.removed_at is null)
    order by j.finished_at limit $2`, [days, limit]);
  return rows;
};

/** Numbers of the files that were not marked before; none when another process was quicker. */
export const markFilesRemoved = async (db: Queryable, jobId: string): Promise<readonly number[]> => {
  const { rows } = await db.query<{ fileNo: number }>('update waybill.export_files set removed_at = now() where job_id = $1 and removed_at is null returning file_no as "fileNo"', [jobId]);
  return rows.map(({ fileNo }) => fileNo).sort((left, right) => left - right);
};
