import type { Actor } from '../contracts/actor.ts';
import { systemActor } from '../contracts/actor.ts';
import type { Books } from '../contracts/books.ts';
import { isWaybillError, WaybillError } from '../contracts/errors.ts';
import { importRequestSchema } from '../contracts/import-request.ts';
import type { ChunkEvidence } from '../core/staging/chunk-findings.ts';
import { appendAudit } from '../db/audit.ts';
import { commitDraft } from '../db/commit-draft.ts';
import type { CommitResult } from '../db/commit-draft.ts';
import { isRowRefusal } from '../db/database-errors.ts';
import { recordDelivery } from '../db/deliveries.ts';
import { ledgerTotals } from '../db/ledger-counts.ts';
import { moveJob, noteJob } from '../db/move-job.ts';
import type { Draft } from '../db/reconcile.ts';
import type { ActivityDeps } from './activity-deps.ts';
import { cellsSent } from './cells-sent.ts';
import { plannedJob } from './job-for-work.ts';
import { isPart } from './judge-file.ts';
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
  const evidence = (await ledgerTotals(deps.pool, target.epoch)).evidence as unknown as ChunkEvidence;
  const result = await commitDraft(deps.pool, {
    target, draft, planHash, fingerprint, twinOf: again ? null : { org: job.org, sha256 },
  }, async (tx, books) => {
    // Rejected rows that come back were delivered before.
    if (!isPart(plan)) await recordDelivery(tx, {
      org: job.org, datasetId: planned.datasetId, partner: job.partner, epoch: target.epoch, rowsRead: books.read, fillRates: cellsSent(plan, evidence, books.read),
      duplicateShare: books.read === 0 ? 0 : books.duplicate / books.read,
    });
    await appendAudit(tx, {
      actor: actorOf(planned), action: 'import.committed', jobId, dataset: plan.dataset,
      details: { books, planHash, planEpoch: job.planEpoch, round: job.round, draftHash: draft.hash, sha256, datasetVersion: plan.datasetVersion },
    });
  }).catch(async (error: unknown) => tryRowsNext(deps, { jobId, draft, error }));
  if (result.status === 'committed') return { kind: 'committed', books: result.books };
  await moveJob(deps.pool, { jobId, from: ['committing'], to: 'reconciling' });
  return { kind: 'stale' };
};

interface RefusedCommit { readonly jobId: string; readonly draft: Draft; readonly error: unknown }

/** A rule of the table that no probe knows refused the commit: drafted again, the rows are tried on the table and those at fault are named (design 10.9). */
const tryRowsNext = async (deps: ActivityDeps, { jobId, draft, error }: RefusedCommit): Promise<CommitResult> => {
  if (!isRowRefusal(error)) throw error;
  if (draft.rehearsed) throw new WaybillError('COMMIT_REFUSED', 'The database refused the commit, though it took each of its rows before.', isWaybillError(error) ? error.place : {});
  await noteJob(deps.pool, { jobId, whenIn: 'committing', patch: { draft: { ...draft, rehearsed: true } } });
  return { status: 'stale' };
};

/** The worker acts for the one who asked. */
export const actorOf = ({ job }: Pick<PlannedJob, 'job'>): Actor => ({ ...systemActor, id: job.owner, org: job.org });
