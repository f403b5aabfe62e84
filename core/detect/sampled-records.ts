/** Records of a segment with their cells as text, for the slow and careful looks at a few of them. */
import { brokenFlag, quotedFlag, RecordScanner, type ScanDialect } from '../formats/csv/record-scanner.ts';
import type { Segment } from './sample.ts';

export interface SampledRecord {
  readonly width: number;
  readonly cells: readonly string[];
  /** Bit flags of record-scanner.ts, one a cell. */
  readonly flags: readonly number[];
  readonly line: number;
  readonly start: number;
  readonly end: number;
  /** Byte of a quote that never closes, else -1. */
  readonly unclosedQuoteAt: number;
}

const decoder = new TextDecoder();

export function textOf(scanner: RecordScanner, bytes: Uint8Array, cell: number): string {
  const [start, end] = [scanner.cellStart[cell] as number, scanner.cellEnd[cell] as number];
  if (((scanner.cellFlags[cell] as number) & ~quotedFlag) === 0) return decoder.decode(bytes.subarray(start, end));
  const target = new Uint8Array(end - start);
  return decoder.decode(target.subarray(0, scanner.unescapeInto(cell, target, 0)));
}

export interface RecordLimits {
  readonly records: number;
  /** Of one record; its width still counts all. */
  readonly cells: number;
  readonly startByte?: number;
  readonly startLine?: number;
}

/** A record that the sample cuts is left out. */
export function readRecords(segment: Segment, dialect: ScanDialect, limits: RecordLimits): readonly SampledRecord[] {
  const scanner = new RecordScanner(dialect);
  const { bytes, complete } = segment;
  const records: SampledRecord[] = [];
  scanner.reset(bytes, limits.startByte ?? 0, bytes.length, limits.startLine ?? 1);
  while (records.length < limits.records && scanner.next()) {
    if (!complete && scanner.recordEnd === bytes.length) break;
    const cells = Array.from({ length: Math.min(limits.cells, scanner.cellCount) }, (_, cell) => textOf(scanner, bytes, cell));
    records.push({
      width: scanner.cellCount, cells, flags: [...scanner.cellFlags.subarray(0, cells.length)],
      line: scanner.line, start: scanner.recordStart, end: scanner.recordEnd, unclosedQuoteAt: scanner.unclosedQuoteAt,
    });
  }
  return records;
}

export const isClean = (flags: number): boolean => (flags & (quotedFlag | brokenFlag)) === quotedFlag;
