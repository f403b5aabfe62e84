/**
 * What a job asks and what a person answers. The answer stands in the job's row before the workflow hears of it, so that it holds without a
 * worker (design 10.14). The audit says how much was asked and answered; headers of the file stay out of it.
 */
import { isDeepStrictEqual } from 'node:util';
import type { Actor } from '../contracts/actor.ts';
import { systemActor } from '../contracts/actor.ts';
import { WaybillError } from '../contracts/errors.ts';
import { progressChannel } from '../contracts/ids.ts';
import { jobAnswerSchema, jobQuestionSchema, waitOf, type JobAnswer, type JobQuestion, type QuestionWait } from '../contracts/job-question.ts';
import { appendAudit } from './audit.ts';
import { atomically, type Queryable } from './connection.ts';
import type { Job } from './job.ts';
import { moveJob } from './move-job.ts';

type Asked = Pick<Job, 'state' | 'question' | 'answer'>;

export const questionOf = ({ question }: Pick<Job, 'question'>): JobQuestion | null => question === null ? null : jobQuestionSchema.parse(question);

/** The answer to the job's newest question. */
export const answerOf = (job: Pick<Job, 'question' | 'answer'>): JobAnswer | null => {
  const question = questionOf(job), answer = job.answer === null ? null : jobAnswerSchema.parse(job.answer);
  return answer === null || answer.questionNo !== question?.no ? null : answer;
};

/** What a person is still waited for with. */
export const openQuestionOf = (job: Asked): JobQuestion | null =>
  job.state === 'awaiting_mapping' && answerOf(job) === null ? questionOf(job) : null;

const actorOfJob = ({ owner, org }: Pick<Job, 'owner' | 'org'>): Actor => ({ ...systemActor, id: owner, org });

/** False when the job is not being detected (any more). */
export const askQuestion = (db: Queryable, { job, question, detection }: { readonly job: Job; readonly question: JobQuestion; readonly detection: Job['detection'] }): Promise<boolean> =>
  atomically(db, async (tx) => {
    const { jobId } = job;
    if (!await moveJob(tx, { jobId, from: ['detecting'], to: 'awaiting_mapping', patch: { question, detection } })) return false;
    const { kind, no, columns, fields, proposed, dateOrders } = question;
    await holdQuestion(tx, jobId);
    await appendAudit(tx, { actor: actorOfJob(job), action: 'mapping.asked', jobId, details: { kind, no, columns: columns.length, fields: fields.map(({ field }) => field), proposed: proposed.length, dateOrders: dateOrders.length } });
    return true;
  });

type Row = Asked & Pick<Job, 'owner' | 'org' | 'reminded' | 'pauseWanted'>;

const lock = async (tx: Queryable, jobId: string): Promise<Row> => {
  const { rows: [row] } = await tx.query<Row>(`select state, question, answer, owner, org_id as org, reminded, pause_wanted as "pauseWanted" from waybill.jobs where job_id = $1 for no key update`, [jobId]);
  if (row === undefined) throw new WaybillError('JOB_UNKNOWN', 'There is no such job.', { job: jobId });
  return row;
};

export interface AnswerInput { readonly jobId: string; readonly actor: Actor; readonly answer: JobAnswer }

/** `changed` is false when the same answer stood already; another one, or one to a job that does not ask, is refused. */
export const answerQuestion = (db: Queryable, { jobId, actor, answer }: AnswerInput): Promise<{ readonly changed: boolean }> =>
  atomically(db, async (tx) => {
    const row = await lock(tx, jobId);
    if (row.org !== actor.org) throw new WaybillError('JOB_UNKNOWN', 'There is no such job.', { job: jobId });
    const stands = answerOf(row);
    if (stands !== null && isDeepStrictEqual(stands, answer)) return { changed: false };
    if (stands !== null) throw new WaybillError('JOB_STATE', 'The question of the job was answered already.', { job: jobId, state: row.state });
    if (openQuestionOf(row)?.no !== answer.questionNo) throw new WaybillError('JOB_STATE', 'The job does not wait for a mapping.', { job: jobId, state: row.state });
    await tx.query(`update waybill.jobs set answer = $2, answered_by = $3, answered_at = clock_timestamp(), updated_at = clock_timestamp() where job_id = $1`, [jobId, JSON.stringify(answer), actor.id]);
    await tx.query(`select pg_notify('${progressChannel}', $1)`, [jobId]);
    const { questionNo, mapping, ignored, dateOrders, remember } = answer;
    await appendAudit(tx, {
      actor, action: 'mapping.confirmed', jobId,
      details: { no: questionNo, fields: mapping.filter(({ by }) => by === 'operator').map(({ field }) => field), ignored: ignored.length, dateOrders, remember },
    });
    return { changed: true };
  });

export interface ReminderInput { readonly jobId: string; readonly questionNo: number; /** From 1. */ readonly reminder: number }

/** Once a reminder, however often it is said; none when the question was answered, or the job is paused. */
export const noteReminder = (db: Queryable, { jobId, questionNo, reminder }: ReminderInput): Promise<boolean> =>
  atomically(db, async (tx) => {
    const row = await lock(tx, jobId);
    if (openQuestionOf(row)?.no !== questionNo || row.pauseWanted || row.reminded >= reminder) return false;
    await tx.query(`update waybill.jobs set reminded = $2, updated_at = clock_timestamp() where job_id = $1`, [jobId, reminder]);
    await tx.query(`select pg_notify('${progressChannel}', $1)`, [jobId]);
    await appendAudit(tx, { actor: actorOfJob(row), action: 'mapping.reminded', jobId, details: { no: questionNo, reminder } });
    return true;
  });

const ask = async (tx: Queryable, jobId: string, question: JobQuestion): Promise<void> => {
  await tx.query('update waybill.jobs set question = $2 where job_id = $1', [jobId, JSON.stringify(question)]);
};

/** The clock of an open question stands while its job is paused. */
export const holdQuestion = async (tx: Queryable, jobId: string): Promise<void> => {
  const row = await lock(tx, jobId);
  const question = row.pauseWanted ? openQuestionOf(row) : null;
  if (question !== null && question.heldSince === undefined) await ask(tx, jobId, { ...question, heldSince: new Date().toISOString() });
};

/** It goes on with as much time as was left. */
export const releaseQuestion = async (tx: Queryable, jobId: string): Promise<void> => {
  const question = openQuestionOf(await lock(tx, jobId));
  if (question?.heldSince === undefined) return;
  const { heldSince, ...rest } = question;
  const heldMs = Math.max(0, Date.now() - Date.parse(heldSince));
  await ask(tx, jobId, { ...rest, expiresAt: new Date(Date.parse(rest.expiresAt) + heldMs).toISOString(), heldMs: (rest.heldMs ?? 0) + heldMs });
};

/** Null: nobody is waited for (any more). */
export const readOpenQuestion = async (db: Queryable, jobId: string): Promise<QuestionWait | null> => {
  const { rows: [row] } = await db.query<Asked>('select state, question, answer from waybill.jobs where job_id = $1', [jobId]);
  const question = row === undefined ? null : openQuestionOf(row);
  return question === null ? null : waitOf(question);
};

export interface ExpiryInput extends Omit<ReminderInput, 'reminder'> { /** When the workflow thinks that the time is over; absent: of a run that does not know that a pause stops the clock. */ readonly expiresAt?: number }
export interface ExpiryResult { /** True: an answer stands, and the job goes on. */ readonly answered: boolean; /** The clock stands, or stood: it is not over yet. */ readonly question?: QuestionWait }

/** Ends the job unless an answer stands, or the time is not over: an answer or a pause of the last moment is heeded or refused, never taken and lost. */
export const expireQuestion = (db: Queryable, { jobId, questionNo, expiresAt }: ExpiryInput): Promise<ExpiryResult> =>
  atomically(db, async (tx) => {
    const row = await lock(tx, jobId);
    if (answerOf(row)?.questionNo === questionNo) return { answered: true };
    const open = openQuestionOf(row);
    if (open !== null && expiresAt !== undefined && (row.pauseWanted || Date.parse(open.expiresAt) > expiresAt)) return { answered: false, question: waitOf(open) };
    const moved = await moveJob(tx, { jobId, from: ['awaiting_mapping'], to: 'refused', patch: { errorCode: 'MAPPING_UNANSWERED', errorPlace: { reminders: row.reminded } } });
    if (moved) await appendAudit(tx, { actor: actorOfJob(row), action: 'import.refused', jobId, details: { code: 'MAPPING_UNANSWERED', from: row.state } });
    return { answered: false };
  });
