/** `waybill inspect`: the API looks at the file (detection is the server's), so it is sent there first. */
import { basename } from 'node:path';
import { isWaybillError } from '../contracts/errors.ts';
import { listArchiveFiles } from './archive-list.ts';
import type { CommandContext } from './run-command.ts';
import { inspectDocument } from './generated/operations.ts';
import type { InspectQuery } from './generated/operations.ts';
import { groupDigits } from './human-numbers.ts';
import { parseOverridesOf } from './parse-override-options.ts';
import type { ParseOverrideOptions } from './parse-override-options.ts';
import { fittingTemplates, fittingText } from './fitting-templates.ts';
import { shorten, textTable } from './text-table.ts';
import { uploadFile } from './upload-file.ts';

export interface InspectOptions extends ParseOverrideOptions {
  /** Whose templates are asked. */
  readonly dataset?: string;
  readonly partner?: string;
  readonly all?: boolean;
  readonly purpose?: string;
}

type Inspection = InspectQuery['inspect'];

const shownCharacter = (character: string | null): string => character === null ? 'none' : character === '\t' ? 'tab' : JSON.stringify(character);

const guessOf = (guesses: unknown, name: string): readonly [string, string] => {
  const guess = typeof guesses === 'object' && guesses !== null ? (guesses as Readonly<Record<string, unknown>>)[name] : undefined;
  const { confidence, why } = typeof guess === 'object' && guess !== null ? guess as { readonly confidence?: unknown; readonly why?: unknown } : {};
  return [typeof confidence === 'number' ? `${Math.round(confidence * 100)} %` : '', typeof why === 'string' ? why : ''];
};

const delimitedRows = ({ guesses, ...found }: Inspection): readonly (readonly string[])[] => [
  ['delimiter', shownCharacter(found.delimiter), ...guessOf(guesses, 'delimiter')],
  ['quote', shownCharacter(found.quote), ...guessOf(guesses, 'quote')],
  ['escape', found.escape ?? '', ...guessOf(guesses, 'escape')],
  ['header row', found.headerRow === true ? 'yes' : 'no', ...guessOf(guesses, 'header')],
  ['preamble lines', String(found.preambleLines), ...guessOf(guesses, 'preambleLines')],
];

const sheetRows = ({ guesses, ...found }: Inspection): readonly (readonly string[])[] => [
  ['sheet', found.sheet ?? '', ...guessOf(guesses, 'sheet')],
  ['header rows', String(found.headerRows), ...guessOf(guesses, 'headerRows')],
  ['preamble lines', String(found.preambleLines), ...guessOf(guesses, 'preambleLines')],
  ...(guessOf(guesses, 'hidden')[1] === '' ? [] : [['hidden', hiddenOf(guesses), ...guessOf(guesses, 'hidden')]]),
];

const hiddenOf = (guesses: unknown): string => (guesses as { readonly hidden?: { readonly value?: string } }).hidden?.value ?? '';

const propertyTable = (found: Inspection): string => textTable(
  [{ title: 'property' }, { title: 'value' }, { title: 'sure', align: 'right' }, { title: 'because' }],
  [
    ['format', found.format, ...guessOf(found.guesses, 'format')], ['compression', found.compression, ...guessOf(found.guesses, 'compression')],
    ['encoding', found.encoding, ...guessOf(found.guesses, 'encoding')],
    ...(found.delimiter === null ? [] : delimitedRows(found)),
    ...(found.sheet === null ? [] : sheetRows(found)),
    ...(found.recordPath === null ? [] : [['record path', found.recordPath, ...guessOf(found.guesses, 'recordPath')]]),
    ['rows', `${found.rowsExact ? '' : 'about '}${groupDigits(found.rows)}`],
    ['columns', String(found.columns.length), ...guessOf(found.guesses, 'columns')],
  ],
);

const longestCell = 40;
const columnTable = ({ columns, sample }: Inspection): string => textTable(
  [{ title: '#', align: 'right' }, { title: 'column' }, ...sample.slice(0, 3).map((_, index) => ({ title: `row ${index + 1}` }))],
  columns.map(({ name }, index) => [String(index + 1), shorten(name, longestCell), ...sample.slice(0, 3).map((row) => shorten(row[index] ?? '', longestCell))]),
);

export const inspectFile = async (context: CommandContext, file: string, options: InspectOptions): Promise<void> => {
  const { client, output } = context;
  const { sha256 } = await uploadFile(client, file);
  const purpose = options.purpose ?? null;
  const found = await client.request(inspectDocument, { sha256, fileName: basename(file), parse: parseOverridesOf(options), all: options.all ?? false, purpose })
    .catch((error: unknown) => {
      if (isWaybillError(error) && error.code === 'FILE_ZIP_CHOICE') return null;
      throw error;
    });
  if (found === null) return listArchiveFiles(context, sha256, purpose);
  const { inspect } = found;
  const templates = options.dataset === undefined ? null : await fittingTemplates(client, { ...options, dataset: options.dataset, file, sha256 });
  output.result(templates === null ? inspect : { ...inspect, templates }, () => [`${propertyTable(inspect)}\n\n${columnTable(inspect)}`, ...(templates === null ? [] : [fittingText(templates)])].join('\n\n'));
};
