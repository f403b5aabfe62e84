/** What a job does while it waits for a person: it reminds, and at last it gives up. Each is safe to run twice. */
import { expireQuestion, noteReminder } from '../db/job-question.ts';
import type { ActivityDeps } from './activity-deps.ts';

export interface RemindOperatorInput { readonly jobId: string; readonly questionNo: number; /** From 1. */ readonly reminder: number }
export interface RemindOperatorResult { /** False: it was answered meanwhile, or reminded of before. */ readonly reminded: boolean }

export const createRemindOperator = ({ pool }: Pick<ActivityDeps, 'pool'>) => async (input: RemindOperatorInput): Promise<RemindOperatorResult> =>
  ({ reminded: await noteReminder(pool, input) });

export interface ExpireQuestionInput { readonly jobId: string; readonly questionNo: number }
export interface ExpireQuestionResult { /** True: an answer stands, and the job goes on. */ readonly answered: boolean }

export const createExpireQuestion = ({ pool }: Pick<ActivityDeps, 'pool'>) => async (input: ExpireQuestionInput): Promise<ExpireQuestionResult> => expireQuestion(pool, input);
