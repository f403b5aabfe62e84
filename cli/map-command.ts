/** `waybill map`: which column would feed which field. The API looks at the file, so it is sent there first; nothing is imported. */
import { basename } from 'node:path';
import { proposeMappingDocument, proposeValueMapsDocument } from './generated/operations.ts';
import type { ProposeMappingQuery } from './generated/operations.ts';
import { codesByColumn, describeCodes, writeMapping } from './value-maps.ts';
import { fittingTemplates, fittingText } from './fitting-templates.ts';
import { humanPercent, plural } from './human-numbers.ts';
import { parseOverridesOf } from './parse-override-options.ts';
import type { ParseOverrideOptions } from './parse-override-options.ts';
import type { CommandContext } from './run-command.ts';
import { indent, shorten, textTable } from './text-table.ts';
import { uploadFile } from './upload-file.ts';

export interface MapOptions extends ParseOverrideOptions {
  readonly dataset: string;
  readonly partner?: string;
  readonly purpose?: string;
  /** With what the codes of the file mean. */
  readonly values?: boolean;
  /** Path of a mapping file that is made with the value maps. */
  readonly writeMapping?: string;
}

type Proposal = ProposeMappingQuery['proposeMapping'];
type Column = Proposal['columns'][number];

const longestName = 40, longestReason = 110;
const sure = (confidence: number): string => `${Math.round(confidence * 100)} %`;
const reasonsOf = ({ candidates: [first] }: Column): string => shorten(first?.reasons.join('; ') ?? '', longestReason);

const columnTitles = [{ title: '#', align: 'right' }, { title: 'column' }, { title: 'field' }, { title: 'sure', align: 'right' }, { title: 'taken' }, { title: 'filled', align: 'right' }, { title: 'because' }] as const;

const mappedTable = (columns: readonly Column[]): string => textTable(columnTitles, columns.map((column) => [
  String(column.no), shorten(column.column, longestName), column.field ?? '', sure(column.confidence), column.auto ? 'by itself' : 'when confirmed', humanPercent(column.fillRate), reasonsOf(column),
]));

const groupTable = (groups: Proposal['combine']): string => textTable(
  [{ title: 'field' }, { title: 'columns' }, { title: 'sure', align: 'right' }],
  groups.map(({ field, columns, confidence }) => [field, columns.map((name) => shorten(name, longestName)).join(' + '), sure(confidence)]),
);

const unmappedTable = (columns: readonly Column[]): string => textTable(
  [{ title: '#', align: 'right' }, { title: 'column' }, { title: 'filled', align: 'right' }, { title: 'could be' }],
  columns.map(({ no, column, fillRate, candidates }) => [String(no), shorten(column, longestName), humanPercent(fillRate), candidates.map(({ field, confidence }) => `${field} ${sure(confidence)}`).join(', ')]),
);

const rememberedTable = (remembered: Proposal['remembered']): string => textTable(
  [{ title: 'field' }, { title: 'columns' }, { title: 'transforms' }, { title: 'because' }],
  remembered.map(({ field, columns, transforms, why }) => [field, columns.map((name) => shorten(name, longestName)).join(' + '), transforms.join(' | '), why]),
);

const section = (title: string, rows: readonly unknown[], body: () => string): readonly string[] => (rows.length === 0 ? [] : [`${title}\n${indent(body())}`]);

export const describeMapping = ({ columns, combine, remembered }: Omit<Proposal, 'answer'>): string => {
  const grouped = new Set(combine.flatMap((group) => group.columns));
  const mapped = columns.filter(({ field }) => field !== null), unmapped = columns.filter(({ field, column }) => field === null && !grouped.has(column));
  return [
    ...section(`${plural(mapped.length, 'column')} with a field; another one: waybill import --map "Column=field"`, mapped, () => mappedTable(mapped)),
    ...section('Fields that take several columns together', combine, () => groupTable(combine)),
    ...section('Remembered of earlier files of the partner', remembered, () => rememberedTable(remembered)),
    ...section(`${plural(unmapped.length, 'column')} without a field`, unmapped, () => unmappedTable(unmapped)),
  ].join('\n\n');
};

export const mapFile = async ({ client, output }: CommandContext, file: string, options: MapOptions): Promise<void> => {
  const { sha256 } = await uploadFile(client, file);
  const question = { sha256, dataset: options.dataset, fileName: basename(file), partner: options.partner ?? null, parse: parseOverridesOf(options), purpose: options.purpose ?? null };
  const { proposeMapping } = await client.request(proposeMappingDocument, question);
  const templates = await fittingTemplates(client, { ...options, file, sha256 });
  const wanted = options.values === true || options.writeMapping !== undefined;
  const maps = wanted ? (await client.request(proposeValueMapsDocument, question)).proposeMapping.valueMaps : [];
  if (options.writeMapping !== undefined) output.note(await writeMapping(options.writeMapping, maps));
  // The line is as it is without templates, where none fits, without what is remembered, where nothing is, and without codes, where nobody asks for them.
  const { remembered } = proposeMapping;
  output.result({ file: basename(file), ...proposeMapping.answer as object, ...(remembered.length === 0 ? {} : { remembered }), ...(templates.length === 0 ? {} : { templates }), ...(options.values === true ? { values: codesByColumn(maps) } : {}) },
    () => [...(templates.length === 0 ? [] : [`${fittingText(templates)}\nWithout it:`]), describeMapping(proposeMapping), ...(options.values === true ? [describeCodes(maps)] : [])].join('\n\n'));
};
