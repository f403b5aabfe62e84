/** What the API does with templates: each of these checks the template against its dataset before it is kept. */
import { createHash } from 'node:crypto';
import type { Actor } from '../../contracts/actor.ts';
import { WaybillError } from '../../contracts/errors.ts';
import { templateFileSchema, templateNameSchema, type DriftPolicy, type TemplateDocument, type TemplateFile, type TemplateRef } from '../../contracts/template.ts';
import { canonicalJson } from '../../core/receipt/canonical-json.ts';
import { checkTemplate, templateInvalid } from '../../core/templates/check-template.ts';
import { saveTemplate, type SaveTemplateResult } from '../../db/change-templates.ts';
import { findTemplate, templateDocuments, type Template, type TemplateVisibility } from '../../db/templates.ts';
import type { ApiDeps } from '../api-deps.ts';
import { mustFindDataset, mustFindJob } from '../jobs/start-import.ts';
import { documentOfJob } from './document-of-job.ts';

type Deps = Pick<ApiDeps, 'pool' | 'storage' | 'readLegacy'>;
export interface SavedTemplate { readonly template: Template; readonly changed: boolean }

export const mustFindTemplate = async (deps: Pick<ApiDeps, 'pool'>, actor: Actor, ref: TemplateRef): Promise<Template> => {
  const template = await findTemplate(deps.pool, actor, ref);
  if (template === null) throw new WaybillError('TEMPLATE_UNKNOWN', 'There is no such template, or no such version of it.', { template: ref.name, ...(ref.version === undefined ? {} : { version: ref.version }) });
  return template;
};

export const hashTemplate = (document: TemplateDocument): string => createHash('sha256').update(canonicalJson(document)).digest('hex');
const versionOf = (document: TemplateDocument) => ({ document, hash: hashTemplate(document) });

const shown = async (deps: Deps, actor: Actor, name: string, { version, changed }: SaveTemplateResult): Promise<SavedTemplate> =>
  ({ template: await mustFindTemplate(deps, actor, { name, version }), changed });

export interface SaveFromJob { readonly actor: Actor; readonly name: string; readonly fromJob: string; readonly visibility?: TemplateVisibility | undefined; readonly drift: Partial<DriftPolicy> }

export const saveFromJob = async (deps: Deps, { actor, name, fromJob, visibility, drift }: SaveFromJob): Promise<SavedTemplate> => {
  const job = await mustFindJob(deps, actor.org, fromJob);
  const document = await documentOfJob(deps, job, drift);
  const { datasetId, definition } = await mustFindDataset(deps, actor.org, document.dataset);
  checkTemplate(definition, document);
  return shown(deps, actor, name, await saveTemplate(deps.pool, { actor, name, datasetId, visibility, partner: job.partner, fromJob, action: 'saved', mayExist: true, versions: [versionOf(document)] }));
};

export interface CopyOrder { readonly actor: Actor; readonly from: TemplateRef; readonly as: string; readonly partner: string | null }

export const copyTemplate = async (deps: Deps, { actor, from, as, partner }: CopyOrder): Promise<SavedTemplate> => {
  const { document } = await mustFindTemplate(deps, actor, from);
  const { datasetId, definition } = await mustFindDataset(deps, actor.org, document.dataset);
  checkTemplate(definition, document);
  return shown(deps, actor, as, await saveTemplate(deps.pool, { actor, name: as, datasetId, partner, action: 'copied', mayExist: false, versions: [versionOf(document)] }));
};

/** The name may be another one than the file's. */
export interface ApplyOrder { readonly actor: Actor; readonly file: unknown; readonly name?: string | undefined; readonly visibility?: TemplateVisibility | undefined }

export const applyTemplate = async (deps: Deps, { actor, file: written, name: other, visibility }: ApplyOrder): Promise<SavedTemplate> => {
  const file = parseTemplateFile(written);
  const name = other ?? file.name;
  const [first] = file.versions;
  const dataset = first?.document.dataset ?? '';
  if (file.versions.some(({ document }) => document.dataset !== dataset)) throw templateInvalid('its versions are for several datasets.', 'versions');
  const { datasetId, definition } = await mustFindDataset(deps, actor.org, dataset);
  // Earlier versions may be for the dataset as it was; the newest is what files are read with.
  const newest = file.versions.at(-1);
  if (newest !== undefined) checkTemplate(definition, newest.document);
  const versions = file.versions.map(({ version, document }) => ({ ...versionOf(document), version }));
  return shown(deps, actor, name, await saveTemplate(deps.pool, { actor, name, datasetId, visibility, partner: file.partner, action: 'imported', mayExist: true, versions }));
};

const parseTemplateFile = (value: unknown): TemplateFile => {
  const parsed = templateFileSchema.safeParse(value);
  if (parsed.success) return parsed.data;
  const [first] = parsed.error.issues;
  // The keys of value maps are values of cells: the place ends before them.
  const path = first?.path.slice(0, 6).map(String).join('.') ?? '';
  throw templateInvalid(`it is not of the form of a template (${first?.code ?? 'custom'}).`, path === '' ? 'The file' : path);
};

/** All versions, or the one that is asked for. */
export const templateFileOf = async (deps: Deps, actor: Actor, ref: TemplateRef): Promise<TemplateFile> => {
  const { templateId, name, partner, version, document } = await mustFindTemplate(deps, actor, ref);
  const versions = ref.version === undefined ? await templateDocuments(deps.pool, templateId) : [{ version, document }];
  return { kind: 'waybill-template', schemaVersion: 1, name, partner, versions };
};

export const parseTemplateName = (name: string): string => {
  if (!templateNameSchema.safeParse(name).success) throw new WaybillError('REQUEST_INVALID', 'The name of a template has lower case letters, digits, _, . and - only.', { field: 'name' });
  return name;
};
