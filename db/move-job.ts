/** The only writers of a job's state and notes; each tells the onlookers by the job's id (design 10.16). */
import { WaybillError } from '../contracts/errors.ts';
import { progressChannel } from '../contracts/ids.ts';
import { isFinal, mayFollow, type JobState } from '../contracts/job-states.ts';
import type { Queryable } from './connection.ts';
import { patchSql, type JobPatch } from './job.ts';

export interface MoveJobInput {
  readonly jobId: string;
  /** The job moves only when it is in one of these. */
  readonly from: readonly JobState[];
  readonly to: JobState;
  readonly patch?: JobPatch;
}

/** False when the job is in none of the states: somebody else moved it. */
export const moveJob = async (db: Queryable, { jobId, from, to, patch = {} }: MoveJobInput): Promise<boolean> => {
  for (const state of from)
    if (!mayFollow(state, to)) throw new WaybillError('INTERNAL', `A job may not go from ${state} to ${to}.`, { job: jobId, from: state, to });
  const { assignments, values } = patchSql(patch, 5);
  const { rowCount } = await db.query(`
    with moved as (
      update waybill.jobs set state = $2, updated_at = clock_timestamp(), started_at = coalesce(started_at, clock_timestamp()),
        finished_at = case when $4 then coalesce(finished_at, clock_timestamp()) end${assignments.map((assignment) => `, ${assignment}`).join('')}
      where job_id = $1 and state = any($3) returning job_id)
    select pg_notify('${progressChannel}', job_id::text) from moved`,
  [jobId, to, from, isFinal(to), ...values]);
  return rowCount === 1;
};

export interface NoteJobInput {
  readonly jobId: string;
  readonly patch: JobPatch;
  /** Notes only when the job is in this state: a zombie must not write over what came later. */
  readonly whenIn?: JobState;
  /** Notes only what was not noted before: of two attempts the first one counts. */
  readonly onlyOnce?: boolean;
}

/** Notes counts, books, plan … without a change of state. False when there is no such job, or not as it was to be. */
export const noteJob = async (db: Queryable, { jobId, patch, whenIn, onlyOnce = false }: NoteJobInput): Promise<boolean> => {
  const { assignments, values, columns } = patchSql(patch, 3);
  const isNew = onlyOnce ? columns.map((column) => ` and ${column} is null`).join('') : '';
  const { rowCount } = await db.query(`
    with noted as (update waybill.jobs set ${['updated_at = clock_timestamp()', ...assignments].join(', ')}
      where job_id = $1 and ($2::text is null or state = $2)${isNew} returning job_id)
    select pg_notify('${progressChannel}', job_id::text) from noted`, [jobId, whenIn ?? null, ...values]);
  return rowCount === 1;
};
