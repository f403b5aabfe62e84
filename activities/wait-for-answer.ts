/** What a job does while it waits for a person: it reminds, and at last it gives up. Each is safe to run twice. */
import type { QuestionWait } from '../contracts/job-question.ts';
import { expireQuestion, noteReminder, readOpenQuestion, type ExpiryInput, type ExpiryResult } from '../db/job-question.ts';
import type { ActivityDeps } from './activity-deps.ts';

export interface RemindOperatorInput { readonly jobId: string; readonly questionNo: number; /** From 1. */ readonly reminder: number }
export interface RemindOperatorResult { /** False: it was answered meanwhile, or reminded of before. */ readonly reminded: boolean }

export const createRemindOperator = ({ pool }: Pick<ActivityDeps, 'pool'>) => async (input: RemindOperatorInput): Promise<RemindOperatorResult> =>
  ({ reminded: await noteReminder(pool, input) });

export type ExpireQuestionInput = ExpiryInput;
export type ExpireQuestionResult = ExpiryResult;

export const createExpireQuestion = ({ pool }: Pick<ActivityDeps, 'pool'>) => async (input: ExpireQuestionInput): Promise<ExpireQuestionResult> => expireQuestion(pool, input);

export interface ReadQuestionInput { readonly jobId: string }
export interface ReadQuestionResult { /** Null: nobody is waited for (any more). */ readonly question: QuestionWait | null }

/** A pause has moved its moments. */
export const createReadQuestion = ({ pool }: Pick<ActivityDeps, 'pool'>) => async ({ jobId }: ReadQuestionInput): Promise<ReadQuestionResult> => ({ question: await readOpenQuestion(pool, jobId) });
