/** The mapping that a template gives a file, once what differs is told and allowed. */
import { keyFieldsOf, type DatasetDefinition } from '../contracts/dataset-definition.ts';
import type { ImportRequest } from '../contracts/import-request.ts';
import type { ParseOptions } from '../contracts/parse-options.ts';
import { joinEvidence, type JoinedMapping } from '../core/mapping/join-evidence.ts';
import { isWeighable } from '../core/mapping/propose-by-evidence.ts';
import type { SampledColumns } from '../core/mapping/sample-columns.ts';
import { sampleColumns } from '../core/mapping/sample-columns.ts';
import { findDrift } from '../core/templates/find-drift.ts';
import { checkTemplate } from '../core/templates/check-template.ts';
import { mapByTemplate } from '../core/templates/map-by-template.ts';
import { sourceShapeOf } from '../core/templates/source-shape.ts';
import type { Job } from '../db/find-job.ts';
import { noteJob } from '../db/move-job.ts';
import { settleDrift } from './settle-drift.ts';
import type { ActivityDeps } from './activity-deps.ts';
import { openSource, sourceKey } from './import-source.ts';
import type { JobTemplate } from './template-of-job.ts';

export interface TemplateMapOrder {
  readonly job: Job;
  readonly template: JobTemplate;
  /** With what the template says in it. */
  readonly request: ImportRequest;
  readonly parse: ParseOptions;
  readonly definition: DatasetDefinition;
}

export const mapWithTemplate = async (deps: ActivityDeps, { job, template, request, parse, definition }: TemplateMapOrder): Promise<JoinedMapping> => {
  const { template: { document }, fields, said } = template;
  checkTemplate(definition, document);
  const sampled = await sampleColumns(await openSource(deps.storage, sourceKey(job, parse)), parse);
  const { findings, found } = findDrift({ document, fields, file: sourceShapeOf(parse, sampled), sampled, definition, needed: neededFields(definition, request), zone: request.zone });
  const report = { ...template.report, drift: findings };
  await noteJob(deps.pool, { jobId: job.jobId, patch: { templateReport: report } });
  settleDrift({ report, accepted: said.acceptDrift === true });
  const mapping = mapByTemplate({ source: document.source, fields, found, columns: parse.columns, definition, own: said.map });
  return withCandidates({ mapping, unmapped: unusedOf(parse, mapping), open: [], proposal: null }, { sampled, definition, zone: request.zone });
};

const neededFields = (definition: DatasetDefinition, { key, mode }: ImportRequest): ReadonlySet<string> => new Set([
  ...key ?? keyFieldsOf(definition), ...(mode === 'update' ? [] : definition.fields.filter(({ required, hasDefault }) => required && !hasDefault).map(({ name }) => name)),
]);

const unusedOf = ({ columns }: ParseOptions, mapping: JoinedMapping['mapping']): JoinedMapping['unmapped'] => {
  const used = new Set(mapping.flatMap((entry) => entry.columns));
  return columns.flatMap((_, column) => (used.has(column) ? [] : [{ column }]));
};

/** What the template leaves unmapped is only named, with what it could be: the template says what feeds what. */
const withCandidates = (mapped: JoinedMapping, { sampled, definition, zone }: { readonly sampled: SampledColumns; readonly definition: DatasetDefinition; readonly zone: string }): JoinedMapping => {
  const { mapping, unmapped } = mapped;
  if (unmapped.length === 0 || mapping.length === definition.fields.length || !isWeighable(sampled.columns.length, definition.fields.length)) return mapped;
  const joined = joinEvidence({ names: { mapping, unmapped: unmapped.map(({ column }) => column) }, sampled, definition, zone });
  const taken = joined.mapping.filter(({ field }) => !mapping.some((entry) => entry.field === field)).map(({ field, columns, confidence = 1 }) => ({ field, columns, confidence }));
  return {
    mapping, proposal: null, open: [...taken, ...joined.open],
    unmapped: unmapped.map(({ column }) => {
      const own = taken.filter(({ columns }) => columns.includes(column)).map(({ field, confidence }) => ({ field, confidence }));
      return own.length > 0 ? { column, candidates: own } : joined.unmapped.find((each) => each.column === column) ?? { column };
    }),
  };
};
