/** Recognises a Parquet file by the magic words at both ends, and finds its columns: from its schema, and where lists are from its rows. */
import type { Detection, Guess, ParquetOptions, ParseOverrides } from '../../../contracts/parse-options.ts';
import { WaybillError } from '../../../contracts/errors.ts';
import { nameColumns } from '../../detect/column-names.ts';
import { explodedJsonColumns } from '../explode/exploded-json.ts';
import { nothingToExplode, parseExplodePath } from '../explode/explode-path.ts';
import { columnsOf } from '../json/json-columns.ts';
import type { RandomAccess } from '../source-format.ts';
import { loadRecords } from './load-rows.ts';
import { openParquet } from './parquet-file.ts';
import type { ParquetFile } from './parquet-file.ts';
import { encryptedMagic, magic } from './parquet-footer.ts';
import { elementOf, type SchemaNode } from './parquet-schema.ts';

/** A page begins with its kind: field 1 of type i32, which no text has behind the magic word. */
const firstOfPage = 0x15;
const leastBytes = 12;

export const startsAsParquet = (start: Buffer): boolean => start.subarray(0, 4).equals(magic) && start[4] === firstOfPage;

export const isParquet = async (source: RandomAccess, { format, delimiter, recordPath, widths }: ParseOverrides): Promise<boolean> => {
  if (format !== undefined ? format !== 'parquet' : delimiter !== undefined || recordPath !== undefined || widths !== undefined) return false;
  const start = await source.read(0, Math.min(5, source.bytes));
  const end = await source.read(Math.max(0, source.bytes - 4), source.bytes);
  const looksSo = source.bytes >= leastBytes
    && (startsAsParquet(start) || (start.subarray(0, 4).equals(magic) && end.equals(magic)) || (start.subarray(0, 4).equals(encryptedMagic) && end.equals(encryptedMagic)));
  if (!looksSo && format === 'parquet') throw new WaybillError('OPTION_INVALID', 'The content is not of the format that was named.', { option: 'format' });
  return looksSo;
};

/** Rows a place that are looked at for lists. */
const sampledRows = 200;

export const detectParquet = async (source: RandomAccess, { format, explode }: ParseOverrides): Promise<Detection> => {
  const file = await openParquet(source);
  const { options, columns } = explode !== undefined ? await explodedColumns(file, explode) : file.footer.schema.flat ? flatColumns(file) : await nestedColumns(file);
  return {
    options,
    guesses: {
      encoding: { value: 'utf-8', confidence: 1, why: 'texts of a Parquet file are UTF-8' },
      format: { value: 'parquet', confidence: 1, why: format === undefined ? 'the file begins and ends with PAR1' : 'named by the operator' },
      columns,
    },
    needsSpool: false,
  };
};

interface Found { readonly options: ParquetOptions; readonly columns: Guess<number> }
const place = { format: 'parquet', encoding: 'utf-8', dataStartByte: 0, dataStartLine: 1 } as const;

const flatColumns = ({ footer: { schema, rows } }: ParquetFile): Found => ({
  options: { ...place, columns: nameColumns(schema.leaves.map(({ name }) => name)) },
  columns: { value: schema.leaves.length, confidence: 1, why: `the schema in the file’s footer, which says ${rows} rows` },
});

const nestedColumns = async (file: ParquetFile): Promise<Found> => {
  const records = [templateOf(file.footer.schema.root), ...await sampledRecords(file)];
  const { paths, columns, guess } = columnsOf(records);
  return { options: { ...place, columns, paths }, columns: { ...guess, why: nestedWhy(file, records) } };
};

/** The chosen list has an element in the template, so that the columns of its elements do not depend on the sample either. */
const explodedColumns = async (file: ParquetFile, said: string): Promise<Found> => {
  if (file.footer.schema.flat) throw nothingToExplode();
  const records = [templateOf(file.footer.schema.root, parseExplodePath(said).map(({ key }) => key)), ...await sampledRecords(file)];
  const { explode, paths, columns, guess } = explodedJsonColumns(records, said);
  return { options: { ...place, columns, paths, explode }, columns: { ...guess, why: `${nestedWhy(file, records)}; a row for each element of the chosen list` } };
};

const nestedWhy = ({ footer: { rows } }: ParquetFile, records: readonly unknown[]): string =>
  `the schema in the file’s footer, which says ${rows} rows; how long lists are from ${records.length - 1} of them, and an element beyond is reported with its row`;

const sampledRecords = async (file: ParquetFile): Promise<readonly unknown[]> => {
  const { rows } = file.footer;
  const records: unknown[] = [];
  const starts = new Set([0, Math.floor((rows - sampledRows) / 2), rows - sampledRows].map((start) => Math.max(0, start)));
  for (const from of starts) {
    const sampled = await loadRecords(file, { from, to: Math.min(rows, from + sampledRows) });
    for (const line of sampled.write('marked').toString('utf8').split('\n')) if (line !== '') records.push(JSON.parse(line));
  }
  return records;
};

/**
 * A record that has every place of the schema and no value, so that no column depends on the sample.
 * @param opened keys from here to the list that has an element; null: it is elsewhere
 */
const templateOf = (node: SchemaNode, opened: readonly string[] | null = null): unknown => {
  const value = valueOf(node, opened);
  return node.repeated ? [value].filter((element) => element === null || opened !== null) : value;
};

const valueOf = (node: SchemaNode, opened: readonly string[] | null): unknown => {
  switch (node.shape) {
    case 'leaf': return null;
    case 'map': return true;
    case 'list': {
      const element = elementOf(node);
      return element.shape === 'struct' && opened === null ? [] : [valueOf(element, opened)];
    }
    case 'struct': return Object.fromEntries(node.children.map((child) => [child.name, templateOf(child, opened?.[0] === child.name ? opened.slice(1) : null)]));
  }
};
