/** First records of a source file, and how many there are: in one pass that holds one piece at a time. */
import type { Detection } from '../../contracts/parse-options.ts';
import { createPlanner, createReader } from '../../core/formats/formats.ts';
import { escapedFlag } from '../../core/formats/csv/record-scanner.ts';
import type { RecordReader } from '../../core/formats/source-format.ts';
import { createSourceDecoder } from '../../core/formats/csv/source-decoder.ts';
import type { Storage } from '../../storage/storage.ts';

export interface SourceText { readonly storage: Storage; readonly key: string; readonly detection: Detection }

/** UTF-8 text from the first record on; offsets of the options mean the decoded text (design 10.10). */
export async function* recordBytes({ storage, key, detection }: SourceText): AsyncGenerator<Uint8Array, void, undefined> {
  const { dataStartByte, encoding } = detection.options;
  if (!detection.needsSpool) { yield* storage.read(key, dataStartByte); return; }
  const decoder = createSourceDecoder(encoding);
  let skip = dataStartByte;
  const rest = (text: Uint8Array): Uint8Array => {
    const skipped = Math.min(skip, text.byteLength);
    skip -= skipped;
    return text.subarray(skipped);
  };
  for await (const piece of storage.read(key)) yield rest(decoder.push(piece));
  yield rest(decoder.end());
}

const headBytes = 1024 * 1024;

export interface Head {
  readonly bytes: Buffer;
  /** The file ends with it. */
  readonly complete: boolean;
}

export const readHead = async (source: SourceText): Promise<Head> => {
  const pieces: Uint8Array[] = [];
  let total = 0;
  for await (const piece of recordBytes(source)) {
    pieces.push(piece);
    total += piece.byteLength;
    if (total > headBytes) return { bytes: Buffer.concat(pieces), complete: false };
  }
  return { bytes: Buffer.concat(pieces), complete: true };
};

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

export const headRecords = ({ bytes, complete }: Head, detection: Detection, wanted: number): HeadRecords => {
  const scanner = createReader(detection.options);
  scanner.reset(bytes, 0, bytes.byteLength, detection.options.dataStartLine);
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
export const countRecords = async (source: SourceText): Promise<number> => {
  const planner = createPlanner(source.detection.options, { chunkBytes: Number.MAX_SAFE_INTEGER });
  for await (const piece of recordBytes(source)) planner.push(piece);
  planner.end();
  return planner.rows;
};
