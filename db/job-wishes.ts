/**
 * Pause, resume and cancel are wishes that stand in the job's row before the workflow is told, so that they hold without a worker
 * (design 10.14). A wish said twice is one wish. A reason typed by people stays in the job's row: the audit only says that there is one.
 */
import type { Actor } from '../contracts/actor.ts';
import { WaybillError } from '../contracts/errors.ts';
import { progressChannel } from '../contracts/ids.ts';
import { isFinal, type JobState } from '../contracts/job-states.ts';
import { appendAudit } from './audit.ts';
import { atomically, type Queryable } from './connection.ts';
import { holdQuestion, releaseQuestion } from './job-question.ts';

export interface WishInput {
  readonly jobId: string;
  readonly actor: Actor;
  /** For cancel. */
  readonly reason?: string;
}
export interface WishResult {
  readonly state: JobState;
  /** For contracts `updateId`. */
  readonly wishNo: number;
  /** False when the wish stood already. */
  readonly changed: boolean;
}
export interface Wishes {
  readonly state: JobState;
  readonly pauseWanted: boolean;
  readonly cancelWanted: boolean;
  readonly wishNo: number;
  /** Of the question that was answered. */
  readonly answeredNo: number | null;
}

type Verb = 'pause' | 'resume' | 'cancel';

const wishColumns = `state, pause_wanted as "pauseWanted", cancel_wanted as "cancelWanted", wish_no as "wishNo", (answer ->> 'questionNo')::int as "answeredNo"`;
const unknownJob = (jobId: string): WaybillError => new WaybillError('JOB_UNKNOWN', 'There is no such job.', { job: jobId });

export const readWishes = async (db: Queryable, jobId: string): Promise<Wishes> => {
  const { rows: [wishes] } = await db.query<Wishes>(`select ${wishColumns} from waybill.jobs where job_id = $1`, [jobId]);
  if (wishes === undefined) throw unknownJob(jobId);
  return wishes;
};

const lockWishes = async (tx: Queryable, { jobId, actor }: WishInput): Promise<Wishes> => {
  const { rows: [wishes] } = await tx.query<Wishes>(
    `select ${wishColumns} from waybill.jobs where job_id = $1 and org_id = $2 for no key update`, [jobId, actor.org]);
  if (wishes === undefined) throw unknownJob(jobId);
  return wishes;
};

const standsAlready = (wishes: Wishes, verb: Verb): boolean => {
  switch (verb) {
    case 'pause': return wishes.pauseWanted;
    case 'resume': return !wishes.pauseWanted;
    case 'cancel': return wishes.cancelWanted;
  }
};

const assignmentOf: Readonly<Record<Verb, string>> = {
  pause: 'pause_wanted = true, wish_no = wish_no + 1',
  resume: 'pause_wanted = false, wish_no = wish_no + 1',
  cancel: 'cancel_wanted = true, cancel_reason = $2',
};

/** What a job that waits for a person makes of it. */
const clockOf: Readonly<Record<Verb, (tx: Queryable, jobId: string) => Promise<void>>> = { pause: holdQuestion, resume: releaseQuestion, cancel: () => Promise.resolve() };

const refuse = (jobId: string, verb: Verb, wishes: Wishes): void => {
  if (isFinal(wishes.state)) throw new WaybillError('JOB_STATE', `The job has ended as ${wishes.state}.`, { job: jobId, state: wishes.state });
  if (verb !== 'cancel' && wishes.cancelWanted) throw new WaybillError('JOB_STATE', 'The job is being cancelled.', { job: jobId, state: wishes.state });
};

const wish = (db: Queryable, verb: Verb, input: WishInput): Promise<WishResult> =>
  atomically(db, async (tx) => {
    const { jobId, actor, reason } = input;
    const before = await lockWishes(tx, input);
    refuse(jobId, verb, before);
    if (standsAlready(before, verb)) return { state: before.state, wishNo: before.wishNo, changed: false };
    const { rows: [after] } = await tx.query<{ wishNo: number }>(
      `update waybill.jobs set ${assignmentOf[verb]}, updated_at = clock_timestamp() where job_id = $1 returning wish_no as "wishNo"`,
      verb === 'cancel' ? [jobId, reason ?? null] : [jobId]);
    await clockOf[verb](tx, jobId);
    await tx.query(`select pg_notify('${progressChannel}', $1)`, [jobId]);
    await appendAudit(tx, { actor, action: `job.${verb}_wanted`, jobId, details: { state: before.state, reasonGiven: reason !== undefined } });
    return { state: before.state, wishNo: after?.wishNo ?? before.wishNo, changed: true };
  });

export const wishPause = (db: Queryable, input: WishInput): Promise<WishResult> => wish(db, 'pause', input);
export const wishResume = (db: Queryable, input: WishInput): Promise<WishResult> => wish(db, 'resume', input);
export const wishCancel = (db: Queryable, input: WishInput): Promise<WishResult> => wish(db, 'cancel', input);
