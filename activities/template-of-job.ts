/** The treatment that a job asks for: by itself, or by the template that it has pinned. */
import { WaybillError } from '../contracts/errors.ts';
import { importRequestSchema, type ImportRequest } from '../contracts/import-request.ts';
import { templateReportSchema, type TemplateReport } from '../contracts/template.ts';
import { withTemplate, type TreatedRequest } from '../core/templates/with-template.ts';
import type { Queryable } from '../db/connection.ts';
import type { Job } from '../db/find-job.ts';
import { findPinnedTemplate, type Template } from '../db/templates.ts';

export interface JobTemplate extends Pick<TreatedRequest, 'fields'> {
  readonly template: Template;
  /** As the import said it. */
  readonly said: ImportRequest;
  readonly report: TemplateReport;
}
export interface Treatment {
  /** With what the template says in it. */
  readonly request: ImportRequest;
  readonly template: JobTemplate | null;
}

export const treatmentOf = async (db: Queryable, job: Job): Promise<Treatment> => {
  const said = importRequestSchema.parse(job.request);
  const template = await pinnedTemplate(db, job);
  if (template === null) return { request: said, template: null };
  const { request, fields, overruled } = withTemplate(said, template.document);
  const known = templateReportSchema.safeParse(job.templateReport);
  const by = known.success ? known.data.by : said.template === undefined ? 'recognised' : 'asked';
  return { request, template: { template, said, fields, report: { name: template.name, version: template.version, by, overruled, drift: [] } } };
};

export const pinnedTemplate = async (db: Queryable, { templateId, templateVersion }: Job): Promise<Template | null> => {
  if (templateId === null || templateVersion === null) return null;
  const template = await findPinnedTemplate(db, { templateId, version: templateVersion });
  if (template === null) throw new WaybillError('TEMPLATE_UNKNOWN', 'The template of the job is gone.');
  return template;
};
