import { readWishes } from '../db/job-wishes.ts';
import type { ActivityDeps } from './activity-deps.ts';

export interface ReadJobWishesInput { readonly jobId: string }
export interface JobWishes { readonly pause: boolean; readonly cancel: boolean; /** The question of this number is answered. */ readonly answered?: number }

/** The wishes that stand in the database: an Update may have been lost while no worker ran (design 10.14). */
export const standingWishes = async ({ pool }: Pick<ActivityDeps, 'pool'>, jobId: string): Promise<JobWishes> => {
  const wishes = await readWishes(pool, jobId);
  return { pause: wishes.pauseWanted, cancel: wishes.cancelWanted, ...(wishes.answeredNo === null ? {} : { answered: wishes.answeredNo }) };
};

export const createReadJobWishes = (deps: ActivityDeps) => async ({ jobId }: ReadJobWishesInput): Promise<JobWishes> => standingWishes(deps, jobId);
