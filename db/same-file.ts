/** The same file twice does nothing (promise 10): same organisation, content, dataset and plan, committed and not undone (design 10.8). */
import type { Queryable } from './connection.ts';

export interface TwinInput {
  readonly org: string;
  readonly sha256: string;
  readonly datasetId: number;
  readonly planHash: string;
  readonly exceptJobId: string;
}

/** The job that committed it first, or null. */
export const findCommittedTwin = async (db: Queryable, { org, sha256, datasetId, planHash, exceptJobId }: TwinInput): Promise<string | null> => {
  const { rows } = await db.query<{ jobId: string }>(`
    select job_id as "jobId" from waybill.jobs
    where org_id = $1 and source_sha256 = $2 and dataset_id = $3 and plan_hash = $4 and job_id <> $5
      and committed_at is not null and state <> 'undone'
    order by committed_at limit 1`, [org, sha256, datasetId, planHash, exceptJobId]);
  return rows[0]?.jobId ?? null;
};
