/** Makes lines of the row spool (row-spool/spool-cell.ts) of rows whose cells come from left to right; a row without anything in it is none. */
import { WaybillError } from '../../../contracts/errors.ts';
import { issueNumber, type IssueCode } from '../../../contracts/issue-codes.ts';
import { mostRecordBytes } from '../source-format.ts';
import { escapeInto } from './cell-text.ts';
import type { SheetFacts } from './workbook.ts';

const [tab, lineFeed, backslash, bang, question, emptyMark] = [0x09, 0x0a, 0x5c, 0x21, 0x3f, 0x65] as const;
const firstBytes = 512 * 1024;

export class RowLines {
  private out = Buffer.allocUnsafe(firstBytes);
  private length = 0;
  private rowStart = 0;
  private column = 0;
  private cells = 0;
  private cellStart = 0;
  private line = 0;
  private repeated: { readonly cells: Buffer; readonly cellCount: number; line: number; left: number } | null = null;

  constructor(private readonly facts: SheetFacts) {}

  startRow(line: number): void {
    this.line = line;
    this.column = 0;
    this.cells = 0;
    this.rowStart = this.length;
  }

  endRow(): void {
    if (this.cells === 0) return;
    this.reserve(1);
    this.out[this.length++] = lineFeed;
    const { facts } = this;
    facts.rows += 1;
    if (this.cells > 1) facts.wideRows += 1;
    if (this.column > facts.width) facts.width = this.column;
    this.rowStart = this.length;
  }

  /** The row once more on the lines behind its own, as {@link drain} is called. */
  repeatRow(times: number): void {
    if (this.cells === 0 || times <= 0) return;
    const digits = String(this.line).length;
    this.repeated = { cells: Buffer.from(this.out.subarray(this.rowStart + digits, this.length)), line: this.line, cellCount: this.cells, left: times };
  }

  /** Lines of a repeated row for a piece; false: there are no more. */
  drain(least: number): boolean {
    const { repeated, facts } = this;
    if (repeated === null) return false;
    while (repeated.left > 0 && this.length < least) {
      repeated.line += 1;
      repeated.left -= 1;
      this.reserve(repeated.cells.length + 24);
      this.length += this.out.write(String(repeated.line), this.length, 'latin1');
      this.length += repeated.cells.copy(this.out, this.length);
      this.out[this.length++] = lineFeed;
      facts.rows += 1;
      if (repeated.cellCount > 1) facts.wideRows += 1;
    }
    this.rowStart = this.length;
    if (repeated.left === 0) this.repeated = null;
    return true;
  }

  /** The lines so far, or nothing while they are few; what is taken is the caller's. */
  take(least: number): Uint8Array | null {
    if (this.rowStart < least || this.rowStart === 0) return null;
    const taken = this.out.subarray(0, this.rowStart);
    const rest = this.out.subarray(this.rowStart, this.length);
    this.out = Buffer.allocUnsafe(Math.max(firstBytes, rest.length * 2));
    rest.copy(this.out);
    this.length = rest.length;
    this.rowStart = 0;
    return taken;
  }

  /** So many whole lines wait that they are better taken away before the next row. */
  get isFull(): boolean { return this.rowStart >= firstBytes; }

  /** Bytes as a cell, to be escaped. */
  text(column: number, bytes: Uint8Array, length: number): void {
    if (length === 0) { this.emptyText(column); return; }
    this.openCell(column, length * 2);
    this.length = escapeInto(bytes, length, this.out, this.length);
  }

  string(column: number, text: string): void {
    const bytes = Buffer.from(text);
    this.text(column, bytes, bytes.length);
  }

  emptyText(column: number): void {
    this.openCell(column, 2);
    this.out[this.length++] = backslash;
    this.out[this.length++] = emptyMark;
  }

  /** A cell as the spool has it already. */
  raw(column: number, bytes: Buffer, start: number, end: number): void {
    this.openCell(column, end - start);
    const { out } = this;
    if (end - start > 48) { bytes.copy(out, this.length, start, end); this.length += end - start; return; }
    let to = this.length;
    for (let at = start; at < end; at += 1) out[to++] = bytes[at] as number;
    this.length = to;
  }

  /** The last cell so many times more, in the columns behind it. */
  repeatCell(times: number): void {
    const start = this.cellStart, bytes = this.length - start;
    for (let time = 0; time < times; time += 1) {
      this.openCell(this.column + 1, bytes);
      this.out.copyWithin(this.length, start, start + bytes);
      this.length += bytes;
    }
  }

  /** A row that has a cell, but no value in it. */
  nothing(column: number): void { this.openCell(column, 0); }

  broken(column: number, text: string, issue: IssueCode): void { this.marked(column, text, { mark: bang, issue }); }

  doubtful(column: number, text: string, issue: IssueCode): void { this.marked(column, text, { mark: question, issue }); }

  private marked(column: number, text: string, { mark, issue }: { readonly mark: number; readonly issue: IssueCode }): void {
    const bytes = Buffer.from(text), number = `${issueNumber(issue)};`;
    this.openCell(column, bytes.length * 2 + number.length + 2);
    this.out[this.length++] = backslash;
    this.out[this.length++] = mark;
    this.length += this.out.write(number, this.length, 'latin1');
    this.length = escapeInto(bytes, bytes.length, this.out, this.length);
  }

  private openCell(column: number, bytes: number): void {
    this.reserve(column - this.column + bytes + 32);
    const { out } = this;
    if (this.cells === 0) this.length += out.write(String(this.line), this.length, 'latin1');
    for (; this.column < column; this.column += 1) out[this.length++] = tab;
    this.cells += 1;
    this.cellStart = this.length;
    if (this.length + bytes - this.rowStart > mostRecordBytes) {
      throw new WaybillError('FILE_ROW_TOO_LONG', `The row at line ${this.line} is larger than ${mostRecordBytes} bytes.`, { line: this.line, maxRecordBytes: mostRecordBytes });
    }
  }

  private reserve(more: number): void {
    if (this.length + more + 8 <= this.out.length) return;
    const larger = Buffer.allocUnsafe(Math.max(this.out.length * 2, this.length + more + 8));
    this.out.copy(larger, 0, 0, this.length);
    this.out = larger;
  }
}
