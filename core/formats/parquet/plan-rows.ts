/** Cuts a Parquet file into chunks of rows, along its row groups where they are of a fit size, and within them where they are not. */
import type { ChunkSizes, PlannedChunk } from '../source-format.ts';
import { tooMuch } from './corrupt.ts';
import { HeaderWalk } from './page-index.ts';
import type { ParquetFile } from './parquet-file.ts';
import type { ColumnChunk, RowGroup } from './parquet-footer.ts';
import type { Leaf } from './parquet-schema.ts';

/** A row's text is never shorter: with all cells empty it is its number and its tabs. */
const leastRowBytes = 8;

/** Texts that repeat shrink a hundred times in a dictionary; beyond that it is a trick. */
const mostRatio = 2_000;
const harmlessBytes = 1024 * 1024 * 1024;

/** `byteStart` and `byteEnd` of these chunks are numbers of rows, from 0. */
export async function* planRows(file: ParquetFile, { chunkBytes, chunkRows = Infinity }: ChunkSizes): AsyncGenerator<readonly PlannedChunk[]> {
  let chunkNo = 0, start = 0, bytes = 0, allBytes = 0;
  const cut = (end: number): PlannedChunk => {
    const chunk = { chunkNo, byteStart: start, byteEnd: end, firstRow: start + 1, firstLine: start + 1, rows: end - start };
    chunkNo += 1;
    [start, bytes] = [end, 0];
    return chunk;
  };
  for (const group of file.footer.groups) {
    const chunks: PlannedChunk[] = [];
    const rowBytes = await rowBytesOf(file, group);
    allBytes += rowBytes * group.rows;
    if (allBytes > harmlessBytes && allBytes > file.source.bytes * mostRatio) throw tooMuch('Its rows are more than 2,000 times as large as the file', { rowGroup: group.index + 1 });
    const end = group.firstRow + group.rows;
    for (let at = group.firstRow; at < end;) {
      const room = Math.floor(Math.min((chunkBytes - bytes) / rowBytes, chunkRows - (at - start)));
      if (room < 1 && at > start) { chunks.push(cut(at)); continue; }
      const rest = end - at, fit = Math.max(1, room);
      // A large group is cut evenly, so that no sliver is left.
      const taken = rest <= fit ? rest : at === start ? Math.ceil(rest / Math.ceil(rest / fit)) : fit;
      at += taken;
      bytes += taken * rowBytes;
      if (at < end) chunks.push(cut(at));
    }
    yield chunks;
  }
  yield start < file.footer.rows ? [cut(file.footer.rows)] : [];
}

/** How long a row of the group may be as text. Of texts in a dictionary the pages tell nothing: there the dictionary's own are asked. */
export const rowBytesOf = async (file: ParquetFile, group: RowGroup): Promise<number> => {
  const { leaves, flat } = file.footer.schema;
  let bytes = leastRowBytes;
  if (group.rows === 0) return bytes;
  for (const leaf of leaves) {
    const chunk = group.columns[leaf.index] as ColumnChunk;
    bytes += (await valueBytesOf(file, group, leaf) + (flat ? 1 : leaf.name.length + 4)) * chunk.values / group.rows;
  }
  return bytes;
};

const textBytes: Readonly<Record<Exclude<Leaf['kind']['is'], 'text' | 'unknown' | 'hex' | 'geometry'>, number>> = {
  boolean: 5, int: 8, uint: 8, float: 10, double: 14, float16: 7, decimal: 12, date: 10, time: 10, timestamp: 22, int96: 24, uuid: 36, interval: 14,
};

const valueBytesOf = async (file: ParquetFile, group: RowGroup, leaf: Leaf): Promise<number> => {
  const { kind } = leaf;
  if (kind.is !== 'text' && kind.is !== 'unknown' && kind.is !== 'hex' && kind.is !== 'geometry') return textBytes[kind.is];
  const chunk = group.columns[leaf.index] as ColumnChunk;
  const factor = kind.is === 'hex' || kind.is === 'geometry' ? 2 : 1;
  const plain = chunk.uncompressedBytes / Math.max(1, chunk.values);
  if (!chunk.hasDictionary) return plain * factor;
  const header = await new HeaderWalk(file.source, chunk.end).headerAt(chunk.start, { rowGroup: group.index + 1, column: leaf.index + 1 });
  return Math.max(plain, header.kind === 'dictionary' ? header.bytes / Math.max(1, header.values) : 0) * factor;
};
