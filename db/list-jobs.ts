import type { JobState } from '../contracts/job-states.ts';
import type { Queryable } from './connection.ts';
import { jobColumns, type Job } from './job.ts';

export interface ListJobsInput {
  readonly org: string;
  readonly states?: readonly JobState[];
  /** Name of a dataset. */
  readonly dataset?: string;
  /** `next` of the page before. */
  readonly before?: number;
  /** At most 200. */
  readonly limit: number;
}
export interface JobPage {
  /** Newest first. */
  readonly jobs: readonly Job[];
  readonly next: number | null;
}

/** Keyset by the job's number, which no two jobs share and which grows with time. */
export const listJobs = async (db: Queryable, { org, states, dataset, before, limit }: ListJobsInput): Promise<JobPage> => {
  const size = Math.max(1, Math.min(limit, 200));
  const { rows } = await db.query<Job>(`
    select ${jobColumns} from waybill.jobs j
    where j.org_id = $1 and ($2::text[] is null or j.state = any($2)) and ($3::bigint is null or j.job_no < $3)
      and ($4::text is null or j.dataset_id = (select d.dataset_id from waybill.datasets d where d.org_id = $1 and d.name = $4))
    order by j.job_no desc limit $5`,
  [org, states ?? null, before ?? null, dataset ?? null, size + 1]);
  const jobs = rows.slice(0, size);
  return { jobs, next: rows.length > size ? jobs.at(-1)?.jobNo ?? null : null };
};

/** Jobs whose row was written and whose workflow never started: the process died in between (design 10.14). */
export const jobsWithoutWorkflow = async (db: Queryable, { olderThanMs }: { readonly olderThanMs: number }): Promise<readonly Job[]> => {
  const { rows } = await db.query<Job>(`
    select ${jobColumns} from waybill.jobs j
    where j.state = 'received' and j.started_at is null and j.created_at < clock_timestamp() - make_interval(secs => $1)
    order by j.job_no limit 1000`, [olderThanMs / 1000]);
  return rows;
};
