import { errorKinds } from '../../contracts/errors.ts';
import { importWorkflowId } from '../../contracts/ids.ts';
import { issueKinds, type IssueCode } from '../../contracts/issue-codes.ts';
import type { JobProgress } from '../../contracts/progress.ts';
import { groupIssues } from '../../db/issues.ts';
import type { Job } from '../../db/job.ts';
import { readLedgerProgress } from '../../db/ledger-progress.ts';
import { findPlan } from '../../db/plans.ts';
import { findReceipt } from '../../db/receipts.ts';
import { isFinal } from '../../contracts/job-states.ts';
import { mergeProgress } from '../progress/merge-progress.ts';
import { WaybillError } from '../../contracts/errors.ts';
import type { GraphqlContext } from './graphql-context.ts';

/** The row keeps the code and the place; the sentence is the code's own, so no text of a step is kept (promise 7). */
const errorOf = ({ errorCode, errorPlace }: Job): object | null => {
  if (errorCode === null) return null;
  const { says, remedy, retryable } = errorKinds[errorCode];
  return { code: errorCode, message: says, place: errorPlace ?? {}, remedy, retryable };
};

const progressOf = async ({ jobId }: Job, { deps, actor }: GraphqlContext): Promise<JobProgress> => {
  const ledger = await readLedgerProgress(deps.pool, { org: actor.org, jobId });
  if (ledger === null) throw new WaybillError('JOB_UNKNOWN', 'There is no such job.', { job: jobId });
  return isFinal(ledger.state) ? ledger : mergeProgress(ledger, await deps.engine.readProgress(jobId));
};

/** The UI's path for a workflow, whatever its run. */
const workflowUrl = ({ jobId }: Job, { deps }: GraphqlContext): string | null =>
  (deps.uiUrl === '' ? null : `${deps.uiUrl.replace(/\/$/, '')}/namespaces/${deps.namespace}/workflows/${encodeURIComponent(importWorkflowId(jobId))}`);

export const messageOfIssue = ({ code }: { readonly code: IssueCode }): string => issueKinds[code].message;

type Resolver = (job: Job, args: unknown, context: GraphqlContext) => unknown;

export const jobResolvers: Readonly<Record<string, Resolver>> = {
  id: (job) => job.jobId,
  no: (job) => job.jobNo,
  paused: (job) => job.pauseWanted && !isFinal(job.state),
  sha256: (job) => job.sourceSha256,
  plan: (job, _, { deps }) => (job.planHash === null ? null : findPlan(deps.pool, job.planHash)),
  error: errorOf,
  progress: (job, _, context) => progressOf(job, context),
  issueGroups: (job, _, { deps }) => groupIssues(deps.pool, job.jobId),
  receipt: (job, _, { deps }) => findReceipt(deps.pool, { jobId: job.jobId }),
  workflowId: (job) => importWorkflowId(job.jobId),
  workflowUrl: (job, _, context) => workflowUrl(job, context),
};
