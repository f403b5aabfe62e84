/** An open Parquet file: its footer and the page indexes that were made so far, kept a thread for the chunks that follow. */
import { createHash } from 'node:crypto';
import type { RandomAccess } from '../source-format.ts';
import { tooMuch } from './corrupt.ts';
import { prepareZstd } from '../zstd-library.ts';
import { indexPages } from './page-index.ts';
import type { PageIndex } from './page-index.ts';
import { parseFooter, readFooterBytes } from './parquet-footer.ts';
import type { ColumnChunk, ParquetFooter, RowGroup } from './parquet-footer.ts';
import type { Leaf } from './parquet-schema.ts';

export interface ParquetFile {
  readonly source: RandomAccess;
  readonly footer: ParquetFooter;
  pagesOf(group: RowGroup, leaf: Leaf): Promise<PageIndex>;
}

interface Known { readonly identity: string; readonly fileBytes: number; readonly footer: ParquetFooter; readonly indexes: Map<number, PageIndex> }
/** The file that was read last: the chunks of a job come one after the other. Its footer is its identity; it holds all places. Not kept itself: it may be large. */
let known: Known | null = null;

/** Throws FILE_ENCRYPTED, FILE_CUT_OFF, FILE_PARQUET_INVALID, FILE_PARQUET_UNSUPPORTED, FILE_TOO_MANY_COLUMNS and FILE_EXPANDS_TOO_MUCH. */
export const openParquet = async (source: RandomAccess): Promise<ParquetFile> => {
  const footerBytes = await readFooterBytes(source);
  const identity = createHash('sha256').update(footerBytes).digest('hex');
  if (known === null || known.fileBytes !== source.bytes || known.identity !== identity) {
    known = null;
    const footer = parseFooter(footerBytes, source.bytes);
    refuseDisproportion(footer, source.bytes);
    known = { identity, fileBytes: source.bytes, footer, indexes: new Map() };
  }
  const { footer, indexes } = known;
  if (footer.groups.some(({ columns }) => columns.some(({ codec }) => codec === 'zstd'))) await prepareZstd();
  return { source, footer, pagesOf: (group, leaf) => pagesOf({ source, footer, indexes }, group, leaf) };
};

interface Indexing { readonly source: RandomAccess; readonly footer: ParquetFooter; readonly indexes: Map<number, PageIndex> }
const pagesOf = async ({ source, footer: { schema }, indexes }: Indexing, group: RowGroup, leaf: Leaf): Promise<PageIndex> => {
  const key = group.index * schema.leaves.length + leaf.index;
  const kept = indexes.get(key);
  if (kept !== undefined) return kept;
  const made = await indexPages({ source, group, leaf, chunk: group.columns[leaf.index] as ColumnChunk });
  // A chunk is rarely in more than two row groups, unless they are small and soon indexed again.
  if (indexes.size >= schema.leaves.length * 4) indexes.clear();
  indexes.set(key, made);
  return made;
};

const harmlessCells = 50_000_000;
/** A column of one value is a few bytes a page of 20,000 rows: a thousand cells a byte is a most monotonous file, and not a trick. */
const mostCellsPerByte = 10_000;

const refuseDisproportion = ({ rows, schema }: ParquetFooter, bytes: number): void => {
  const cells = rows * schema.leaves.length;
  if (cells > harmlessCells && cells > bytes * mostCellsPerByte) throw tooMuch('The file says to have more than 10,000 values a byte', { rows, bytes });
};
