/** Rows of a Parquet file as the import reads them: planned, then chunk by chunk. */
import { issueCodeOf } from '../../contracts/issue-codes.ts';
import type { ParseOptions } from '../../contracts/parse-options.ts';
import { cellText } from '../../core/formats/cell-text.ts';
import { brokenFlag } from '../../core/formats/csv/record-scanner.ts';
import { createReader } from '../../core/formats/formats.ts';
import { detectParquet } from '../../core/formats/parquet/detect-parquet.ts';
import { loadRecordChunk, planRecordChunks } from '../../core/formats/record-chunks.ts';
import type { ChunkSource } from '../../core/formats/record-chunks.ts';
import type { PlannedChunk } from '../../core/formats/source-format.ts';

export const sourceOf = (bytes: Buffer): ChunkSource => ({
  bytes: bytes.length,
  read: async (start, end) => Promise.resolve(Buffer.from(bytes.subarray(start, end))),
  readInto: async (start, target) => Promise.resolve(bytes.copy(target, 0, start)),
});

export interface ParquetRow { readonly line: number; readonly cells: readonly string[]; readonly findings: readonly string[]; readonly unknown: readonly string[] }

export const readParquet = async (bytes: Buffer, chunkBytes = 1 << 20): Promise<{ readonly options: ParseOptions; readonly rows: readonly ParquetRow[]; readonly chunks: readonly PlannedChunk[] }> => {
  const source = sourceOf(bytes);
  const { options } = await detectParquet(source, {});
  const rows: ParquetRow[] = [], chunks: PlannedChunk[] = [];
  for await (const batch of planRecordChunks(source, options, { chunkBytes })) chunks.push(...batch);
  for (const chunk of chunks) {
    if (chunk.firstRow !== rows.length + 1) throw new RangeError('a chunk begins with another row than its plan says');
    const loaded = await loadRecordChunk(source, options, chunk, (length) => Buffer.alloc(length));
    const reader = createReader(options);
    reader.reset(loaded, 0, loaded.length, chunk.firstLine);
    while (reader.next()) {
      const columns = Array.from({ length: reader.cellCount }, (_, cell) => cell);
      rows.push({
        line: reader.line, cells: columns.map((cell) => cellText(reader, loaded, cell)), unknown: [...reader.unknownPaths],
        findings: [...(reader.problem === 0 ? [] : [issueCodeOf(reader.problem)]), ...columns.filter((cell) => ((reader.cellFlags[cell] ?? 0) & brokenFlag) !== 0).map((cell) => issueCodeOf(reader.brokenIssue(cell)))],
      });
    }
    if (rows.length !== chunk.firstRow - 1 + chunk.rows) throw new RangeError('a chunk has another number of rows than its plan says');
  }
  return { options, rows, chunks };
};
