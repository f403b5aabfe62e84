/** `waybill preview-map`: before and after of the first rows, by the code that stages them (GraphQL `previewMapping`). */
import { basename } from 'node:path';
import { previewMappingDocument } from './generated/operations.ts';
import type { PreviewMappingQuery } from './generated/operations.ts';
import type { DateFormatOption, MapOption } from './parse-options.ts';
import { parseOverridesOf } from './parse-override-options.ts';
import type { ParseOverrideOptions } from './parse-override-options.ts';
import { readTreatment } from './read-treatment-file.ts';
import { mapOf } from './read-mapping-file.ts';
import type { CommandContext } from './run-command.ts';
import { shorten, textTable } from './text-table.ts';
import { uploadFile } from './upload-file.ts';

export interface PreviewMapOptions extends ParseOverrideOptions {
  readonly dataset: string;
  readonly key?: readonly string[];
  readonly map?: readonly MapOption[];
  readonly mapping?: string;
  readonly dateFormat?: readonly DateFormatOption[];
  readonly zone?: string;
  readonly rows?: number;
  /** Path of a JSON file, as of an import. */
  readonly rules?: string;
  readonly keep?: string;
  readonly purpose?: string;
}

type Preview = PreviewMappingQuery['previewMapping'];
type Row = Preview['rows'][number];

const longestCell = 32;
const shown = (text: string | null): string => (text === null ? '' : shorten(text, longestCell));

const fieldTable = ({ fields, unmapped }: Preview): string => {
  const table = textTable([{ title: 'field' }, { title: 'type' }, { title: 'columns' }, { title: 'transforms' }, { title: 'by' }],
    fields.map(({ field, type, columns, transforms, by }) => [field, type, shorten(columns.join(' + '), longestCell), transforms.join(' | '), by]));
  return unmapped.length === 0 ? table : `${table}\n\nColumns that feed no field: ${unmapped.map((name) => shorten(name, longestCell)).join(', ')}`;
};

interface Shown { readonly code: string; readonly rule: string | null }
const nameOf = ({ code, rule }: Shown): string => (rule === null ? code : `${code} (${rule})`);
const codesOf = (issues: readonly Shown[]): string => issues.map(nameOf).join(', ');

const rowLines = ({ rowNo, cells, issues, filtered }: Row): readonly (readonly string[])[] => [
  ...(filtered ? [[String(rowNo), '', '', '', 'filtered']] : []),
  ...issues.map((issue) => [String(rowNo), '', '', '', nameOf(issue)]),
  ...cells.map(({ field, before, after, issues: found }) => [String(rowNo), field, shown(before.join(' + ')), shown(after), codesOf(found)]),
];

/** Each code and rule once, in words. */
const remedies = ({ rows }: Preview): readonly string[] => {
  const found = rows.flatMap((row) => [...row.issues, ...row.cells.flatMap((cell) => cell.issues)]);
  return [...new Map(found.map((issue) => [nameOf(issue), `${nameOf(issue)}: ${issue.message}`])).values()];
};

const preview = (found: Preview): string => {
  const rejected = found.rows.filter(({ accepted, filtered }) => !accepted && !filtered).length;
  const filtered = found.rows.filter((row) => row.filtered).length;
  return [
    fieldTable(found),
    textTable([{ title: 'row', align: 'right' }, { title: 'field' }, { title: 'before' }, { title: 'after' }, { title: 'issue' }], found.rows.flatMap(rowLines)),
    ...(rejected === 0 ? [] : [`${rejected} of these ${found.rows.length} rows would be rejected.`]),
    ...(filtered === 0 ? [] : [`${filtered} of these ${found.rows.length} rows would be filtered.`]),
    ...(remedies(found).length === 0 ? [] : [remedies(found).join('\n')]),
  ].join('\n\n');
};

export const previewMap = async ({ client, output }: CommandContext, file: string, options: PreviewMapOptions): Promise<void> => {
  const { map } = await mapOf(options);
  const { rules, rowFilter, derivedKey } = options.rules === undefined ? {} : await readTreatment(options.rules);
  const { sha256 } = await uploadFile(client, file);
  const { previewMapping } = await client.request(previewMappingDocument, {
    input: {
      sha256, dataset: options.dataset, ...(file === '-' ? {} : { fileName: basename(file) }), key: options.key ?? null, map: map ?? null, dateOrders: options.dateFormat ?? null, zone: options.zone ?? null,
      parse: parseOverridesOf(options), rows: options.rows ?? 10, purpose: options.purpose ?? null,
      rules: rules ?? null, rowFilter: options.keep ?? rowFilter ?? null, derivedKey: derivedKey ?? null,
    },
  });
  output.result(previewMapping, () => preview(previewMapping));
};
