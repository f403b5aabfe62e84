/**
 * One pass over a JSON document from its first record on: cuts the elements of the record array into chunks of whole records and sees
 * the rest of the document to its end. Brackets and quotes only: what is wrong inside a record is the matter of its row (json-reader.ts),
 * what makes the borders of records doubtful refuses the file. Memory does not depend on the file.
 */
import { WaybillError, type ErrorPlace } from '../../../contracts/errors.ts';
import { mostRecordBytes, type ChunkSizes, type PlannedChunk, type RecordPlanner } from '../source-format.ts';
import { backslash, closeBrace, closeBracket, comma, lineFeed, mostLevels, openBrace, openBracket, quote } from './json-bytes.ts';

export interface ElementPlannerOptions extends ChunkSizes {
  readonly startByte: number;
  readonly startLine: number;
  /** Keys of the objects around the records, which must close behind them. */
  readonly recordPath: readonly string[];
  readonly container: 'array' | 'object';
}

/** Inside a record only these matter: quotes, brackets, and line feeds to count. */
const isMark = Uint8Array.from({ length: 256 }, (_, byte) => (byte === quote || byte === openBrace || byte === closeBrace || byte === openBracket || byte === closeBracket || byte === lineFeed ? 1 : 0));

/** Inside a string: its end, what escapes, and line feeds to count. */
const isTextMark = Uint8Array.from({ length: 256 }, (_, byte) => (byte === quote || byte === backslash || byte === lineFeed ? 1 : 0));

const textMarkFrom = (bytes: Uint8Array, from: number): number => {
  const { length } = bytes;
  let at = from;
  while (at < length && isTextMark[bytes[at] as number] === 0) at += 1;
  return at;
};

/** In bytes; a record path is shorter (contracts/parse-options.ts). */
const longestKey = 8_000;
const keyOf = (text: string): string | undefined => {
  try { return JSON.parse(`"${text}"`) as string; } catch { return undefined; }
};

type Phase = 'records' | 'behind' | 'done';

export class ElementPlanner implements RecordPlanner {
  rows = 0;
  private readonly sizes: Required<ChunkSizes>;
  private readonly isArray: boolean;
  private phase: Phase = 'records';
  /** Of the current piece in the file, and of the byte that is looked at. */
  private base: number;
  private offset: number;
  private line: number;
  private inString = false;
  private escaped = false;
  /** Open brackets within the record; behind the records those around them. */
  private depth = 0;
  /** What opened each level; levels beyond are counted only, and their rows are refused by the reader. */
  private readonly opened = new Uint8Array(mostLevels + 1);
  private recordStart = -1;
  private recordLine: number;
  private contentEnd = -1;
  private afterComma = false;
  private readonly enclosing: number;
  private readonly path: readonly string[];
  /** Behind the records: the next string of an object around them is a key, and its bytes so far. */
  private expectsKey = false;
  private key: number[] | null = null;

  private chunkNo = 0;
  private chunkStart = -1;
  private chunkLine = 1;
  private chunkFirstRow = 1;
  private planned: PlannedChunk[] = [];

  constructor({ startByte, startLine, recordPath, container, chunkBytes, chunkRows = Infinity }: ElementPlannerOptions) {
    this.sizes = { chunkBytes, chunkRows };
    this.isArray = container === 'array';
    this.path = recordPath;
    this.enclosing = recordPath.length;
    this.base = this.offset = startByte;
    this.line = this.recordLine = startLine;
  }

  push(bytes: Uint8Array): PlannedChunk[] {
    const { base } = this;
    for (let at = 0; at < bytes.length; at += 1) {
      if (this.inString) {
        at = this.passString(bytes, at);
        continue;
      }
      if (this.depth > 0 && this.phase === 'records') {
        at = this.passInside(bytes, at);
        continue;
      }
      const byte = bytes[at] as number;
      if (byte === 0x20 || byte === 0x0d || byte === 0x09) continue;
      if (byte === lineFeed) { this.line += 1; continue; }
      this.offset = base + at;
      this.take(byte);
    }
    this.offset = this.base = base + bytes.length;
    if (this.phase === 'records') this.refuseLongRecord(this.offset);
    return this.handOver();
  }

  end(): PlannedChunk[] {
    // A lone record at the root ends with the file.
    if (this.phase === 'records' && !this.isArray && this.enclosing === 0 && this.recordStart >= 0 && this.depth === 0 && !this.inString) this.endRecords();
    if (this.phase !== 'done') {
      const place = this.recordStart < 0 ? { line: this.line, byte: this.offset } : { line: this.recordLine, byte: this.recordStart };
      throw new WaybillError('FILE_CUT_OFF', `The JSON document ends before it is closed; what is open begins at line ${place.line}, byte ${place.byte}.`, { ...place, rowsBefore: this.rows });
    }
    return this.handOver();
  }

  /** Goes on to the bracket that closes the record, to a string that the piece cuts, or to the end of the piece; returns the last byte that it took. */
  private passInside(bytes: Uint8Array, from: number): number {
    const { length } = bytes;
    for (let at = from; at < length; at += 1) {
      const byte = bytes[at] as number;
      if (isMark[byte] === 0) continue;
      if (byte === lineFeed) { this.line += 1; continue; }
      if (byte === quote) {
        at = textMarkFrom(bytes, at + 1);
        // A plain string within the piece, as nearly all are, changes nothing that must be kept.
        if (bytes[at] === quote) continue;
        this.inString = true;
        at = this.passString(bytes, at);
        continue;
      }
      this.offset = this.base + at;
      this.track(byte);
      if (this.depth > 0) continue;
      this.contentEnd = this.offset + 1;
      return at;
    }
    return length;
  }

  /** Goes on to the closing quote, or to the end of the piece; returns the last byte that it took. */
  private passString(bytes: Uint8Array, from: number): number {
    const { length } = bytes;
    let at = from;
    if (this.escaped) at = this.passEscaped(bytes, at);
    for (at = textMarkFrom(bytes, at); at < length; at = textMarkFrom(bytes, at + 1)) {
      const byte = bytes[at];
      if (byte === quote) { this.inString = false; break; }
      if (byte === lineFeed) { this.line += 1; continue; }
      if (at + 1 === length) { this.escaped = true; break; }
      at += 1;
      if (bytes[at] === lineFeed) this.line += 1;
    }
    if (this.key !== null) this.keepKey(bytes, from, at);
    if (this.phase === 'records' && !this.inString) this.contentEnd = this.base + at + 1;
    return at;
  }

  /** What the last byte of the piece before, a backslash, escapes. */
  private passEscaped(bytes: Uint8Array, at: number): number {
    this.escaped = false;
    if (bytes[at] === lineFeed) this.line += 1;
    return at + 1;
  }

  private take(byte: number): void {
    switch (this.phase) {
      case 'records': this.takeInRecords(byte); break;
      case 'behind': this.takeBehind(byte); break;
      case 'done': this.refuse('More text follows the end of the JSON document');
    }
  }

  private keepKey(bytes: Uint8Array, from: number, end: number): void {
    const until = this.escaped ? bytes.length : end;
    this.key?.push(...bytes.subarray(from, Math.min(until, from + longestKey - this.key.length)));
    if (!this.inString) this.endKey();
  }

  private endKey(): void {
    const text = Buffer.from(this.key ?? []).toString();
    this.key = null;
    if (keyOf(text) === this.path[this.depth - 1]) this.refuse('A second key leads to the record path, so that its records would not be read');
  }

  private takeInRecords(byte: number): void {
    if (this.depth === 0 && (byte === comma || byte === closeBracket || byte === closeBrace)) { this.takeBorder(byte); return; }
    if (this.recordStart < 0) {
      this.recordStart = this.offset;
      this.recordLine = this.line;
    }
    this.contentEnd = this.offset + 1;
    this.track(byte);
  }

  /** A comma or a closing bracket outside any record. */
  private takeBorder(byte: number): void {
    if (byte === comma) {
      if (!this.isArray) { this.endRecords(); this.takeBehind(byte); return; }
      if (this.recordStart < 0) this.refuse('A comma stands where a record should');
      this.endRecord();
      this.afterComma = true;
      return;
    }
    if (byte !== (this.isArray ? closeBracket : closeBrace)) this.refuse('A bracket is closed by one of another kind');
    if (this.recordStart < 0 && this.afterComma) this.refuse('A comma stands behind the last record');
    this.endRecords();
    // The lone record's own object is closed already, so this closes the one around it.
    if (!this.isArray) this.takeBehind(byte);
  }

  private endRecords(): void {
    if (this.recordStart >= 0) this.endRecord();
    this.endChunk();
    this.phase = this.enclosing === 0 ? 'done' : 'behind';
    this.depth = this.enclosing;
    this.opened.fill(openBrace, 1, Math.min(this.enclosing, mostLevels) + 1);
  }

  /** A second list at the record path would not be read. */
  private takeBehind(byte: number): void {
    if (this.phase === 'done') this.refuse('More text follows the end of the JSON document');
    if (byte === quote && this.expectsKey && this.depth <= this.enclosing) this.key = [];
    this.expectsKey = byte === comma || byte === openBrace;
    this.track(byte);
    if (this.depth === 0) this.phase = 'done';
  }

  private track(byte: number): void {
    if (byte === quote) {
      this.inString = true;
      this.escaped = false;
    } else if (byte === openBrace || byte === openBracket) {
      this.depth += 1;
      if (this.depth <= mostLevels) this.opened[this.depth] = byte;
    } else if (byte === closeBrace || byte === closeBracket) {
      // The kinds of brackets lie two apart in ASCII.
      if (this.depth <= mostLevels && byte !== (this.opened[this.depth] as number) + 2) this.refuse('A bracket is closed by one of another kind');
      this.depth -= 1;
    }
  }

  private endRecord(): void {
    this.refuseLongRecord(this.contentEnd);
    if (this.chunkStart < 0) {
      this.chunkStart = this.recordStart;
      this.chunkLine = this.recordLine;
    }
    this.rows += 1;
    this.recordStart = -1;
    if (this.rows - this.chunkFirstRow + 1 >= this.sizes.chunkRows || this.contentEnd - this.chunkStart >= this.sizes.chunkBytes) this.endChunk();
  }

  private endChunk(): void {
    if (this.chunkStart < 0) return;
    this.planned.push({
      chunkNo: this.chunkNo++, byteStart: this.chunkStart, byteEnd: this.contentEnd, firstRow: this.chunkFirstRow, firstLine: this.chunkLine,
      rows: this.rows - this.chunkFirstRow + 1,
    });
    this.chunkStart = -1;
    this.chunkFirstRow = this.rows + 1;
  }

  private handOver(): PlannedChunk[] {
    const { planned } = this;
    this.planned = [];
    return planned;
  }

  private refuse(what: string): never {
    const place: ErrorPlace = { line: this.line, byte: this.offset };
    throw new WaybillError('FILE_JSON_INVALID', `${what}: line ${this.line}, byte ${this.offset}.`, place);
  }

  private refuseLongRecord(end: number): void {
    if (this.recordStart < 0 || end - this.recordStart <= mostRecordBytes) return;
    throw new WaybillError('FILE_ROW_TOO_LONG', `The record that starts at line ${this.recordLine}, byte ${this.recordStart}, is larger than ${mostRecordBytes} bytes.`,
      { line: this.recordLine, byte: this.recordStart, maxRecordBytes: mostRecordBytes });
  }
}
