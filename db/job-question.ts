/**
 * What a job asks and what a person answers. The answer stands in the job's row before the workflow hears of it, so that it holds without a
 * worker (design 10.14). The audit says how much was asked and answered; headers of the file stay out of it.
 */
import { isDeepStrictEqual } from 'node:util';
import type { Actor } from '../contracts/actor.ts';
import { systemActor } from '../contracts/actor.ts';
import { WaybillError } from '../contracts/errors.ts';
import { progressChannel } from '../contracts/ids.ts';
import { jobAnswerSchema, jobQuestionSchema, type JobAnswer, type JobQuestion } from '../contracts/job-question.ts';
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
    await appendAudit(tx, { actor: actorOfJob(job), action: 'mapping.asked', jobId, details: { kind, no, columns: columns.length, fields: fields.map(({ field }) => field), proposed: proposed.length, dateOrders: dateOrders.length } });
    return true;
  });

type Row = Asked & Pick<Job, 'owner' | 'org' | 'reminded'>;

const lock = async (tx: Queryable, jobId: string): Promise<Row> => {
  const { rows: [row] } = await tx.query<Row>(`select state, question, answer, owner, org_id as org, reminded from waybill.jobs where job_id = $1 for no key update`, [jobId]);
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

/** Once a reminder, however often it is said; none when the question was answered. */
export const noteReminder = (db: Queryable, { jobId, questionNo, reminder }: ReminderInput): Promise<boolean> =>
  atomically(db, async (tx) => {
    const row = await lock(tx, jobId);
    if (openQuestionOf(row)?.no !== questionNo || row.reminded >= reminder) return false;
    await tx.query(`update waybill.jobs set reminded = $2, updated_at = clock_timestamp() where job_id = $1`, [jobId, reminder]);
    await tx.query(`select pg_notify('${progressChannel}', $1)`, [jobId]);
    await appendAudit(tx, { actor: actorOfJob(row), action: 'mapping.reminded', jobId, details: { no: questionNo, reminder } });
    return true;
  });

/** Ends the job unless an answer stands: one that comes at the last moment is taken or refused, never taken and lost. */
export const expireQuestion = (db: Queryable, { jobId, questionNo }: Omit<ReminderInput, 'reminder'>): Promise<{ readonly answered: boolean }> =>
  atomically(db, async (tx) => {
    const row = await lock(tx, jobId);
    if (answerOf(row)?.questionNo === questionNo) return { answered: true };
    const moved = await moveJob(tx, { jobId, from: ['awaiting_mapping'], to: 'refused', patch: { errorCode: 'MAPPING_UNANSWERED', errorPlace: { reminders: row.reminded } } });
    if (moved) await appendAudit(tx, { actor: actorOfJob(row), action: 'import.refused', jobId, details: { code: 'MAPPING_UNANSWERED', from: row.state } });
    return { answered: false };
  });
