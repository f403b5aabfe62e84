/** How a job's file differs from its template; noted in the job, whatever is done with it. */
import type { DatasetDefinition } from '../contracts/dataset-definition.ts';
import type { ImportRequest } from '../contracts/import-request.ts';
import type { ParseOptions } from '../contracts/parse-options.ts';
import type { MappedField } from '../contracts/plan-document.ts';
import type { TemplateReport } from '../contracts/template.ts';
import { neededFields } from '../core/mapping/check-mapping.ts';
import { sampleColumns, type SampledColumns } from '../core/mapping/sample-columns.ts';
import { loadWayOf } from '../core/staging/derived-key-field.ts';
import { checkTemplate } from '../core/templates/check-template.ts';
import { findDrift, type Drift } from '../core/templates/find-drift.ts';
import { mapByTemplate } from '../core/templates/map-by-template.ts';
import { sourceShapeOf } from '../core/templates/source-shape.ts';
import type { Job } from '../db/find-job.ts';
import { noteJob } from '../db/move-job.ts';
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
export interface LookedAt {
  readonly drift: Drift;
  readonly report: TemplateReport;
  readonly sampled: SampledColumns;
  /** As far as the columns are there. */
  readonly mapping: readonly MappedField[];
}

export const lookForDrift = async (deps: ActivityDeps, { job, template, request, parse, definition }: TemplateMapOrder): Promise<LookedAt> => {
  const { template: { document }, fields, said } = template;
  checkTemplate(definition, document);
  const sampled = await sampleColumns(await openSource(deps.storage, sourceKey(job, parse)), parse);
  const drift = findDrift({ document, fields, file: sourceShapeOf(parse, sampled), sampled, definition, needed: new Set(neededFields(definition, loadWayOf(request, definition))), zone: request.zone });
  const report = { ...template.report, drift: drift.findings };
  await noteJob(deps.pool, { jobId: job.jobId, patch: { templateReport: report } });
  return { drift, report, sampled, mapping: mapByTemplate({ source: document.source, fields, found: drift.found, columns: parse.columns, definition, own: said.map }) };
};
