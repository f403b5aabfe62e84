/** Cuts a Parquet file into chunks of rows, along its row groups where they are of a fit size, and within them where they are not. */
import type { ChunkSizes, PlannedChunk } from '../source-format.ts';
import { tooMuch } from './corrupt.ts';
import { measureRows } from './measure-rows.ts';
import type { ParquetFile } from './parquet-file.ts';

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
    if (group.rows === 0) continue;
    const chunks: PlannedChunk[] = [];
    const sizes = await measureRows(file, group, { from: 0, to: group.rows }, chunkBytes);
    allBytes += sizes.between(0, group.rows);
    if (allBytes > harmlessBytes && allBytes > file.source.bytes * mostRatio) throw tooMuch('Its rows are more than 2,000 times as large as the file', { rowGroup: group.index + 1 });
    for (let at = 0; at < group.rows;) {
      const taken = at + group.firstRow - start, rest = group.rows - at;
      const roomRows = chunkRows - taken, room = chunkBytes - bytes, restBytes = sizes.between(at, group.rows);
      const isRest = rest <= roomRows && restBytes <= room;
      // A large group is cut evenly, so that no sliver is left.
      const parts = taken > 0 ? 1 : Math.ceil(Math.max(rest / chunkRows, restBytes / chunkBytes));
      const fit = isRest ? rest : Math.min(roomRows, fitting(sizes, { from: at, to: group.rows }, { room, aim: Math.min(room, restBytes / parts) }));
      if (fit < 1 && taken > 0) { chunks.push(cut(group.firstRow + at)); continue; }
      const rows = Math.max(1, fit);
      bytes += sizes.between(at, at + rows);
      at += rows;
      if (at < group.rows) chunks.push(cut(group.firstRow + at));
    }
    yield chunks;
  }
  yield start < file.footer.rows ? [cut(file.footer.rows)] : [];
}

/** One row more than what is aimed at, when there is room for it. */
const fitting = (sizes: Awaited<ReturnType<typeof measureRows>>, rows: { readonly from: number; readonly to: number }, { room, aim }: { readonly room: number; readonly aim: number }): number => {
  const count = sizes.fitting(rows, aim), more = rows.from + count + 1;
  return more <= rows.to && sizes.between(rows.from, more) <= room ? count + 1 : count;
};
