import type { Actor } from '../contracts/actor.ts';
import { systemActor } from '../contracts/actor.ts';
import type { Books } from '../contracts/books.ts';
import { importRequestSchema } from '../contracts/import-request.ts';
import { appendAudit } from '../db/audit.ts';
import { commitDraft } from '../db/commit-draft.ts';
import { indexDraft } from '../db/draft.ts';
import { moveJob } from '../db/move-job.ts';
import type { Draft } from '../db/reconcile.ts';
import type { ActivityDeps } from './activity-deps.ts';
import { plannedJob } from './job-for-work.ts';
import type { PlannedJob } from './job-for-work.ts';
import { loadTargetOf } from './load-target-of.ts';

export interface CommitJobInput { readonly jobId: string }
export type CommitJobResult =
  | { readonly kind: 'committed'; readonly books: Books }
  /** The dataset changed since the draft, or the staging was lost: reconcile again. */
  | { readonly kind: 'stale' };

export const createCommitJob = (deps: ActivityDeps) => async ({ jobId }: CommitJobInput): Promise<CommitJobResult> => {
  await moveJob(deps.pool, { jobId, from: ['reconciling', 'awaiting_approval'], to: 'committing' });
  const planned = await plannedJob(deps.pool, jobId);
  const { job, plan, planHash, fingerprint } = planned;
  const { again, sha256 } = importRequestSchema.parse(job.request);
  const draft = job.draft as Draft;
  const target = loadTargetOf(planned);
  const indexed = indexDraft(deps.pool, target).catch(() => undefined);
  const result = await commitDraft(deps.pool, {
    target, draft, planHash, fingerprint, twinOf: again ? null : { org: job.org, sha256 },
  }, async (tx, books) => {
    await appendAudit(tx, {
      actor: actorOf(planned), action: 'import.committed', jobId, dataset: plan.dataset,
      details: { books, planHash, planEpoch: job.planEpoch, round: job.round, draftHash: draft.hash, sha256, datasetVersion: plan.datasetVersion },
    });
  });
  await indexed;
  if (result.status === 'committed') return { kind: 'committed', books: result.books };
  await moveJob(deps.pool, { jobId, from: ['committing'], to: 'reconciling' });
  return { kind: 'stale' };
};

/** The worker acts for the one who asked. */
export const actorOf = ({ job }: Pick<PlannedJob, 'job'>): Actor => ({ ...systemActor, id: job.owner, org: job.org });
