/** First records of a source, and how many there are: in one pass that holds one piece at a time. */
import type { ParseOptions } from '../../contracts/parse-options.ts';
import { escapedFlag } from '../../core/formats/csv/record-scanner.ts';
import { createReader } from '../../core/formats/formats.ts';
import { planRecordChunks, type ChunkSource, type RecordHead } from '../../core/formats/record-chunks.ts';
import type { RecordReader } from '../../core/formats/source-format.ts';

export const headBytes = 1024 * 1024;

export interface HeadRecords {
  readonly rows: readonly (readonly string[])[];
  /** Whole records of the head. */
  readonly recordCount: number;
  readonly recordBytes: number;
}

const longestCell = 1_000;
const cut = (text: string): string => (text.length > longestCell ? `${text.slice(0, longestCell)}…` : text);

const cellText = (scanner: RecordReader, bytes: Buffer, cell: number): string => {
  const start = scanner.cellStart[cell] ?? 0, end = scanner.cellEnd[cell] ?? start;
  if (((scanner.cellFlags[cell] ?? 0) & escapedFlag) === 0) return cut(bytes.toString('utf8', start, Math.min(end, start + longestCell * 4)));
  const target = Buffer.allocUnsafe(end - start);
  return cut(target.toString('utf8', 0, scanner.unescapeInto(cell, target, 0)));
};

export const headRecords = ({ bytes, complete }: RecordHead, options: ParseOptions, wanted: number): HeadRecords => {
  const scanner = createReader(options);
  scanner.reset(bytes, 0, bytes.byteLength, options.dataStartLine);
  const rows: string[][] = [];
  let recordCount = 0, recordBytes = 0;
  while (scanner.next()) {
    // The last record of a head may be cut.
    if (!complete && scanner.recordEnd >= bytes.byteLength) break;
    recordCount += 1;
    recordBytes = scanner.recordEnd;
    if (rows.length < wanted) rows.push(Array.from({ length: scanner.cellCount }, (_, cell) => cellText(scanner, bytes, cell)));
  }
  return { rows, recordCount, recordBytes };
};

/** FILE_UNCLOSED_QUOTE and FILE_ROW_TOO_LONG come from here with their places. */
export const countRecords = async (source: ChunkSource, options: ParseOptions): Promise<number> => {
  let rows = 0;
  for await (const chunks of planRecordChunks(source, options, { chunkBytes: 64 * 1024 * 1024 })) for (const chunk of chunks) rows += chunk.rows;
  return rows;
};
