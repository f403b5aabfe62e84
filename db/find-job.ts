import type { Queryable } from './connection.ts';
import { jobColumns, type Job } from './job.ts';

export type { Job, JobKind, JobPatch } from './job.ts';

/** For people and API clients: only jobs of their organisation exist. */
export const findJob = async (db: Queryable, { org, jobId }: { readonly org: string; readonly jobId: string }): Promise<Job | null> => {
  const { rows } = await db.query<Job>(`select ${jobColumns} from waybill.jobs j where j.job_id = $1 and j.org_id = $2`, [jobId, org]);
  return rows[0] ?? null;
};

/** For the system's own steps, which act for every organisation. */
export const findJobForWorker = async (db: Queryable, jobId: string): Promise<Job | null> => {
  const { rows } = await db.query<Job>(`select ${jobColumns} from waybill.jobs j where j.job_id = $1`, [jobId]);
  return rows[0] ?? null;
};
