/**
 * How long the rows of a group are as text. A row group says only how long its columns are, and a dictionary hides even that: a text of 3 KB may
 * stand in nearly every row for the price of one. So the pages are asked, and of those that may surprise each value: a sound file is never
 * cut into chunks that are much larger than they should be.
 */
import { contained } from './corrupt.ts';
import { pageIn, pageWith } from './column-entries.ts';
import type { PageHeader } from './page-header.ts';
import { HeaderWalk } from './page-index.ts';
import { readDictionary, readPage } from './page-values.ts';
import type { ParquetFile } from './parquet-file.ts';
import type { ColumnChunk, RowGroup } from './parquet-footer.ts';
import type { Leaf } from './parquet-schema.ts';
import { RowSizes } from './row-sizes.ts';

/** A row's text is never shorter: with all cells empty it is its number and its tabs. */
const leastRowBytes = 8;
/** A page that may have more is looked at value by value. */
const harmlessPageBytes = 4 * 1024 * 1024;
/** A dictionary's texts up to here are all counted as its longest one. */
const shortText = 24;

export interface Span { readonly from: number; readonly to: number }

/** Up to `fine` bytes in all it does not matter which of the rows has them. */
export const measureRows = async (file: ParquetFile, group: RowGroup, span: Span, fine: number): Promise<RowSizes> => {
  const { leaves } = file.footer.schema;
  const sizes = new RowSizes(span.from, span.to);
  sizes.addToEach(leastRowBytes);
  for (const leaf of leaves) {
    const column = await columnOf(file, group, leaf);
    if (column.isEven || column.mostBytes <= fine / leaves.length) sizes.addToEach(column.mostBytes / group.rows);
    else await measureColumn(file, column, sizes, span);
  }
  return sizes.sumUp();
};

/** A first guess, from the footer and the dictionaries alone. */
export const guessedRowBytes = async (file: ParquetFile, group: RowGroup): Promise<number> => {
  let bytes = leastRowBytes;
  if (group.rows === 0) return bytes;
  for (const leaf of file.footer.schema.leaves) {
    const { chunk, lengths, valueBytes, factor, besides } = await columnOf(file, group, leaf);
    const plain = chunk.uncompressedBytes / Math.max(1, chunk.values) * factor;
    bytes += ((valueBytes ?? Math.max(plain, lengths?.mean ?? 0)) + besides) * chunk.values / group.rows;
  }
  return bytes;
};

interface Lengths { readonly of: Float64Array; readonly longest: number; readonly mean: number }
interface Column {
  readonly group: RowGroup;
  readonly leaf: Leaf;
  readonly chunk: ColumnChunk;
  /** Of each value; null: they differ. */
  readonly valueBytes: number | null;
  /** Of text for a byte in the file. */
  readonly factor: number;
  /** Separators and names. */
  readonly besides: number;
  /** Of the texts in its dictionary; null: there is none. */
  readonly lengths: Lengths | null;
  readonly isEven: boolean;
  readonly mostBytes: number;
}

const columnOf = async (file: ParquetFile, group: RowGroup, leaf: Leaf): Promise<Column> => {
  const chunk = group.columns[leaf.index] as ColumnChunk;
  const besides = file.footer.schema.flat ? 1 : leaf.name.length + 4;
  const valueBytes = fixedBytes(leaf), factor = factorOf(leaf);
  const lengths = valueBytes === null && chunk.hasDictionary ? await lengthsOf(file, group, leaf) : null;
  const valuesBytes = valueBytes === null ? (lengths?.longest ?? 0) * chunk.values + (chunk.sharesTexts ? Infinity : chunk.uncompressedBytes * factor) : valueBytes * chunk.values;
  return { group, leaf, chunk, valueBytes, factor, besides, lengths, isEven: valueBytes !== null && leaf.maxRep === 0, mostBytes: valuesBytes + besides * chunk.values };
};

const textBytes: Readonly<Record<Exclude<Leaf['kind']['is'], 'text' | 'unknown' | 'hex' | 'geometry' | 'decimal'>, number>> = {
  boolean: 5, int: 8, uint: 8, float: 10, double: 14, float16: 7, date: 10, time: 10, timestamp: 22, int96: 24, uuid: 36, interval: 14,
};
/** A byte is 2.4 decimal digits. */
const digitsPerByte = 2.5;

const fixedBytes = ({ kind, physical, width }: Leaf): number | null => {
  if (physical === 'bytes') return null;
  if (kind.is === 'text' || kind.is === 'unknown') return width;
  if (kind.is === 'hex' || kind.is === 'geometry') return width * 2 + 3;
  return kind.is === 'decimal' ? Math.max(12, kind.scale + 3, physical === 'fixed' ? width * digitsPerByte + 3 : 0) : textBytes[kind.is];
};

const factorOf = ({ kind }: Leaf): number => (kind.is === 'hex' || kind.is === 'geometry' ? 2 : kind.is === 'decimal' ? digitsPerByte : 1);

/** No dictionary where the first page is none: then its pages are refused when they are read. */
const lengthsOf = async ({ source }: ParquetFile, group: RowGroup, leaf: Leaf): Promise<Lengths | null> => {
  const chunk = group.columns[leaf.index] as ColumnChunk;
  const where = { rowGroup: group.index + 1, column: leaf.index + 1 };
  const header = await new HeaderWalk(source, chunk.end).headerAt(chunk.start, where);
  if (header.kind !== 'dictionary') return null;
  const bytes = await source.read(chunk.start, Math.min(chunk.end, chunk.start + header.headerBytes + header.packedBytes));
  const values = contained(() => readDictionary(pageIn(bytes, chunk, leaf)), 'a dictionary cannot be read', where);
  const of = new Float64Array(values.count);
  let longest = 0, all = 0;
  for (let index = 0; index < values.count; index += 1) {
    const length = lengthIn(values, index) * factorOf(leaf);
    of[index] = length;
    all += length;
    if (length > longest) longest = length;
  }
  return { of, longest, mean: all / Math.max(1, values.count) };
};

type Values = ReturnType<typeof readDictionary>;
const lengthIn = (values: Values, index: number): number => ('starts' in values ? (values.ends[index] as number) - (values.starts[index] as number) : values.width);

interface Stretch { readonly first: number; readonly end: number; readonly firstRow: number }

const measureColumn = async (file: ParquetFile, column: Column, sizes: RowSizes, { from, to }: Span): Promise<void> => {
  const { group, leaf, chunk } = column;
  const where = { rowGroup: group.index + 1, column: leaf.index + 1 };
  const pages = await file.pagesOf(group, leaf);
  const walk = new HeaderWalk(file.source, chunk.end);
  for (let page = pageWith(pages.firstRows, from); page < pages.starts.length; page += 1) {
    const start = pages.starts[page] as number, firstRow = pages.firstRows[page] as number;
    // What it begins with may belong to the row before.
    const first = pages.continuing.has(page) ? firstRow - 1 : firstRow;
    if (first >= to) break;
    const stretch = { first, end: Math.max(first + 1, pages.firstRows[page + 1] ?? group.rows), firstRow };
    const header = await walk.headerAt(start, where);
    const most = mostOfPage(column, header);
    if (most <= harmlessPageBytes) { sizes.spread(stretch.first, stretch.end, most); continue; }
    const bytes = await file.source.read(start, pages.ends[page] as number);
    contained(() => { measurePage(column, readPage(pageIn(bytes, chunk, leaf)), stretch, sizes); }, 'a page cannot be read', where);
  }
};

const isIndexed = ({ encoding }: PageHeader): boolean => encoding === 'plain_dictionary' || encoding === 'rle_dictionary';

/** Infinite: only its values tell. */
const mostOfPage = ({ valueBytes, besides, lengths, factor }: Column, header: PageHeader): number => {
  const others = besides * header.values;
  if (valueBytes !== null) return valueBytes * header.values + others;
  if (!isIndexed(header)) return header.encoding === 'delta_texts' ? Infinity : header.bytes * factor + others;
  return lengths === null ? others : lengths.longest <= shortText ? lengths.longest * header.values + others : Infinity;
};

const measurePage = (column: Column, { count, repetition, definition, values }: ReturnType<typeof readPage>, { firstRow }: Stretch, sizes: RowSizes): void => {
  const { besides, leaf: { maxDef } } = column;
  const lengthAt = lengthsIn(column, values);
  for (let index = 0, row = firstRow - 1, value = 0; index < count; index += 1) {
    if (repetition === null || repetition[index] === 0) row += 1;
    const isThere = definition === null || definition[index] === maxDef;
    sizes.add(row, isThere ? besides + lengthAt(value) : besides);
    if (isThere) value += 1;
  }
};

const lengthsIn = ({ valueBytes, lengths, factor }: Column, values: ReturnType<typeof readPage>['values']): (value: number) => number => {
  if (valueBytes !== null) return () => valueBytes;
  if ('plain' in values) { const { plain } = values; return (value) => lengthIn(plain, value) * factor; }
  const { indices } = values;
  return (value) => lengths?.of[indices[value] as number] ?? 0;
};
