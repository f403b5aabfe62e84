import { jobIdSchema } from '../../contracts/ids.ts';
import type { JobState } from '../../contracts/job-states.ts';
import { appendAudit, auditHead, listHeadSignatures, readAudit } from '../../db/audit.ts';
import { findDataset, listDatasets } from '../../db/datasets.ts';
import { findConfirmedMappings } from '../../db/confirmed-mappings.ts';
import { heldValues } from '../../db/held-values.ts';
import { findJob } from '../../db/find-job.ts';
import { withMessages } from './with-messages.ts';
import { groupIssues, pageIssues } from '../../db/issues.ts';
import { listJobs } from '../../db/list-jobs.ts';
import { findPlan } from '../../db/plans.ts';
import { previewRecords } from '../../db/preview-records.ts';
import { refuseWithoutRole } from '../../db/reader.ts';
import { traceRecord } from '../../db/record-origins.ts';
import { confirmationsOf } from '../../core/mapping/confirmed-names.ts';
import { writeRecordPath } from '../../core/formats/json/record-path.ts';
import { listArchive } from '../../core/intake/zip/list-archive.ts';
import { archiveKey } from '../../storage/storage-keys.ts';
import { estimateForDataset } from '../inspect/estimate-for-dataset.ts';
import { inspectSource } from '../inspect/inspect-source.ts';
import { parseOverrides } from '../jobs/parse-import-request.ts';
import { proposeForSource } from '../mapping/propose-for-source.ts';
import { mustFindDataset, mustFindJob, mustFindSource } from '../jobs/start-import.ts';
import { defaultPurpose, type GraphqlContext } from './graphql-context.ts';
import { parsePreviewRequest } from '../mapping/parse-preview-request.ts';
import { previewMappingOf } from '../mapping/preview-mapping-of.ts';
import { previewExport } from '../exports/preview-export.ts';
import { parseExportSelection } from '../exports/parse-export-request.ts';
import { fittingTemplatesOf } from '../templates/fitting-templates.ts';
import { templateQueries } from './template-resolvers.ts';
import { decodeCursor, encodeCursor, pageSize } from './page-cursor.ts';

type Maybe<T> = T | null | undefined;
type Fields = Readonly<Record<string, unknown>>;

interface JobsArgs { readonly filter?: Maybe<{ readonly states?: Maybe<readonly JobState[]>; readonly dataset?: Maybe<string> }>; readonly first?: Maybe<number>; readonly after?: Maybe<string> }
const jobs = async (_: unknown, { filter, first, after }: JobsArgs, { deps, actor }: GraphqlContext) => {
  const [before] = decodeCursor(after, 1) ?? [];
  const page = await listJobs(deps.pool, {
    org: actor.org, limit: pageSize(first, 200),
    ...(filter?.states ? { states: filter.states } : {}), ...(filter?.dataset ? { dataset: filter.dataset } : {}), ...(before === undefined ? {} : { before }),
  });
  return { jobs: page.jobs, next: page.next === null ? null : encodeCursor(page.next) };
};

const job = (_: unknown, { id }: { readonly id: string }, { deps, actor }: GraphqlContext) =>
  (jobIdSchema.safeParse(id).success ? findJob(deps.pool, { org: actor.org, jobId: id }) : null);

interface IssuesArgs { readonly jobId: string; readonly first?: Maybe<number>; readonly after?: Maybe<string>; readonly purpose?: Maybe<string> }
const issues = async (_: unknown, { jobId, first, after, purpose }: IssuesArgs, { deps, actor }: GraphqlContext) => {
  const { planHash } = await mustFindJob(deps, actor.org, jobId);
  const [rowNo, seq] = decodeCursor(after, 2) ?? [];
  const page = await pageIssues(deps.pool, {
    jobId, actor, purpose: purpose ?? defaultPurpose, limit: pageSize(first, 1_000),
    ...(rowNo === undefined || seq === undefined ? {} : { after: { rowNo, seq } }),
  });
  return { issues: await withMessages(deps.pool, planHash, page.issues), next: page.next === null ? null : encodeCursor(page.next.rowNo, page.next.seq) };
};

interface EstimateArgs { readonly sha256: string; readonly dataset: string; readonly parse?: Maybe<Fields> }
const estimateImport = async (_: unknown, { sha256, dataset, parse }: EstimateArgs, { deps, actor }: GraphqlContext) => estimateForDataset(deps, {
  dataset: await mustFindDataset(deps, actor.org, dataset), file: await mustFindSource(deps, actor.org, sha256), overrides: parseOverrides(parse),
});

interface InspectArgs { readonly sha256: string; readonly fileName?: Maybe<string>; readonly parse?: Maybe<Fields>; readonly all?: Maybe<boolean>; readonly purpose?: Maybe<string> }
const inspect = async (_: unknown, { sha256, fileName, parse, all, purpose }: InspectArgs, { deps, actor, signal }: GraphqlContext) => {
  refuseWithoutRole({ actor, purpose: purpose ?? defaultPurpose });
  const file = await mustFindSource(deps, actor.org, sha256);
  const { detection, rows, rowsExact, sample } = await inspectSource(deps.storage, { file, fileName: fileName ?? undefined, overrides: parseOverrides(parse), extent: all === true ? 'all' : 'samples', readLegacy: deps.readLegacy, signal });
  const { options, guesses } = detection;
  return {
    format: options.format, compression: options.compression ?? 'none', encoding: options.encoding, columns: options.columns.map((name) => ({ name })),
    rows, rowsExact, sample, guesses,
    ...(options.format === 'csv' ? { delimiter: options.delimiter, quote: options.quote, escape: options.escape, headerRow: options.header, preambleLines: options.preambleLines } : {}),
    ...('sheet' in options ? { sheet: options.sheet, headerRow: options.header, headerRows: options.headerRows, preambleLines: options.preambleLines } : {}),
    ...(options.format === 'fixed' ? { headerRow: options.header, preambleLines: options.preambleLines } : {}),
    ...('recordPath' in options ? { recordPath: writeRecordPath(options.recordPath) } : {}),
  };
};

const archiveFiles = async (_: unknown, { sha256, purpose }: Pick<InspectArgs, 'sha256' | 'purpose'>, { deps, actor }: GraphqlContext) => {
  refuseWithoutRole({ actor, purpose: purpose ?? defaultPurpose });
  await mustFindSource(deps, actor.org, sha256);
  const members = await listArchive(deps.storage, archiveKey(sha256));
  return members.map(({ name, plainBytes }, index) => ({ no: index + 1, name, bytes: plainBytes }));
};

interface ProposeArgs { readonly sha256: string; readonly dataset: string; readonly fileName?: Maybe<string>; readonly partner?: Maybe<string>; readonly parse?: Maybe<Fields>; readonly purpose?: Maybe<string> }
const proposeMapping = async (_: unknown, { sha256, dataset, fileName, partner, parse, purpose }: ProposeArgs, { deps, actor }: GraphqlContext) => {
  const reader = { actor, purpose: purpose ?? defaultPurpose };
  refuseWithoutRole(reader);
  const file = await mustFindSource(deps, actor.org, sha256);
  const { definition, datasetId } = await mustFindDataset(deps, actor.org, dataset);
  const confirmed = confirmationsOf(await findConfirmedMappings(deps.pool, { org: actor.org, datasetId, partner: partner ?? null }));
  const { valueMaps, ...proposal } = await proposeForSource(deps.storage, { file, definition, fileName: fileName ?? undefined, overrides: parseOverrides(parse), readLegacy: deps.readLegacy, confirmed, held: await heldValues(deps.pool, { definition, ...reader }) });
  return { ...proposal, valueMaps: async () => {
    await appendAudit(deps.pool, { actor, action: 'codes.read', dataset: definition.name, details: { sha256, fields: valueMaps.map(({ field }) => field), codes: valueMaps.reduce((sum, { codes }) => sum + codes.length, 0), purpose: reader.purpose } });
    return valueMaps;
  } };
};

interface FittingArgs { readonly sha256: string; readonly dataset: string; readonly fileName?: Maybe<string>; readonly partner?: Maybe<string>; readonly parse?: Maybe<Fields> }
const fittingTemplates = async (_: unknown, { sha256, dataset, fileName, partner, parse }: FittingArgs, { deps, actor }: GraphqlContext) => {
  await mustFindDataset(deps, actor.org, dataset);
  return fittingTemplatesOf(deps, { actor, file: await mustFindSource(deps, actor.org, sha256), dataset, fileName: fileName ?? undefined, partner: partner ?? null, overrides: parseOverrides(parse) });
};

interface RecordsArgs { readonly dataset: string; readonly first?: Maybe<number>; readonly importedBy?: Maybe<string>; readonly purpose?: Maybe<string> }
const records = async (_: unknown, { dataset, first, importedBy, purpose }: RecordsArgs, { deps, actor }: GraphqlContext) => {
  const { definition } = await mustFindDataset(deps, actor.org, dataset);
  const by = importedBy ? await mustFindJob(deps, actor.org, importedBy) : null;
  const plan = by === null || by.planHash === null ? null : await findPlan(deps.pool, by.planHash);
  return previewRecords(deps.pool, {
    definition, actor, purpose: purpose ?? defaultPurpose, limit: pageSize(first, 20),
    ...(by === null ? {} : { importedBy: by.jobId }), ...(plan === null ? {} : { key: plan.key }),
  });
};

// The chain is one for all organisations: whoever verifies it needs every event.
const audit = (_: unknown, { afterSeq, first }: { readonly afterSeq?: Maybe<number>; readonly first?: Maybe<number> }, { deps }: GraphqlContext) =>
  readAudit(deps.pool, { org: null, afterSeq: afterSeq ?? 0, limit: pageSize(first, 10_000) });

export const queryResolvers = {
  previewExport: (_: unknown, { input }: { readonly input: Fields }, { deps, actor }: GraphqlContext) => previewExport(deps, { actor, selection: parseExportSelection(input) }),
  previewMapping: (_: unknown, { input }: { readonly input: Fields }, { deps, actor }: GraphqlContext) => previewMappingOf(deps, actor, parsePreviewRequest(input)),
  ...templateQueries, fittingTemplates,
  jobs, job, issues, estimateImport, inspect, proposeMapping, archiveFiles, records, audit,
  issueGroups: async (_: unknown, { jobId }: { readonly jobId: string }, { deps, actor }: GraphqlContext) => {
    await mustFindJob(deps, actor.org, jobId);
    return groupIssues(deps.pool, jobId);
  },
  datasets: (_: unknown, __: unknown, { deps, actor }: GraphqlContext) => listDatasets(deps.pool, { org: actor.org }),
  dataset: (_: unknown, { name }: { readonly name: string }, { deps, actor }: GraphqlContext) => findDataset(deps.pool, { org: actor.org, name }),
  auditHead: async (_: unknown, __: unknown, { deps }: GraphqlContext) => ({ ...await auditHead(deps.pool), signatures: await listHeadSignatures(deps.pool) }),
  traceRecord: async (_: unknown, { dataset, key }: { readonly dataset: string; readonly key: string }, { deps, actor }: GraphqlContext) => {
    const { datasetId } = await mustFindDataset(deps, actor.org, dataset);
    const origins = await traceRecord(deps.pool, { datasetId, recordKey: key });
    return origins.map(({ fileSha256, ...origin }) => ({ ...origin, sha256: fileSha256 }));
  },
};
