import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isWaybillError } from '../../contracts/errors.ts';
import { ChunkPlanner, type ChunkPlannerOptions, type PlannedChunk } from '../../core/formats/csv/chunk-planner.ts';
import { RecordScanner, type ScanDialect } from '../../core/formats/csv/record-scanner.ts';

const comma: ScanDialect = { delimiter: 44, quote: 34, escape: 'double' };
const dialects: readonly ScanDialect[] = [comma, { ...comma, escape: 'backslash' }, { ...comma, quote: -1 }, { delimiter: 9, quote: 39, escape: 'double' }];
const text = (content: string): Uint8Array => new TextEncoder().encode(content);

function plan(pieces: readonly Uint8Array[], options: Partial<ChunkPlannerOptions> = {}): { chunks: PlannedChunk[]; rows: number } {
  const planner = new ChunkPlanner({ dialect: comma, chunkBytes: 8, startByte: 0, startLine: 1, ...options });
  const chunks = pieces.flatMap((piece) => planner.push(piece));
  chunks.push(...planner.end());
  return { chunks, rows: planner.rows };
}

interface Found { readonly start: number; readonly end: number; readonly line: number; readonly cells: string }

function scanRange(bytes: Uint8Array, dialect: ScanDialect, range: { readonly start: number; readonly end: number; readonly line: number }): { records: Found[]; unclosedAt: number } {
  const scanner = new RecordScanner(dialect);
  scanner.reset(bytes, range.start, range.end, range.line);
  const records: Found[] = [];
  while (scanner.next())
    records.push({ start: scanner.recordStart, end: scanner.recordEnd, line: scanner.line, cells: [scanner.cellStart, scanner.cellEnd, scanner.cellFlags].map((each) => each.subarray(0, scanner.cellCount).join()).join('|') });
  return { records, unclosedAt: scanner.unclosedQuoteAt };
}

function splitAt(bytes: Uint8Array, cuts: readonly number[]): Uint8Array[] {
  const places = [0, ...[...cuts].map((cut) => Math.min(cut, bytes.length)).sort((a, b) => a - b), bytes.length];
  return places.slice(1).map((end, index) => bytes.slice(places[index], end));
}

function failure(action: () => unknown): { code: string; place: Record<string, unknown> } {
  try {
    action();
  } catch (error) {
    if (isWaybillError(error)) return { code: error.code, place: { ...error.place } };
    throw error;
  }
  throw new TypeError('nothing failed');
}

describe('the chunk planner', () => {
  it('ends a chunk with the row that fills it, however short the rows are', () => {
    expect(plan([text('a\nb\n\nc\nd\ne\n')], { chunkBytes: 1000, chunkRows: 2 }).chunks.map(({ byteStart, byteEnd, firstRow, rows }) => [byteStart, byteEnd, firstRow, rows]))
      .toEqual([[0, 4, 1, 2], [4, 9, 3, 2], [9, 11, 5, 1]]);
  });

  it('cuts on record boundaries and numbers chunks, rows and lines', () => {
    expect(plan([text('a,1\n"b\nb",2\nc,3\n\nd,4\n')]).chunks).toEqual([
      { chunkNo: 0, byteStart: 0, byteEnd: 12, firstRow: 1, firstLine: 1, rows: 2 },
      { chunkNo: 1, byteStart: 12, byteEnd: 21, firstRow: 3, firstLine: 4, rows: 2 },
    ]);
  });
  it('starts where the data starts', () => {
    const { chunks } = plan([text('1\n2\n')], { startByte: 100, startLine: 5 });
    expect(chunks).toEqual([{ chunkNo: 0, byteStart: 100, byteEnd: 104, firstRow: 1, firstLine: 5, rows: 2 }]);
  });
  it('plans no chunk for nothing and for blank lines only', () => {
    expect(plan([])).toEqual({ chunks: [], rows: 0 });
    expect(plan([text('\n\r\n\r')])).toEqual({ chunks: [], rows: 0 });
  });
  it('says where a quote opened that never closes, also behind quoted line ends and piece borders', () => {
    const bytes = text('a,"x\r\ny"\rb,c\n\n"d","e\nf,g\n');
    for (let cut = 0; cut <= bytes.length; cut++)
      expect(failure(() => plan(splitAt(bytes, [cut]), { startByte: 10, startLine: 3 }))).toEqual({ code: 'FILE_UNCLOSED_QUOTE', place: { line: 7, byte: 28, rowsBefore: 2 } });
  });
  it('refuses a record that is too long, and names where it starts', () => {
    const bytes = text(`a\nb,${'x'.repeat(100)}\nc\n`);
    expect(failure(() => plan([bytes], { maxRecordBytes: 50 }))).toEqual({ code: 'FILE_ROW_TOO_LONG', place: { line: 2, byte: 2, maxRecordBytes: 50 } });
    expect(failure(() => plan([bytes.subarray(0, 60)], { maxRecordBytes: 50 })).code).toBe('FILE_ROW_TOO_LONG');
    expect(plan([bytes], { maxRecordBytes: 103 }).rows).toBe(3);
  });
  it('says of an endless quoted cell that its quote never closes, and of a closed one that it is too long', () => {
    const open = text(`a\n"${'x\n'.repeat(100)}`);
    expect(failure(() => plan(splitAt(open, [30, 60, 90]), { maxRecordBytes: 50 }))).toMatchObject({ code: 'FILE_UNCLOSED_QUOTE', place: { line: 2, byte: 2 } });
    expect(failure(() => plan([open, text('"\n')], { maxRecordBytes: 50 }))).toMatchObject({ code: 'FILE_ROW_TOO_LONG', place: { line: 2, byte: 2 } });
  });
});

describe('the chunk planner beside the record scanner', () => {
  const soup = fc.array(fc.constantFrom(44, 34, 34, 10, 13, 97, 9, 39, 92, 0xc3, 0xa9), { maxLength: 80 }).map((codes) => Uint8Array.from(codes));
  const longRuns = fc.array(fc.constantFrom('a', '"', '"', ',', '\n', '\r\n', '\r', ',"', '",', '""', '\\', 'x'.repeat(40)), { maxLength: 40 }).map((parts) => text(parts.join('')));

  it('finds the same records, rows and lines for any bytes in any pieces and any size of chunk', () => {
    fc.assert(fc.property(fc.oneof(soup, longRuns), fc.array(fc.nat(200), { maxLength: 8 }), fc.integer({ min: 1, max: 60 }), fc.constantFrom(...dialects), (bytes, cuts, chunkBytes, dialect) => {
      const whole = scanRange(bytes, dialect, { start: 0, end: bytes.length, line: 1 });
      if (whole.unclosedAt >= 0) {
        expect(failure(() => plan(splitAt(bytes, cuts), { dialect, chunkBytes }))).toMatchObject({ code: 'FILE_UNCLOSED_QUOTE', place: { byte: whole.unclosedAt } });
        return;
      }
      const { chunks, rows } = plan(splitAt(bytes, cuts), { dialect, chunkBytes });
      expect(rows).toBe(whole.records.length);
      const found: Found[] = [];
      let reached = 0;
      chunks.forEach((chunk, index) => {
        expect(chunk).toMatchObject({ chunkNo: index, byteStart: reached, firstRow: found.length + 1 });
        const { records } = scanRange(bytes, dialect, { start: chunk.byteStart, end: chunk.byteEnd, line: chunk.firstLine });
        expect(records).toHaveLength(chunk.rows);
        expect(chunk.rows).toBeGreaterThan(0);
        // Only the record that reaches the size may go beyond it.
        if (index < chunks.length - 1) expect(chunk.byteEnd - chunk.byteStart).toBeGreaterThanOrEqual(chunkBytes);
        found.push(...records);
        reached = chunk.byteEnd;
      });
      expect(found).toEqual(whole.records);
      expect(bytes.subarray(reached).every((byte) => byte === 10 || byte === 13)).toBe(true);
    }), { numRuns: 8000 });
  });
  it('plans the same chunks byte by byte as at once', () => {
    fc.assert(fc.property(fc.oneof(soup, longRuns), fc.constantFrom(...dialects), (bytes, dialect) => {
      const outcome = (pieces: readonly Uint8Array[]): unknown => {
        try {
          return plan(pieces, { dialect, chunkBytes: 10 });
        } catch (error) {
          return isWaybillError(error) ? { code: error.code, place: error.place } : error;
        }
      };
      expect(outcome([...bytes].map((byte) => Uint8Array.of(byte)))).toEqual(outcome([bytes]));
    }), { numRuns: 3000 });
  });
});
