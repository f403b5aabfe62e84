/** `waybill template …`: the treatment of a file under a name. */
import { readFile } from 'node:fs/promises';
import { WaybillError } from '../contracts/errors.ts';
import {
  applyTemplateDocument, copyTemplateDocument, diffTemplateDocument, removeTemplateDocument, saveTemplateDocument, shareTemplateDocument, templateDocument, templateFileDocument, templatesDocument,
} from './generated/operations.ts';
import type { SaveTemplateMutation, TemplateFieldsFragment, TemplateQuery } from './generated/operations.ts';
import { plural } from './human-numbers.ts';
import type { TemplateOption } from './parse-options.ts';
import type { CommandContext } from './run-command.ts';
import { indent, printable, shorten, textTable } from './text-table.ts';

export interface SaveOptions { readonly from: string; readonly shared?: boolean; readonly drift?: Readonly<Record<string, string>> }

type Saved = SaveTemplateMutation['saveTemplate'];
const refOf = ({ name, version }: TemplateOption) => ({ name, version: version ?? null });
const whose = ({ partner }: Pick<TemplateFieldsFragment, 'partner'>): string => (partner === null ? 'anybody' : printable(partner));
const line = (template: TemplateFieldsFragment): string => `Template ${template.name}, version ${template.version}, for the dataset ${template.dataset}, files of ${whose(template)}, ${template.visibility}`;
const savedText = ({ template, changed }: Saved): string => `${line(template)}${changed ? '' : ': nothing changed'}.`;

export const saveTemplate = async ({ client, output }: CommandContext, name: string, { from, shared, drift }: SaveOptions): Promise<void> => {
  const { saveTemplate: saved } = await client.request(saveTemplateDocument, { input: { name, fromJob: from, shared: shared ?? null, drift: drift ?? null } });
  output.result(saved, () => savedText(saved));
};

export const listTemplates = async ({ client, output }: CommandContext, { dataset }: { readonly dataset?: string }): Promise<void> => {
  const { templates } = await client.request(templatesDocument, { dataset: dataset ?? null });
  output.result(templates, () => templates.length === 0 ? 'No templates yet. Save one from a job: waybill template save NAME --from JOB' : textTable(
    [{ title: 'template' }, { title: 'version', align: 'right' }, { title: 'dataset' }, { title: 'partner' }, { title: 'who sees it' }, { title: 'owner' }, { title: 'saved' }],
    templates.map((each) => [each.name, String(each.version), each.dataset, each.partner ?? '', each.visibility === 'shared' ? 'all' : 'its owner', each.owner, each.createdAt])));
};

const membersOf = (value: unknown): Readonly<Record<string, unknown>> => (typeof value === 'object' && value !== null && !Array.isArray(value) ? value as Readonly<Record<string, unknown>> : {});
const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);
const text = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value));

const mappingTable = (document: Readonly<Record<string, unknown>>): string => textTable([{ title: 'field' }, { title: 'from' }, { title: 'through' }, { title: 'because' }],
  listOf(document['mapping']).map(membersOf).map((entry) => [text(entry['field']), listOf(entry['columns']).map((column) => shorten(text(column), 40)).join(' + '),
    listOf(entry['transforms']).map((step) => text(membersOf(step)['fn'])).join(' | '), text(entry['by'])]));

/** Everything that is no list of its own, a line each. */
const settings = (document: Readonly<Record<string, unknown>>): readonly (readonly [string, string])[] =>
  ['parse', 'key', 'mode', 'duplicates', 'onError', 'limits', 'zone', 'rowFilter', 'rules', 'derivedKey', 'loadPolicy', 'drift']
    .flatMap((name) => (document[name] === undefined ? [] : [[name, shorten(text(document[name]), 110)] as const]));

const shownText = (template: TemplateQuery['template']): string => {
  const document = membersOf(template.document), source = membersOf(document['source']);
  const columns = listOf(source['columns']);
  return [
    `${line(template)}.`,
    `Knows files of the format ${text(source['format'])} with ${plural(columns.length, 'column')}${source['named'] === true ? '' : ' without names'}.`,
    mappingTable(document),
    textTable([{ title: 'setting' }, { title: 'value' }], settings(document)),
    textTable([{ title: 'version', align: 'right' }, { title: 'saved' }, { title: 'by' }, { title: 'from job' }], template.versions.map((each) => [String(each.version), each.createdAt, each.createdBy, each.fromJob ?? ''])),
  ].join('\n\n');
};

export const showTemplate = async ({ client, output }: CommandContext, option: TemplateOption): Promise<void> => {
  const { template } = await client.request(templateDocument, refOf(option));
  output.result(template, () => shownText(template));
};

export const diffTemplate = async ({ client, output }: CommandContext, from: TemplateOption, to: TemplateOption): Promise<void> => {
  const { diffTemplate: changes } = await client.request(diffTemplateDocument, { from: refOf(from), to: refOf(to) });
  output.result(changes, () => changes.length === 0 ? 'The two say the same.' : `${plural(changes.length, 'difference')}\n${indent(changes.map(({ words }) => printable(words)).join('\n'))}`);
};

export const copyTemplate = async ({ client, output }: CommandContext, from: TemplateOption, { as, partner }: { readonly as: string; readonly partner?: string }): Promise<void> => {
  const { copyTemplate: saved } = await client.request(copyTemplateDocument, { input: { ...refOf(from), as, partner: partner ?? null } });
  output.result(saved, () => savedText(saved));
};

/** The document itself, for people and for programs alike. */
export const exportTemplate = async ({ client }: CommandContext, option: TemplateOption): Promise<void> => {
  const { templateFile } = await client.request(templateFileDocument, refOf(option));
  process.stdout.write(`${JSON.stringify(templateFile, null, 2)}\n`);
};

const readTemplateFile = async (path: string): Promise<unknown> => {
  const written = await readFile(path, 'utf8').catch((cause: unknown) => { throw new WaybillError('FILE_UNREADABLE', 'The file of the template cannot be read.', {}, { cause }); });
  try { return JSON.parse(written.replace(/^\ufeff/, '')) as unknown; } catch { throw new WaybillError('TEMPLATE_INVALID', 'The file of the template is not valid JSON.'); }
};

export const importTemplate = async ({ client, output }: CommandContext, path: string, { name, shared }: { readonly name?: string; readonly shared?: boolean }): Promise<void> => {
  const { applyTemplate: saved } = await client.request(applyTemplateDocument, { file: await readTemplateFile(path), name: name ?? null, shared: shared ?? null });
  output.result(saved, () => savedText(saved));
};

export const shareTemplate = async ({ client, output }: CommandContext, name: string, shared: boolean): Promise<void> => {
  const { shareTemplate: template } = await client.request(shareTemplateDocument, { name, shared });
  output.result(template, () => `${line(template)}.`);
};

export const removeTemplate = async ({ client, output }: CommandContext, name: string): Promise<void> => {
  await client.request(removeTemplateDocument, { name });
  output.result({ name, removed: true }, () => `Template ${name} is removed; jobs that pinned it keep it.`);
};
