/** Reads the lines of a row spool (spool-cell.ts). */
import { brokenFlag, doubtfulFlag, escapedFlag, quotedFlag } from '../csv/record-scanner.ts';
import type { RecordReader } from '../source-format.ts';

const tab = 0x09, lineFeed = 0x0a, backslash = 0x5c, semicolon = 0x3b, zero = 0x30;
const emptyText = 0x65, breaks = 0x21, doubts = 0x3f, unreadable = 0x23, unknownPlace = 0x7e;
const meanings = new Map([[0x74, tab], [0x6e, lineFeed], [0x72, 0x0d], [backslash, backslash]]);

/** Cells beyond `columnCount` that are empty are none: rows of a sheet end where their last value is. */
export class SpoolReader implements RecordReader {
  cellCount = 0;
  cellStart: Int32Array;
  cellEnd: Int32Array;
  cellFlags: Uint8Array;
  recordStart = 0;
  recordEnd = 0;
  contentEnd = 0;
  line = 0;
  problem = 0;
  readonly unknownPaths: string[] = [];
  private issues: Uint16Array;
  private bytes: Buffer = Buffer.alloc(0);
  private position = 0;
  private end = 0;

  constructor(private readonly columnCount: number) {
    const size = Math.max(16, columnCount + 1);
    this.cellStart = new Int32Array(size);
    this.cellEnd = new Int32Array(size);
    this.cellFlags = new Uint8Array(size);
    this.issues = new Uint16Array(size);
  }

  reset(bytes: Uint8Array, start: number, end: number): void {
    this.bytes = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
    this.position = start;
    this.end = end;
  }

  next(): boolean {
    const { bytes, end } = this;
    if (this.position >= end) { this.cellCount = 0; this.recordStart = this.recordEnd = this.contentEnd = end; return false; }
    const start = this.recordStart = this.position;
    const found = bytes.indexOf(lineFeed, start);
    const lineEnd = found < 0 || found >= end ? end : found;
    this.contentEnd = lineEnd;
    this.position = this.recordEnd = lineEnd < end ? lineEnd + 1 : end;
    let at = start, line = 0;
    for (; at < lineEnd && bytes[at] !== tab; at += 1) line = line * 10 + (bytes[at] as number) - zero;
    this.line = line;
    let count = 0;
    this.problem = 0;
    this.unknownPaths.length = 0;
    while (at < lineEnd) {
      if (bytes[at + 1] === backslash && bytes[at + 2] === unknownPlace) { at = this.readPlace(at + 3, lineEnd); continue; }
      if (count === this.cellStart.length) this.grow();
      at = this.readCell(at + 1, lineEnd, count);
      count += 1;
    }
    while (count > this.columnCount && this.isEmpty(count - 1)) count -= 1;
    this.cellCount = this.padded(count);
    return true;
  }

  unescapeInto(cell: number, target: Uint8Array, targetStart: number): number {
    const { bytes } = this;
    const end = this.cellEnd[cell] as number;
    let to = targetStart;
    for (let at = this.cellStart[cell] as number; at < end; at += 1) {
      const byte = bytes[at] as number;
      if (byte === backslash && at + 1 < end) { at += 1; target[to++] = meanings.get(bytes[at] as number) ?? (bytes[at] as number); } else target[to++] = byte;
    }
    return to;
  }

  brokenIssue(cell: number): number { return this.issues[cell] as number; }

  private readPlace(start: number, lineEnd: number): number {
    const found = this.bytes.indexOf(tab, start);
    const end = found < 0 || found > lineEnd ? lineEnd : found;
    this.unknownPaths.push(this.bytes.toString('utf8', start, end));
    return end;
  }

  private isEmpty(cell: number): boolean {
    return this.cellStart[cell] === this.cellEnd[cell] && this.cellFlags[cell] === 0;
  }

  /** The position of the tab behind the cell, or the line's end. */
  private readCell(start: number, lineEnd: number, cell: number): number {
    const { bytes } = this;
    let from = start, flags = 0;
    if (bytes[start] === backslash && start < lineEnd) {
      const sign = bytes[start + 1];
      if (sign === emptyText) { flags = quotedFlag; from = start + 2; } else if (sign === breaks || sign === doubts || sign === unreadable) {
        flags = sign === doubts ? doubtfulFlag : brokenFlag;
        let number = 0;
        for (from = start + 2; bytes[from] !== semicolon; from += 1) number = number * 10 + (bytes[from] as number) - zero;
        from += 1;
        this.issues[cell] = number;
        if (sign === unreadable) this.problem = number;
      }
    }
    let at = from;
    for (; at < lineEnd; at += 1) {
      const byte = bytes[at];
      if (byte === tab) break;
      if (byte === backslash) { flags |= escapedFlag; at += 1; }
    }
    this.cellStart[cell] = from;
    this.cellEnd[cell] = at;
    this.cellFlags[cell] = flags;
    return at;
  }

  private padded(count: number): number {
    for (let cell = count; cell < this.columnCount; cell += 1) { this.cellStart[cell] = this.cellEnd[cell] = this.contentEnd; this.cellFlags[cell] = 0; }
    return Math.max(count, this.columnCount);
  }

  private grow(): void {
    const size = this.cellStart.length * 2;
    const [starts, ends, flags, issues] = [new Int32Array(size), new Int32Array(size), new Uint8Array(size), new Uint16Array(size)];
    starts.set(this.cellStart); ends.set(this.cellEnd); flags.set(this.cellFlags); issues.set(this.issues);
    [this.cellStart, this.cellEnd, this.cellFlags, this.issues] = [starts, ends, flags, issues];
  }
}
