/** Pause, resume, cancel: the wish stands in the database before the workflow hears of it, and holds when nobody listens (design 10.14). */
import type { Actor } from '../../contracts/actor.ts';
import { wishCancel, wishPause, wishResume, type WishResult } from '../../db/job-wishes.ts';
import type { Job } from '../../db/job.ts';
import type { ApiDeps } from '../api-deps.ts';
import { runKindOf, type Verb, type WishAnswer } from '../engine/import-engine.ts';
import { mustFindJob } from './start-import.ts';

export interface JobWish { readonly actor: Actor; readonly jobId: string; readonly verb: Verb; readonly reason?: string }

const note = (deps: ApiDeps, { verb, jobId, actor, reason }: JobWish): Promise<WishResult> => {
  switch (verb) {
    case 'pause': return wishPause(deps.pool, { jobId, actor });
    case 'resume': return wishResume(deps.pool, { jobId, actor });
    case 'cancel': return wishCancel(deps.pool, { jobId, actor, ...(reason === undefined ? {} : { reason }) });
  }
};

export const wishForJob = async (deps: ApiDeps, wish: JobWish): Promise<{ readonly job: Job; readonly answer: WishAnswer }> => {
  const { wishNo } = await note(deps, wish);
  const { kind } = await mustFindJob(deps, wish.actor.org, wish.jobId);
  const answer = await deps.engine.sendWish({ jobId: wish.jobId, kind: runKindOf(kind), verb: wish.verb, wishNo, actor: wish.actor.id });
  return { job: await mustFindJob(deps, wish.actor.org, wish.jobId), answer };
};
