/** What was found of a job's file as a whole; a later attempt or a new draft replaces it. */
import { judgementSchema, noJudgement, type Judgement } from '../contracts/file-findings.ts';
import type { Queryable } from './connection.ts';

export interface JudgementKey { readonly jobId: string; readonly round: number }

export const saveJudgement = async (db: Queryable, { jobId, round }: JudgementKey, { fileFindings, exceededLimits }: Judgement): Promise<void> => {
  await db.query(`
    insert into waybill.judgements (job_id, round, file_findings, exceeded_limits) values ($1, $2, $3, $4)
    on conflict (job_id, round) do update set file_findings = excluded.file_findings, exceeded_limits = excluded.exceeded_limits`,
  [jobId, round, JSON.stringify(fileFindings), JSON.stringify(exceededLimits)]);
};

/** Of the job's current round. */
export const findJudgement = async (db: Queryable, jobId: string): Promise<Judgement> => {
  const { rows: [row] } = await db.query<{ fileFindings: unknown; exceededLimits: unknown }>(`
    select g.file_findings as "fileFindings", g.exceeded_limits as "exceededLimits"
    from waybill.judgements g join waybill.jobs j using (job_id, round) where j.job_id = $1`, [jobId]);
  return row === undefined ? noJudgement : judgementSchema.parse(row);
};
