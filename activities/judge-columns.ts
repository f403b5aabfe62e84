/**
 * The barrier: every chunk has recorded how its dates can be read; here the whole column is judged (promise 8). A plan that the evidence
 * contradicts is replaced, and the file is staged again under a new epoch, so that no two rows of a column were read by different rules.
 */
import { z } from 'zod';
import { WaybillError } from '../contracts/errors.ts';
import { pgTypeOf } from '../contracts/pg-type-of.ts';
import type { MappedField, PlanDocument } from '../contracts/plan-document.ts';
import type { ChunkEvidence } from '../core/staging/chunk-findings.ts';
import { judgeDateReading } from '../core/types/date-evidence.ts';
import type { EpochKey } from '../db/chunk-key.ts';
import { inTransaction } from '../db/connection.ts';
import { copyChunksToEpoch } from '../db/copy-chunks-to-epoch.ts';
import { countIssuesByField } from '../db/issues.ts';
import { ledgerTotals } from '../db/ledger-counts.ts';
import { noteJob } from '../db/move-job.ts';
import { insertPlan } from '../db/plans.ts';
import { createStagingTable, dropEpoch } from '../db/staging-table.ts';
import type { ActivityDeps } from './activity-deps.ts';
import { plannedJob } from './job-for-work.ts';
import type { PlannedJob } from './job-for-work.ts';
import { hashPlan } from './plan-import.ts';

export interface JudgeColumnsInput { readonly jobId: string; readonly round: number; readonly planEpoch: number }
export interface JudgeColumnsResult { readonly planEpoch: number; readonly restage: boolean }

export const createJudgeColumns = (deps: ActivityDeps) => async ({ jobId, round, planEpoch }: JudgeColumnsInput): Promise<JudgeColumnsResult> => {
  const planned = await plannedJob(deps.pool, jobId);
  // A retry after the epoch was raised: the work is done.
  if (planned.job.planEpoch > planEpoch) return { planEpoch: planned.job.planEpoch, restage: true };
  const epoch = { jobId, round, planEpoch };
  await refuseUnknownCodes(deps, planned, epoch);
  // Written by runChunk alone; adding up the numbers of equal places keeps the shape.
  const evidence = (await ledgerTotals(deps.pool, epoch)).evidence as unknown as ChunkEvidence;
  await reportFillRates(deps, planned, evidence);
  const mapping = planned.plan.mapping.map((mapped) => judged(mapped, evidence));
  if (mapping.every((mapped, index) => mapped === planned.plan.mapping[index])) return { planEpoch, restage: false };
  await raiseEpoch(deps, planned, { epoch, plan: { ...planned.plan, mapping } });
  return { planEpoch: planEpoch + 1, restage: true };
};

/** A value map may stop files with codes that it does not know: nothing is written, and the rejected rows show which they are. */
const refuseUnknownCodes = async ({ pool }: ActivityDeps, { plan }: PlannedJob, epoch: EpochKey): Promise<void> => {
  if (!plan.mapping.some(({ transforms = [] }) => transforms.some((step) => step.fn === 'map' && step.unknown === 'block'))) return;
  const found = await countIssuesByField(pool, epoch, 'VALUE_UNKNOWN_BLOCKS');
  if (found.length === 0) return;
  const told = found.map(({ field, count }) => `${field ?? 'a field'}: ${count}`);
  throw new WaybillError('VALUE_UNKNOWN_CODES', `Cells hold codes that their value map does not know (${told.join(', ')}).`, { fields: told });
};

const judged = (mapped: MappedField, evidence: ChunkEvidence): MappedField => {
  const counts = evidence.dates[mapped.field];
  if (mapped.date === undefined || counts === undefined) return mapped;
  const verdict = judgeDateReading(mapped.date, counts);
  return verdict.verdict === 'holds' ? mapped : { ...mapped, date: verdict.reading };
};

const raiseEpoch = async (
  deps: ActivityDeps, { job, definition }: PlannedJob, { epoch, plan }: { readonly epoch: EpochKey; readonly plan: PlanDocument },
): Promise<void> => {
  const next = { ...epoch, planEpoch: epoch.planEpoch + 1 };
  const planHash = hashPlan(plan);
  const types = plan.mapping.flatMap((mapped) => definition.fields.filter((field) => field.name === mapped.field).map(pgTypeOf));
  await inTransaction(deps.pool, async (tx) => {
    await insertPlan(tx, { planHash, document: plan });
    await copyChunksToEpoch(tx, { from: epoch, to: next });
    await createStagingTable(tx, next, { pgTypes: types, marksCleared: plan.loadPolicy?.clearToken !== undefined });
    await noteJob(tx, { jobId: job.jobId, patch: { planHash, planEpoch: next.planEpoch } });
    await dropEpoch(tx, epoch);
  });
};

/** Every column that feeds no field, with the share of rows in which it is filled: what would be lost is seen before it is missed. */
const reportFillRates = async (deps: ActivityDeps, { job, plan }: PlannedJob, evidence: ChunkEvidence): Promise<void> => {
  const rows = job.rowsTotal ?? 0;
  const filled = plan.parse.columns.map((_, column) => evidence.filled[column] ?? 0);
  const used = new Set(plan.mapping.flatMap((mapped) => mapped.columns));
  const candidates = candidatesOf(job.mappingReport);
  const unmapped = filled.flatMap((count, column) => (used.has(column) ? [] : [{ column, filled: count, fillRate: rows === 0 ? 0 : count / rows, ...candidates.get(column) }]));
  await noteJob(deps.pool, { jobId: job.jobId, patch: { mappingReport: { mapping: plan.mapping, unmapped, ...rememberedIn(job.mappingReport) } } });
};

/** What the plan thought of a column stays with it. */
const candidatesOf = (report: unknown): ReadonlyMap<number, { readonly candidates: unknown }> => {
  const found = plannedReportSchema.safeParse(report);
  return new Map(found.success ? found.data.unmapped.flatMap(({ column, candidates }) => (candidates === undefined ? [] : [[column, { candidates }] as const])) : []);
};

const rememberedIn = (report: unknown): { readonly remembered?: unknown } => {
  const { data } = plannedReportSchema.safeParse(report);
  return data?.remembered === undefined ? {} : { remembered: data.remembered };
};

const plannedReportSchema = z.object({ unmapped: z.array(z.object({ column: z.number(), candidates: z.unknown().optional() })), remembered: z.unknown().optional() });
