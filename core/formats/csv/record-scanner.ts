/**
 * Finds records and cells in bytes of UTF-8 text, without making a string.
 *
 * RFC 4180 as files really are: a quote opens a cell only as its very first byte and is an ordinary character elsewhere; lines end
 * with LF, CRLF or CR, mixed as they come (a CR that no LF follows ends the line too: old Macintosh exports, and files joined from
 * several systems); the last record may lack its line end; blank lines are lines and not records.
 * The planner (chunk-planner.ts) holds the same rules; a property test keeps the two together.
 */
import { issueNumber } from '../../../contracts/issue-codes.ts';
import { contentEnd } from '../content-end.ts';
import type { RecordReader } from '../source-format.ts';

export interface ScanDialect {
  readonly delimiter: number;
  /** -1: quotes are ordinary characters. */
  readonly quote: number;
  /** `backslash` accepts doubled quotes too, as MySQL's own reader does. Outside quoted cells a backslash is an ordinary character. */
  readonly escape: 'double' | 'backslash';
}

export const quotedFlag = 1;
/** The cell holds doubled quotes or backslashes and must be unescaped. */
export const escapedFlag = 2;
/** Text follows the closing quote, or the quote never closes: the cell is kept raw, with its quotes. */
export const brokenFlag = 4;
/** The value stands, and `brokenIssue` names what a person should know about it. */
export const doubtfulFlag = 8;

const quoteBroken = issueNumber('ROW_QUOTE_BROKEN');
const lf = 10;
const cr = 13;
const space = 32;
const tab = 9;
const backslashByte = 92;

export class RecordScanner implements RecordReader {
  readonly problem: number = 0;
  readonly unknownPaths: readonly string[] = [];
  cellCount = 0;
  /** Content without the enclosing quotes; `cellEnd` is exclusive. */
  cellStart: Int32Array;
  cellEnd: Int32Array;
  cellFlags: Uint8Array;
  recordStart = 0;
  /** Exclusive, with the line end. */
  recordEnd = 0;
  /** Physical line on which the record starts. */
  line = 1;
  /** Byte of a quote that never closes before the end, else -1. */
  unclosedQuoteAt = -1;

  private readonly delimiter: number;
  private readonly quote: number;
  /** -1 when a backslash escapes nothing. */
  private readonly backslash: number;
  private bytes = new Uint8Array(0);
  private position = 0;
  private end = 0;
  private nextLine = 1;

  /** `cells` is a first guess; the arrays grow (and are then other objects: read them after `next`). */
  constructor(dialect: ScanDialect, cells = 64) {
    this.delimiter = dialect.delimiter;
    this.quote = dialect.quote;
    this.backslash = dialect.quote >= 0 && dialect.escape === 'backslash' ? backslashByte : -1;
    const size = Math.max(1, cells);
    this.cellStart = new Int32Array(size);
    this.cellEnd = new Int32Array(size);
    this.cellFlags = new Uint8Array(size);
  }

  /** `[start, end)` holds whole records. */
  reset(bytes: Uint8Array, start: number, end: number, firstLine: number): void {
    this.bytes = bytes as Uint8Array<ArrayBuffer>;
    this.position = start;
    this.end = end;
    this.nextLine = firstLine;
    this.cellCount = 0;
    this.recordStart = this.recordEnd = start;
    this.line = firstLine;
    this.unclosedQuoteAt = -1;
  }

  next(): boolean {
    const start = this.skipBlankLines();
    const { bytes, end, delimiter, quote } = this;
    if (start >= end) return this.finish();
    this.recordStart = start;
    this.line = this.nextLine;
    let at = start;
    let count = 0;
    let { cellStart, cellEnd, cellFlags } = this;
    for (;;) {
      if (count === cellStart.length) {
        this.grow();
        ({ cellStart, cellEnd, cellFlags } = this);
      }
      if (at < end && bytes[at] === quote) at = this.scanQuoted(at, count);
      else {
        cellStart[count] = at;
        while (at < end) {
          const byte = bytes[at];
          if (byte === delimiter || byte === lf || byte === cr) break;
          at++;
        }
        cellEnd[count] = at;
        cellFlags[count] = 0;
      }
      count++;
      if (at >= end || bytes[at] !== delimiter) break;
      at++;
    }
    this.cellCount = count;
    this.position = this.recordEnd = this.afterLineEnd(at);
    return true;
  }

  get contentEnd(): number {
    return contentEnd(this.bytes, this.recordStart, this.recordEnd);
  }

  /** Writes the cell's content as the sender meant it; the target must have room for `cellEnd - cellStart` bytes. Returns the end. */
  unescapeInto(cell: number, target: Uint8Array, targetStart: number): number {
    const { bytes, quote, backslash } = this;
    const end = this.cellEnd[cell] as number;
    const escaped = ((this.cellFlags[cell] as number) & escapedFlag) !== 0;
    let to = targetStart;
    for (let at = this.cellStart[cell] as number; at < end; at++) {
      const byte = bytes[at] as number;
      if (escaped && at + 1 < end) {
        const following = bytes[at + 1];
        if ((byte === quote && following === quote) || (byte === backslash && (following === quote || following === backslash))) at++;
      }
      target[to++] = bytes[at] as number;
    }
    return to;
  }

  brokenIssue(): number {
    return quoteBroken;
  }

  private finish(): false {
    this.cellCount = 0;
    this.position = this.recordStart = this.recordEnd = this.end;
    this.line = this.nextLine;
    return false;
  }

  private skipBlankLines(): number {
    const { bytes, end } = this;
    let at = this.position;
    while (at < end && (bytes[at] === lf || bytes[at] === cr)) at = this.afterLineEnd(at);
    return at;
  }

  /** The position behind the line end at `at`; counts the line. */
  private afterLineEnd(at: number): number {
    if (at >= this.end) return at;
    this.nextLine++;
    return this.bytes[at] === cr && at + 1 < this.end && this.bytes[at + 1] === lf ? at + 2 : at + 1;
  }

  /** Scans the cell whose quote opens at `open`; returns the position of the delimiter or line end behind it. */
  private scanQuoted(open: number, cell: number): number {
    const { bytes, end, quote, backslash } = this;
    let flags = quotedFlag;
    let at = open + 1;
    for (;;) {
      let byte: number | undefined = -1;
      while (at < end) {
        byte = bytes[at];
        if (byte === quote || byte === lf || byte === cr || byte === backslash) break;
        at++;
      }
      if (at >= end) return this.unclosed(open, cell);
      if (byte === quote) {
        if (at + 1 >= end || bytes[at + 1] !== quote) break;
        flags |= escapedFlag;
        at += 2;
      } else if (byte === backslash) {
        const escapes = at + 1 < end && (bytes[at + 1] === quote || bytes[at + 1] === backslash);
        if (escapes) flags |= escapedFlag;
        at += escapes ? 2 : 1;
      } else at = this.afterLineEnd(at);
    }
    this.cellStart[cell] = open + 1;
    this.cellEnd[cell] = at;
    this.cellFlags[cell] = flags;
    at++;
    if (at < end) {
      const byte = bytes[at];
      if (byte !== this.delimiter && byte !== lf && byte !== cr) return this.scanBroken(open, at, cell);
    }
    return at;
  }

  /** Text stands behind the closing quote. Blanks alone (`"a" ,`) are no text; anything else keeps the cell raw. */
  private scanBroken(open: number, afterQuote: number, cell: number): number {
    const { bytes, end, delimiter } = this;
    let blank = true;
    let at = afterQuote;
    for (; at < end; at++) {
      const byte = bytes[at];
      if (byte === delimiter || byte === lf || byte === cr) break;
      if (byte !== space && byte !== tab) blank = false;
    }
    if (!blank) this.keepRaw(open, at, cell);
    return at;
  }

  private unclosed(open: number, cell: number): number {
    this.unclosedQuoteAt = open;
    this.keepRaw(open, this.end, cell);
    return this.end;
  }

  private keepRaw(start: number, end: number, cell: number): void {
    this.cellStart[cell] = start;
    this.cellEnd[cell] = end;
    this.cellFlags[cell] = quotedFlag | brokenFlag;
  }

  private grow(): void {
    const size = this.cellStart.length * 2;
    const [starts, ends, flags] = [new Int32Array(size), new Int32Array(size), new Uint8Array(size)];
    starts.set(this.cellStart);
    ends.set(this.cellEnd);
    flags.set(this.cellFlags);
    this.cellStart = starts;
    this.cellEnd = ends;
    this.cellFlags = flags;
  }
}
