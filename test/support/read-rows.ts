/** Rows of a text as the import reads them: planned in pieces, then chunk by chunk. */
import { issueCodeOf } from '../../contracts/issue-codes.ts';
import type { ParseOptions } from '../../contracts/parse-options.ts';
import { brokenFlag } from '../../core/formats/csv/record-scanner.ts';
import { createPlanner, createReader } from '../../core/formats/formats.ts';
import type { PlannedChunk, RecordReader } from '../../core/formats/source-format.ts';

export interface ReadRow {
  readonly line: number;
  readonly raw: string;
  readonly cells: readonly string[];
  /** `CODE` of the row, or `CODE column` of a cell. */
  readonly findings: readonly string[];
  /** Places that have no column. */
  readonly unknown: readonly string[];
}

export interface Cutting { readonly chunkBytes?: number; readonly pieceBytes?: number }

export const planPieces = (bytes: Buffer, options: ParseOptions, { chunkBytes = 1 << 20, pieceBytes = 1 << 20 }: Cutting = {}): readonly PlannedChunk[] => {
  const planner = createPlanner(options, { chunkBytes });
  const chunks: PlannedChunk[] = [];
  for (let at = options.dataStartByte; at < bytes.length; at += pieceBytes) chunks.push(...planner.push(bytes.subarray(at, at + pieceBytes)));
  chunks.push(...planner.end());
  if (planner.rows !== chunks.reduce((sum, chunk) => sum + chunk.rows, 0)) throw new RangeError('the chunks do not hold the rows that were counted');
  return chunks;
};

export const readRows = (bytes: Buffer, options: ParseOptions, cutting: Cutting = {}): readonly ReadRow[] => {
  const rows: ReadRow[] = [];
  for (const chunk of planPieces(bytes, options, cutting)) {
    const reader = createReader(options);
    // A copy: nothing behind the chunk may be looked at.
    const part = Buffer.from(bytes.subarray(chunk.byteStart, chunk.byteEnd));
    reader.reset(part, 0, part.length, chunk.firstLine);
    const before = rows.length;
    if (chunk.firstRow !== before + 1) throw new RangeError('a chunk begins with another row than its plan says');
    while (reader.next()) rows.push(rowOf(reader, part));
    if (rows.length - before !== chunk.rows) throw new RangeError(`a chunk has ${rows.length - before} rows where its plan says ${chunk.rows}`);
  }
  return rows;
};

const rowOf = (reader: RecordReader, part: Buffer): ReadRow => {
  const columns = Array.from({ length: reader.cellCount }, (_, cell) => cell);
  const isBroken = (cell: number): boolean => ((reader.cellFlags[cell] ?? 0) & brokenFlag) !== 0;
  return {
    line: reader.line, raw: part.toString('utf8', reader.recordStart, reader.recordEnd).trim(), cells: columns.map((cell) => cellText(reader, cell)),
    findings: [...(reader.problem === 0 ? [] : [issueCodeOf(reader.problem)]), ...columns.filter(isBroken).map((cell) => `${issueCodeOf(reader.brokenIssue(cell))} ${cell + 1}`)],
    unknown: [...reader.unknownPaths],
  };
};

const cellText = (reader: RecordReader, cell: number): string => {
  const target = Buffer.alloc((reader.cellEnd[cell] ?? 0) - (reader.cellStart[cell] ?? 0));
  return target.toString('utf8', 0, reader.unescapeInto(cell, target, 0));
};
