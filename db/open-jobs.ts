import type { Queryable } from './connection.ts';
import { jobColumns, type Job } from './job.ts';

/** Imports and exports that have not ended, oldest first: what the sweeper looks after. A healthy installation has few. */
export const openJobs = async (db: Queryable): Promise<readonly Job[]> => {
  const { rows } = await db.query<Job>(`
    select ${jobColumns} from waybill.jobs j where j.finished_at is null and j.kind in ('import', 'export') order by j.job_no limit 5000`);
  return rows;
};
