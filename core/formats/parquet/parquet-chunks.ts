/** The doors of core/formats/record-chunks.ts for a format of columns. */
import type { ParquetOptions } from '../../../contracts/parse-options.ts';
import type { RecordHead, RecordSample } from '../record-chunks.ts';
import type { ChunkSizes, PlannedChunk, RandomAccess, RecordReader } from '../source-format.ts';
import { JsonReader } from '../json/json-reader.ts';
import { treeOf } from '../json/path-tree.ts';
import { SpoolReader } from '../row-spool/spool-reader.ts';
import { loadRows } from './load-rows.ts';
import type { RoomFor, Rows } from './load-rows.ts';
import { openParquet } from './parquet-file.ts';
import type { ParquetFile } from './parquet-file.ts';
import { guessedRowBytes, measureRows } from './measure-rows.ts';
import { planRows } from './plan-rows.ts';

export async function* planParquet(source: RandomAccess, sizes: ChunkSizes): AsyncGenerator<readonly PlannedChunk[]> {
  yield* planRows(await openParquet(source), sizes);
}

export const loadParquet = async (source: RandomAccess, rows: Rows, roomFor: RoomFor): Promise<Buffer> => loadRows(await openParquet(source), rows, roomFor);

export const rowsOfParquet = async (source: RandomAccess): Promise<number> => (await openParquet(source)).footer.rows;

const newRoom: RoomFor = (bytes) => Buffer.allocUnsafe(bytes);
const sampledRows = 2_000;

export const sampleParquet = async (source: RandomAccess): Promise<readonly RecordSample[]> => {
  const file = await openParquet(source);
  const { rows } = file.footer;
  const starts = new Set([0, Math.floor((rows - sampledRows) / 2), rows - sampledRows].map((start) => Math.max(0, start)));
  const samples: RecordSample[] = [];
  for (const from of starts) samples.push({ bytes: await loadRows(file, await within(file, from, 1024 * 1024), newRoom), start: 0, complete: true });
  return samples;
};

export const headOfParquet = async (source: RandomAccess, mostBytes: number): Promise<RecordHead> => {
  const file = await openParquet(source);
  const { rows, groups } = file.footer;
  const head = await within(file, 0, mostBytes);
  const bytes = await loadRows(file, head, newRoom);
  // A group of another kind may have longer rows.
  const [first] = groups;
  const rowBytes = first === undefined ? 0 : await guessedRowBytes(file, first);
  return { bytes, complete: head.to === rows, rows, textBytes: head.to === rows ? bytes.length : Math.round(rows * Math.max(rowBytes, bytes.length / Math.max(1, head.to))) };
};

const within = async (file: ParquetFile, from: number, mostBytes: number): Promise<Rows> => {
  const group = file.footer.groups.find(({ firstRow, rows: count }) => from >= firstRow && from < firstRow + count);
  if (group === undefined) return { from, to: from };
  const first = from - group.firstRow, to = Math.min(group.rows, first + sampledRows);
  const sizes = await measureRows(file, group, { from: first, to }, mostBytes);
  return { from, to: from + Math.max(1, sizes.fitting({ from: first, to }, mostBytes)) };
};

export const createParquetReader = ({ columns, paths }: ParquetOptions): RecordReader =>
  (paths === undefined ? new SpoolReader(columns.length) : new JsonReader({ tree: treeOf(paths), columnCount: columns.length, framing: 'lines' }));
