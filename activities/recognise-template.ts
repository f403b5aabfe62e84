/** Detection of a job's file, and with it the template that it is known by (docs/templates.md). */
import type { ImportRequest } from '../contracts/import-request.ts';
import { WaybillError } from '../contracts/errors.ts';
import type { ParseOverrides } from '../contracts/parse-options.ts';
import { rejectColumns } from '../contracts/reject-columns.ts';
import type { PreparedSource } from '../core/intake/prepare-source.ts';
import { recogniseSource } from '../core/templates/recognise-source.ts';
import { parseWithTemplate } from '../core/templates/with-template.ts';
import type { Job, JobPatch } from '../db/find-job.ts';
import { listTemplates, type Template } from '../db/templates.ts';
import { archiveKey } from '../storage/storage-keys.ts';
import type { ActivityDeps } from './activity-deps.ts';
import { openSource } from './import-source.ts';
import { pinnedTemplate } from './template-of-job.ts';

export interface Recognising {
  readonly job: Job;
  readonly request: ImportRequest;
  readonly prepare: (overrides: ParseOverrides) => Promise<PreparedSource>;
}

export interface PreparedByTemplate {
  readonly prepared: PreparedSource;
  /** To be noted with the detection: both are of one attempt. */
  readonly patch: JobPatch;
}

export const prepareByTemplate = async (deps: ActivityDeps, { job, request, prepare }: Recognising): Promise<PreparedByTemplate> => {
  const pinned = await pinnedTemplate(deps.pool, job);
  // Rejected rows that come back are CSV, however the file was read that they are of.
  if (pinned !== null) return { prepared: await prepare(await startsAsRejects(deps, request) ? request.parse : parseWithTemplate(request.parse, pinned.document.parse)), patch: {} };
  const candidates = request.noTemplate === true || job.dataset === null ? [] : await listTemplates(deps.pool, { org: job.org, id: job.owner }, { dataset: job.dataset });
  if (candidates.length === 0) return { prepared: await prepare(request.parse), patch: {} };
  const { prepared, fitting } = await recogniseSource({ store: deps.storage, prepare, said: request.parse, partner: job.partner, candidates, mayDrift: request.map.length === 0 });
  const [only] = fitting;
  if (fitting.length > 1) throw ambiguous(fitting);
  return { prepared, patch: only === undefined ? {} : pinOf(job, only) };
};

const headBytes = 256 * 1024;

/** Whether the first bytes of the file name all columns of ours: before it is known how it is read. */
const startsAsRejects = async ({ storage }: ActivityDeps, { sha256 }: ImportRequest): Promise<boolean> => {
  const { bytes } = await openSource(storage, archiveKey(sha256));
  const head = (await storage.readRange(archiveKey(sha256), 0, Math.min(headBytes, bytes))).toString('latin1');
  return rejectColumns.every((name) => head.includes(name));
};

export const ambiguous = (fitting: readonly Pick<Template, 'name'>[]): WaybillError => {
  const names = fitting.map(({ name }) => name);
  return new WaybillError('TEMPLATE_AMBIGUOUS', `Several templates fit the file: ${names.join(', ')}.`, { templates: names });
};

/** An import that names no partner has the template's. */
const pinOf = ({ partner }: Job, { templateId, name, version, partner: whose }: Template): JobPatch =>
  ({ templateId, templateVersion: version, templateReport: { name, version, by: 'recognised', overruled: [], drift: [] }, ...(partner === null ? { partner: whose } : {}) });
