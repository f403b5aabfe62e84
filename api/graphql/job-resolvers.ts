import { errorKinds } from '../../contracts/errors.ts';
import { exportFileName, exportRequestSchema } from '../../contracts/export-request.ts';
import { draftSummarySchema, type Judgement } from '../../contracts/file-findings.ts';
import { doubtsOf } from '../../contracts/parse-options.ts';
import type { JobProgress } from '../../contracts/progress.ts';
import { listExportFiles } from '../../db/export-files.ts';
import { groupIssues } from '../../db/issues.ts';
import { findJudgement } from '../../db/judgements.ts';
import type { Job } from '../../db/job.ts';
import { readLedgerProgress } from '../../db/ledger-progress.ts';
import { findPlan } from '../../db/plans.ts';
import { findReceipt } from '../../db/receipts.ts';
import { isFinal } from '../../contracts/job-states.ts';
import { runKindOf, workflowIdOf } from '../engine/import-engine.ts';
import { mergeProgress } from '../progress/merge-progress.ts';
import { WaybillError } from '../../contracts/errors.ts';
import { describeQuestion } from './describe-question.ts';
import type { GraphqlContext } from './graphql-context.ts';
import { templateReportOf } from './template-resolvers.ts';
import { withMessages } from './with-messages.ts';

/** The row keeps the code and the place; the sentence is the code's own, so no text of a step is kept (promise 7). */
const errorOf = ({ errorCode, errorPlace }: Job): object | null => {
  if (errorCode === null) return null;
  const { says, remedy, retryable } = errorKinds[errorCode];
  return { code: errorCode, message: says, place: errorPlace ?? {}, remedy, retryable };
};

const progressOf = async ({ jobId, kind }: Job, { deps, actor }: GraphqlContext): Promise<JobProgress> => {
  const ledger = await readLedgerProgress(deps.pool, { org: actor.org, jobId });
  if (ledger === null) throw new WaybillError('JOB_UNKNOWN', 'There is no such job.', { job: jobId });
  return isFinal(ledger.state) ? ledger : mergeProgress(ledger, await deps.engine.readProgress(jobId, runKindOf(kind)));
};

/** The UI's path for a workflow, whatever its run. */
const workflowUrl = ({ jobId, kind }: Job, { deps }: GraphqlContext): string | null =>
  (deps.uiUrl === '' ? null : `${deps.uiUrl.replace(/\/$/, '')}/namespaces/${deps.namespace}/workflows/${encodeURIComponent(workflowIdOf(kind, jobId))}`);

const groupsOf = async ({ pool }: GraphqlContext['deps'], { jobId, planHash }: Job): Promise<readonly object[]> => withMessages(pool, planHash, await groupIssues(pool, jobId));

/** Only what completed was let out. */
const exportFilesOf = async ({ pool }: GraphqlContext['deps'], { jobId, kind, state, request }: Job): Promise<readonly object[]> => {
  if (kind !== 'export' || state !== 'completed') return [];
  const asked = exportRequestSchema.parse(request);
  return (await listExportFiles(pool, jobId)).map((file) => {
    const { fileNo, extension, rows, bytes, sha256, removedAt } = file;
    return { no: fileNo, name: exportFileName(asked, file), extension, rows, bytes, sha256, path: removedAt === null ? `/jobs/${jobId}/files/${fileNo}` : null, removedAt };
  });
};

/** Two fields of one row: whoever asks for both asks the database once. A job's row lives as long as its query. */
const judgements = new WeakMap<Job, Promise<Judgement>>();
const judgementOf = (job: Job, { deps }: GraphqlContext): Promise<Judgement> => {
  const found = judgements.get(job) ?? findJudgement(deps.pool, job.jobId);
  judgements.set(job, found);
  return found;
};

type Resolver = (job: Job, args: unknown, context: GraphqlContext) => unknown;

export const jobResolvers: Readonly<Record<string, Resolver>> = {
  id: (job) => job.jobId,
  no: (job) => job.jobNo,
  paused: (job) => job.pauseWanted && !isFinal(job.state),
  sha256: (job) => job.sourceSha256,
  plan: (job, _, { deps }) => (job.planHash === null ? null : findPlan(deps.pool, job.planHash)),
  doubts: (job) => (job.detection === null ? [] : doubtsOf(job.detection.guesses)),
  template: (job) => templateReportOf(job),
  drift: (job) => templateReportOf(job)?.drift ?? [],
  question: (job) => describeQuestion(job),
  reminded: (job) => job.reminded,
  error: errorOf,
  progress: (job, _, context) => progressOf(job, context),
  issueGroups: (job, _, { deps }) => groupsOf(deps, job),
  fileFindings: async (job, _, context) => (await judgementOf(job, context)).fileFindings,
  exceededLimits: async (job, _, context) => (await judgementOf(job, context)).exceededLimits,
  draft: ({ draft }) => draftSummarySchema.nullable().catch(null).parse(draft),
  receipt: (job, _, { deps }) => findReceipt(deps.pool, { jobId: job.jobId }),
  exportFiles: (job, _, { deps }) => exportFilesOf(deps, job),
  workflowId: (job) => workflowIdOf(job.kind, job.jobId),
  workflowUrl: (job, _, context) => workflowUrl(job, context),
};
