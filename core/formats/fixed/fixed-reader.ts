/**
 * Lines of columns of a fixed width, counted in characters. Blanks around a value are padding and none of it. A line may end early, since
 * many programs leave padding at its end out; what it then lacks is empty. Lines of nothing but blanks are no records.
 */
import { issueNumber } from '../../../contracts/issue-codes.ts';
import { CellRecord } from '../cell-record.ts';
import { isWhite, lineFeed } from '../json/json-bytes.ts';

const overlap = issueNumber('ROW_COLUMNS_OVERLAP'), tooMany = issueNumber('ROW_TOO_MANY_CELLS');
const blank = 0x20, carriageReturn = 0x0d;

export interface FixedReaderOptions {
  readonly widths: readonly number[];
  readonly guessed: boolean;
}

export class FixedReader extends CellRecord {
  constructor(private readonly options: FixedReaderOptions) { super(options.widths.length); }

  next(): boolean {
    while (this.position < this.end) {
      const start = this.position;
      const found = this.bytes.indexOf(lineFeed, start);
      const lineEnd = found < 0 || found >= this.end ? this.end : found;
      this.position = Math.min(lineEnd + 1, this.end);
      this.line = this.nextLine;
      if (lineEnd < this.end) this.nextLine += 1;
      const content = this.bytes[lineEnd - 1] === carriageReturn && lineEnd > start ? lineEnd - 1 : lineEnd;
      if (this.isBlank(start, content)) continue;
      this.recordStart = start;
      this.recordEnd = this.position;
      this.cut(start, content);
      return true;
    }
    this.line = this.nextLine;
    this.recordStart = this.recordEnd = this.end;
    return false;
  }

  unescapeInto(cell: number, target: Uint8Array, targetStart: number): number {
    const start = this.cellStart[cell] as number, end = this.cellEnd[cell] as number;
    target.set(this.bytes.subarray(start, end), targetStart);
    return targetStart + end - start;
  }

  override brokenIssue(): number {
    return overlap;
  }

  private isBlank(start: number, end: number): boolean {
    for (let at = start; at < end; at += 1) if (!isWhite(this.bytes[at])) return false;
    return true;
  }

  private cut(start: number, end: number): void {
    const { bytes, options: { widths, guessed } } = this;
    this.problem = 0;
    let at = start;
    for (let cell = 0; cell < widths.length; cell += 1) {
      const from = at;
      at = guessed && cell === widths.length - 1 ? end : this.after(from, widths[cell] as number, end);
      if (guessed && cell > 0 && from > start && from < end && bytes[from] !== blank && bytes[from - 1] !== blank) this.problem = overlap;
      this.keep(cell, from, at);
    }
    if (at < end && !this.isBlank(at, end)) this.problem = tooMany;
    if (this.problem !== 0) this.cellEnd.set(this.cellStart);
  }

  /** So many characters further: bytes that continue one are not counted. */
  private after(from: number, width: number, end: number): number {
    const { bytes } = this;
    let left = width, at = from;
    for (; at < end; at += 1) {
      if (((bytes[at] as number) & 0xc0) === 0x80) continue;
      if (left === 0) return at;
      left -= 1;
    }
    return end;
  }

  private keep(cell: number, from: number, to: number): void {
    const { bytes } = this;
    let start = from, end = to;
    while (end > start && bytes[end - 1] === blank) end -= 1;
    while (start < end && bytes[start] === blank) start += 1;
    this.cellStart[cell] = start;
    this.cellEnd[cell] = end;
  }
}
