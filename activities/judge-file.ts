/** The file as a whole, judged when it is drafted and before anything is written: its rules, then the limits. */
import type { Books } from '../contracts/books.ts';
import { WaybillError } from '../contracts/errors.ts';
import type { FileFinding, Judgement } from '../contracts/file-findings.ts';
import type { PlanDocument } from '../contracts/plan-document.ts';
import { carriesRejects } from '../contracts/reject-columns.ts';
import { isFileRule, type FileRule } from '../contracts/rules.ts';
import type { ChunkEvidence } from '../core/staging/chunk-findings.ts';
import { judgeColumnRule, judgeFileRules, judgePart } from '../core/validation/judge-file-rules.ts';
import { countLimited } from '../db/count-limited.ts';
import { lastDeliveries } from '../db/deliveries.ts';
import { countIssuesByField } from '../db/issues.ts';
import { saveJudgement } from '../db/judgements.ts';
import { ledgerTotals } from '../db/ledger-counts.ts';
import type { LoadTarget } from '../db/load-target.ts';
import { measureStanding } from '../db/measure-standing.ts';
import type { ActivityDeps } from './activity-deps.ts';
import { cellsSent } from './cells-sent.ts';
import { exceededLimits } from './exceeded-limits.ts';
import type { Job } from '../db/find-job.ts';
import type { PlannedJob } from './job-for-work.ts';

const fileRulesOf = ({ rules = [] }: PlanDocument): readonly FileRule[] => rules.filter(isFileRule);

/** Rejected rows that were corrected and sent again: they are no delivery of their own, and no rule of a whole one is for them. */
export const isPart = ({ parse }: Pick<PlanDocument, 'parse'>): boolean => carriesRejects(parse.columns);

/** Kept with the job; what stops the job is refused by {@link refuseBrokenFile}. */
export const judgeFile = async (deps: ActivityDeps, planned: PlannedJob, { target, books }: { readonly target: LoadTarget; readonly books: Books }): Promise<Judgement> => {
  const { job, plan } = planned;
  const judgement = {
    fileFindings: await judgeRules(deps, planned, { target, books }),
    exceededLimits: exceededLimits(books, plan, await countLimited(deps.pool, target.epoch, plan.limits.by ?? [])),
  };
  await saveJudgement(deps.pool, job, judgement);
  return judgement;
};

const judgeRules = async ({ pool }: ActivityDeps, { job, plan, datasetId }: PlannedJob, { target, books }: { readonly target: LoadTarget; readonly books: Books }): Promise<readonly FileFinding[]> => {
  const rules = fileRulesOf(plan);
  if (rules.length === 0) return [];
  if (isPart(plan)) return rules.map(judgePart);
  const asked = (kind: 'fill_rate' | 'sum'): readonly string[] => rules.flatMap((rule) => (rule.kind === kind ? [rule.field] : []));
  const doubled = await countIssuesByField(pool, target.epoch, 'DUPLICATE_REJECTED');
  const evidence = (await ledgerTotals(pool, target.epoch)).evidence as unknown as ChunkEvidence;
  const most = Math.max(0, ...rules.map((rule) => (rule.kind === 'drift' ? rule.last : 0)));
  return judgeFileRules(rules, {
    rowsRead: books.read, rowsKept: books.read - books.filtered, standing: books.created + books.updated + books.unchanged,
    duplicates: books.duplicate + doubled.reduce((sum, { count }) => sum + count, 0),
    ...await measureStanding(pool, target, { filled: asked('fill_rate'), summed: asked('sum') }),
    sent: cellsSent(plan, evidence, books.read), columns: plan.parse.columns,
    deliveries: most === 0 ? [] : await lastDeliveries(pool, { org: job.org, datasetId, partner: job.partner, exceptJobId: job.jobId, limit: most }),
  });
};

/** What stands in the way is told before a row is staged. */
export const refuseUnexpectedColumns = async (deps: ActivityDeps, { job, plan }: { readonly job: Job; readonly plan: PlanDocument }): Promise<void> => {
  const fileFindings = isPart(plan) ? [] : fileRulesOf(plan).flatMap((rule) => (rule.kind === 'columns' ? [judgeColumnRule(rule, plan.parse.columns)] : []));
  if (fileFindings.length === 0) return;
  await saveJudgement(deps.pool, job, { fileFindings, exceededLimits: [] });
  refuseBrokenFile(fileFindings, plan);
};

/** Names of rules only: what was measured stays in the database. */
export const refuseBrokenFile = (findings: readonly FileFinding[], { onError }: Pick<PlanDocument, 'onError'>): void => {
  if (onError === 'warn') return;
  const rules = [...new Set(findings.filter(({ verdict, severity }) => verdict === 'broken' && severity === 'error').map(({ rule }) => rule))];
  if (rules.length > 0) throw new WaybillError('FILE_RULES_BROKEN', `The file breaks rules that are set for it as a whole (${rules.join(', ')}).`, { rules });
};
