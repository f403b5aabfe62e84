import { createHash } from 'node:crypto';
import type { DatasetDefinition } from '../contracts/dataset-definition.ts';
import { WaybillError } from '../contracts/errors.ts';
import type { ImportRequest } from '../contracts/import-request.ts';
import type { ParseOptions } from '../contracts/parse-options.ts';
import { pgTypeOf } from '../contracts/pg-type-of.ts';
import type { MappedField, PlanDocument } from '../contracts/plan-document.ts';
import { confirmationsOf, rememberedOrders, type Confirmations } from '../core/mapping/confirmed-names.ts';
import { checkMapping } from '../core/mapping/check-mapping.ts';
import type { FileMapping } from '../core/mapping/map-file.ts';
import { asExported, fitColumns, mappedField, withDateReadings } from '../core/staging/draft-plan.ts';
import { createJudgement } from '../core/staging/create-judgement.ts';
import { loadWayOf, withDerivedKey } from '../core/staging/derived-key-field.ts';
import { checkMappedPolicy } from '../core/validation/check-load-policy.ts';
import { withKnownOrders } from '../core/templates/map-by-template.ts';
import { canonicalJson } from '../core/receipt/canonical-json.ts';
import { expectChunks } from '../db/chunks.ts';
import { findConfirmedMappings } from '../db/confirmed-mappings.ts';
import { inTransaction } from '../db/connection.ts';
import { checkWritable } from '../db/dataset-table.ts';
import { findExportedFile } from '../db/export-files.ts';
import type { Job } from '../db/find-job.ts';
import { answerOf, questionOf } from '../db/job-question.ts';
import { moveJob, noteJob } from '../db/move-job.ts';
import { insertPlan } from '../db/plans.ts';
import { findCommittedTwin } from '../db/same-file.ts';
import { findSourceFile } from '../db/source-files.ts';
import { createStagingTable } from '../db/staging-table.ts';
import { archiveKey } from '../storage/storage-keys.ts';
import type { ActivityDeps } from './activity-deps.ts';
import { checkRequest, refuseRulesOfKeys } from './check-request.ts';
import { openSource, sourceKey } from './import-source.ts';
import { datasetOfJob, jobForWork } from './job-for-work.ts';
import { refuseUnexpectedColumns } from './judge-file.ts';
import { mapColumns } from './map-columns.ts';
import { mapWithTemplate } from './map-with-template.ts';
import { mappingOfAnswer } from './mapping-of-answer.ts';
import { planChunks } from './plan-chunks.ts';
import { treatmentOf, type JobTemplate } from './template-of-job.ts';

export interface PlanImportInput { readonly jobId: string }
export interface PlanImportResult {
  readonly chunkCount: number;
  readonly rowsTotal: number;
  readonly round: number;
  readonly planEpoch: number;
  readonly stopAtFirstReject: boolean;
}

/** PostgreSQL's limit of columns a table, less the row number. */
const mostColumns = 1_590;

/** Pins how the file is read, mapped, checked and loaded, cuts it into chunks and makes the staging table. Run twice, it does the same once. */
export const createPlanImport = (deps: ActivityDeps) => async ({ jobId }: PlanImportInput, signal: AbortSignal): Promise<PlanImportResult> => {
  await moveJob(deps.pool, { jobId, from: ['detecting', 'awaiting_mapping'], to: 'planning' });
  const job = await jobForWork(deps.pool, jobId);
  const { request, template } = await treatmentOf(deps.pool, job);
  const proof = proveSource(deps, job, { sha256: request.sha256, signal });
  proof.catch(() => undefined);
  if (job.detection === null) throw new WaybillError('JOB_STATE', 'The file has not been looked at yet.', { job: jobId });
  const version = await datasetOfJob(deps.pool, job, request.dataset);
  await checkWritable(deps.pool, version.definition);
  const parse = await readColumns(deps, { job, detection: job.detection, request, definition: version.definition });
  const plan = await makePlan(deps, { job, request, template, parse, definition: version.definition });
  // Now that the file's columns are known: an expression may name one that is not there.
  createJudgement(plan, { datasetDefinition: version.definition, datesAsDays: true, today: 0 });
  checkMappedPolicy(version.definition, plan);
  const planHash = hashPlan(plan);
  await insertPlan(deps.pool, { planHash, document: plan });
  await refuseTwin(deps, { job, request, planHash });
  await noteJob(deps.pool, { jobId, patch: { planHash } });
  await refuseUnexpectedColumns(deps, { job, plan });
  const { chunkCount, rowsTotal, sourceVersion } = await planChunks(deps, { job, parse, key: sourceKey(job, parse) }, signal);
  await proof;
  const key = { jobId, round: job.round, planEpoch: job.planEpoch };
  await inTransaction(deps.pool, async (tx) => {
    await expectChunks(tx, key, { chunkCount, rowsTotal });
    const moved = await moveJob(tx, { jobId, from: ['planning'], to: 'staging', patch: { rowsTotal, sourceVersion, chunksPlanned: chunkCount } });
    // A zombie, whose job was cancelled or is staging already, leaves no table behind.
    if (moved) await createStagingTable(tx, key, {
      pgTypes: plan.mapping.map((mapped) => pgTypeOf(mappedField(version.definition, mapped.field))), marksCleared: plan.loadPolicy?.clearToken !== undefined,
    });
  });
  return { chunkCount, rowsTotal, round: job.round, planEpoch: job.planEpoch, stopAtFirstReject: plan.onError === 'abort' };
};

interface Fitting { readonly job: Job; readonly detection: NonNullable<Job['detection']>; readonly request: ImportRequest; readonly definition: DatasetDefinition }

/** The job shows the columns that are read. */
const readColumns = async (deps: ActivityDeps, { job, detection, request, definition }: Fitting): Promise<ParseOptions> => {
  const options = fitColumns(detection.options, request, definition);
  if (options !== detection.options) await noteJob(deps.pool, { jobId: job.jobId, patch: { detection: { ...detection, options } } });
  return options;
};

interface PlanBasis { readonly job: Job; readonly request: ImportRequest; readonly template: JobTemplate | null; readonly parse: ParseOptions; readonly definition: DatasetDefinition }

const makePlan = async (deps: ActivityDeps, { job, request, template, parse, definition }: PlanBasis): Promise<PlanDocument> => {
  await checkRequest(deps.pool, { org: job.org, request, definition });
  const filled = withDerivedKey(definition, request.derivedKey);
  const confirmed = await confirmedFor(deps, job), answer = answerOf(job);
  const proposal: FileMapping = answer !== null ? mappingOfAnswer(answer, questionOf(job), parse)
    : template !== null ? await mapWithTemplate(deps, { job, template, request, parse, definition: filled })
      : await mapColumns(deps.storage, { key: sourceKey(job, parse), parse, definition: filled, map: request.map, zone: request.zone, confirmed });
  if (proposal.mapping.length > mostColumns)
    throw new WaybillError('FILE_TOO_MANY_COLUMNS', 'More columns are mapped than a staging table can have.', { mapped: proposal.mapping.length });
  const { key, mode } = loadWayOf(request, definition);
  checkMapping(filled, { mapping: proposal.mapping, key, mode, open: proposal.open });
  if (key.length === 0) refuseRulesOfKeys(request);
  await noteJob(deps.pool, { jobId: job.jobId, patch: { mappingReport: { mapping: proposal.mapping, unmapped: proposal.unmapped, ...rememberedIn(proposal) } } });
  const fromExport = await findExportedFile(deps.pool, { org: job.org, sha256: request.sha256 });
  return {
    schemaVersion: 1, engineVersion: deps.engineVersion, dataset: definition.name, datasetVersion: job.datasetVersion ?? 1,
    parse: fromExport === null ? parse : asExported(parse, { definition, mapping: proposal.mapping }),
    mapping: withKnownOrders(await withDateReadings({
      source: () => openSource(deps.storage, sourceKey(job, parse)), parse, definition, mapping: proposal.mapping,
      dateOrders: { ...ordersFor(proposal.mapping, request, template), ...answer?.dateOrders }, remembered: template === null ? rememberedOrders(proposal.mapping, parse, confirmed) : {},
    }), template?.fields ?? []),
    key, mode, duplicates: request.duplicates, onError: request.onError,
    limits: { maxErrors: request.maxErrors, maxErrorPercent: request.maxErrorPercent, ...(request.limitsBy === undefined ? {} : { by: request.limitsBy }) }, zone: request.zone,
    ...rulesOf(request),
    ...(fromExport === null ? {} : { fromExport }),
  };
};

const rememberedIn = ({ remembered }: FileMapping): Pick<FileMapping, 'remembered'> => (remembered === undefined ? {} : { remembered });

/** A template's order of a field whose column is missing says nothing; one that the import says of it is a mistake. */
const ordersFor = (mapping: readonly MappedField[], { dateOrders }: ImportRequest, template: JobTemplate | null): ImportRequest['dateOrders'] =>
  (template === null ? dateOrders : Object.fromEntries(Object.entries(dateOrders).filter(([field]) => field in template.said.dateOrders || mapping.some((entry) => entry.field === field))));

/** What was not said stays out, so that the plan of an import without rules keeps its hash. */
const rulesOf = ({ rowFilter, rules, derivedKey, loadPolicy }: ImportRequest): Pick<PlanDocument, 'rowFilter' | 'rules' | 'derivedKey' | 'loadPolicy'> => ({
  ...(rowFilter === undefined ? {} : { rowFilter }), ...(rules === undefined ? {} : { rules }),
  ...(derivedKey === undefined ? {} : { derivedKey }), ...(loadPolicy === undefined ? {} : { loadPolicy }),
});

export const confirmedFor = async ({ pool }: ActivityDeps, { org, datasetId, partner }: Job): Promise<Confirmations> =>
  datasetId === null ? new Map() : confirmationsOf(await findConfirmedMappings(pool, { org, datasetId, partner }));

export const hashPlan = (plan: PlanDocument): string => createHash('sha256').update(canonicalJson(plan)).digest('hex');

/** An archived copy that was received longer ago is hashed again: disks forget. */
const trustedMs = 3_600_000;

/**
 * The archive still holds what was received: its copy is the one that was hashed on receipt a moment ago, or it is hashed again, on a thread
 * of its own while the plan is made (177 MB: 0.3 s, 0.15 s of it waiting).
 */
const proveSource = async (deps: ActivityDeps, job: Job, { sha256, signal }: { readonly sha256: string; readonly signal: AbortSignal }): Promise<void> => {
  const file = await findSourceFile(deps.pool, { org: job.org, sha256 });
  const { version } = await openSource(deps.storage, archiveKey(sha256));
  if (file !== null && file.storedVersion === version && Date.now() - file.receivedAt.getTime() < trustedMs) return;
  if (await deps.hashOnThread(archiveKey(sha256), signal) !== sha256)
    throw new WaybillError('FILE_CHANGED', 'The archived copy no longer has the hash under which it was received.');
};

/** Only a committed import that was not undone counts; the commit looks again (design 10.8). */
const refuseTwin = async (
  deps: ActivityDeps, { job, request, planHash }: { readonly job: Job; readonly request: ImportRequest; readonly planHash: string },
): Promise<void> => {
  if (request.again || job.datasetId === null) return;
  const twin = await findCommittedTwin(deps.pool, { org: job.org, sha256: request.sha256, datasetId: job.datasetId, planHash, exceptJobId: job.jobId });
  if (twin !== null) throw new WaybillError('SAME_FILE', 'This file was imported with the same plan by an earlier job.', { job: twin });
};
