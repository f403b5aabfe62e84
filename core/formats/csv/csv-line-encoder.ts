/**
 * CSV out of rows in COPY's text form, byte by byte: what most cells need is a copy. Writes the very bytes that {@link CsvWriter} writes of
 * the same rows (test/unit/csv-line-encoder.test.ts holds it to that); a cell that is not plainly simple goes through its text as there.
 */
import { endOfMessage, messageHeaderBytes, valueOfCopyText } from '../copy-text.ts';
import { isNumberBytes } from './number-bytes.ts';

/** `plain`: signs that no dialect minds; `day`: the same, unless its year is a far one; `time`: ISO 8601 is made of it; `text`; `guarded`: against formulas too; `other`: by its text. */
export type CellKind = 'plain' | 'day' | 'time' | 'text' | 'guarded' | 'other';
export interface LineColumn { readonly kind: CellKind; readonly cell: (text: string) => string }
export interface LineDialect { readonly delimiter: string; readonly quote: string; readonly lineEnd: string }

const tab = 0x09, newline = 0x0a, backslash = 0x5c, blank = 0x20, apostrophe = 0x27;
const unescaped = Uint8Array.from({ length: 256 }, (_, byte) => byte);
for (const [letter, byte] of [['b', 8], ['f', 12], ['n', 10], ['r', 13], ['t', 9], ['v', 11]] as const) unescaped[letter.charCodeAt(0)] = byte;

/** With which a spreadsheet's formula begins, or a text that was guarded against one. */
const formulaSigns: readonly number[] = [...'=@+-', "'"].map((sign) => sign.charCodeAt(0));

/** First bytes of characters among which are blanks for `\s` (U+00A0, U+1680, U+2000 …, U+3000, U+FEFF); the cell's text decides. */
const maybeBlank = new Uint8Array(256);
for (const lead of [0xc2, 0xe1, 0xe2, 0xe3, 0xef]) maybeBlank[lead] = 1;

/** What a byte is to a cell: of it, its end, or something to look at. */
const ordinary = 0, ends = 1, special = 2;
/** How the cells of a column are copied: what their first byte is to them, what the others are, whether one that ends in a blank needs quotes, and how long they are at most. */
interface ColumnTables { readonly firsts: Uint8Array; readonly within: Uint8Array; readonly mindsBlanks: boolean; readonly most: number }
const dayLength = 10;

export class CsvLineEncoder {
  guardedCells = 0;
  private readonly tables: readonly ColumnTables[];
  private readonly withinQuotes = new Uint8Array(256);
  private readonly delimiter: number;
  private readonly quote: number;
  private readonly lineEnd: Uint8Array;
  private readonly mustQuote = new Uint8Array(256);
  private readonly stops = new Uint8Array(256);
  private source: Buffer = Buffer.alloc(0);
  private target: Buffer = Buffer.alloc(0);
  private at = 0;

  /** @param dialect its signs are single bytes; at least two columns */
  constructor(private readonly columns: readonly LineColumn[], dialect: LineDialect) {
    this.delimiter = dialect.delimiter.charCodeAt(0);
    this.quote = dialect.quote.charCodeAt(0);
    this.lineEnd = Buffer.from(dialect.lineEnd);
    for (const byte of [this.delimiter, this.quote, newline, 0x0d]) this.mustQuote[byte] = this.stops[byte] = 1;
    this.stops[backslash] = 1;
    this.withinQuotes[tab] = this.withinQuotes[backslash] = this.withinQuotes[this.quote] = special;
    this.tables = columns.map(({ kind }) => this.tablesOf(kind));
  }

  private tablesOf(kind: CellKind): ColumnTables {
    const firsts = new Uint8Array(256), within = new Uint8Array(256);
    within[tab] = within[newline] = ends;
    firsts[backslash] = within[backslash] = special;
    if (kind === 'time' || kind === 'other') firsts.fill(special);
    if (kind !== 'text' && kind !== 'guarded') return { firsts, within, mindsBlanks: false, most: kind === 'day' ? dayLength : Infinity };
    for (let byte = 0; byte < 256; byte += 1) {
      if (byte <= blank || maybeBlank[byte] === 1 || this.mustQuote[byte] === 1 || (kind === 'guarded' && formulaSigns.includes(byte))) firsts[byte] = special;
      // A tab or a line's end among the values is escaped.
      if (this.mustQuote[byte] === 1 && within[byte] === ordinary) within[byte] = special;
    }
    return { firsts, within, mindsBlanks: true, most: Infinity };
  }

  /** Fresh memory for each batch would cost as much as the encoding: the result is to be used before the next. */
  encode(messages: Buffer): Uint8Array {
    this.source = messages;
    this.at = 0;
    this.reserve(messages.length + (messages.length >> 2) + 1024);
    for (let at = 0; at < messages.length;) {
      const next = endOfMessage(messages, at);
      this.reserve(2 * (next - at) + 4 * this.columns.length + 2);
      this.row(at + messageHeaderBytes, next - 1);
      at = next;
    }
    return this.target.subarray(0, this.at);
  }

  private reserve(bytes: number): void {
    if (this.at + bytes <= this.target.length) return;
    const larger = Buffer.allocUnsafeSlow(2 * this.target.length + bytes);
    this.target.copy(larger, 0, 0, this.at);
    this.target = larger;
  }

  /** Cells that stay as they are are copied here, in one loop: of a dozen short ones the calls would cost more than the bytes. */
  private row(start: number, end: number): void {
    const { source, columns, tables, lineEnd, delimiter } = this;
    let { target, at } = this, from = start;
    for (let index = 0; index < columns.length; index += 1) {
      if (index > 0) target[at++] = delimiter;
      const { firsts, within, mindsBlanks, most } = tables[index] as ColumnTables;
      let reading = from, written = at, byte = source[from] as number, found = firsts[byte] as number;
      if (found === ordinary) {
        while ((found = within[byte] as number) === ordinary) {
          target[written++] = byte;
          byte = source[++reading] as number;
        }
        if (found === ends && ((mindsBlanks && this.mayEndBlank(reading)) || reading - from > most)) found = special;
      }
      if (found === ends) at = written;
      else {
        this.at = at;
        reading = reading > from && byte !== backslash && within[byte] === special
          ? this.quoted(columns[index] as LineColumn, { from, index: reading, end, before: at }) : this.cell(columns[index] as LineColumn, from, end);
        ({ target, at } = this);
      }
      from = reading + 1;
    }
    for (let index = 0; index < lineEnd.length; index += 1) target[at++] = lineEnd[index] as number;
    this.at = at;
  }

  /** Where the cell ends. */
  private cell(column: LineColumn, from: number, end: number): number {
    const { source } = this;
    if (source[from] === backslash && source[from + 1] === 0x4e) return from + 2;
    switch (column.kind) {
      case 'plain': return this.plain(from, end);
      case 'time': return this.time(column, from, end);
      case 'text': case 'guarded': return this.text(column, from, end);
      case 'day': case 'other': return this.other(column, from, end);
    }
  }

  private plain(from: number, end: number): number {
    const { source, target } = this;
    let { at } = this, index = from;
    for (; index < end; index += 1) {
      const byte = source[index] as number;
      if (byte === tab) break;
      target[at++] = byte;
    }
    this.at = at;
    return index;
  }

  /** `2024-02-29 12:30:00.5+00` becomes `2024-02-29T12:30:00.5Z`; far years, years before Christ and infinity are left to their text. */
  private time(column: LineColumn, from: number, end: number): number {
    const { source, target, at } = this;
    if (source[from + 4] !== 0x2d || source[from + 10] !== blank) return this.other(column, from, end);
    const stop = this.plain(from, end);
    if (source[stop - 1] === 0x43) { this.at = at; return this.other(column, from, end); }
    target[at + 10] = 0x54;
    if (source[stop - 3] === 0x2b) { target[this.at - 3] = 0x5a; this.at -= 2; }
    return stop;
  }

  private text(column: LineColumn, from: number, end: number): number {
    const { source, target, stops } = this;
    const first = from < end ? source[from] as number : tab;
    if (first <= blank || first === backslash || maybeBlank[first] === 1) return this.other(column, from, end);
    const before = this.at;
    if (column.kind === 'guarded' && (first === 0x3d || first === 0x40 || first === 0x2b || first === 0x2d || first === apostrophe)) {
      if (first === apostrophe || this.quote === apostrophe || this.delimiter === apostrophe) return this.other(column, from, end);
      if (this.guards(first, from, end)) target[this.at++] = apostrophe;
    }
    let { at } = this, index = from;
    for (; index < end; index += 1) {
      const byte = source[index] as number;
      if (byte === tab) break;
      if (stops[byte] === 1) return this.quoted(column, { from, index, end, before });
      target[at++] = byte;
    }
    if (this.mayEndBlank(index)) { this.at = before; return this.other(column, from, end); }
    if (this.at !== before) this.guardedCells += 1;
    this.at = at;
    return index;
  }

  private guards(first: number, from: number, end: number): boolean {
    if (first !== 0x2b && first !== 0x2d) return true;
    const stop = this.endOfCell(from, end);
    return !isNumberBytes(this.source, from, stop);
  }

  private mayEndBlank(end: number): boolean {
    const { source } = this;
    const last = source[end - 1] as number;
    return last <= blank || (last >= 0x80 && (maybeBlank[source[end - 2] as number] === 1 || maybeBlank[source[end - 3] as number] === 1));
  }

  /** At `index` stands a sign for which the cell may need quotes. */
  private quoted(column: LineColumn, { from, index, end, before }: { readonly from: number; readonly index: number; readonly end: number; readonly before: number }): number {
    const { source, target, quote, mustQuote, withinQuotes } = this;
    const sign = source[index] === backslash ? unescaped[source[index + 1] as number] as number : source[index] as number;
    const guarded = this.at !== before;
    this.at = before;
    if (mustQuote[sign] !== 1) return this.other(column, from, end);
    if (guarded) this.guardedCells += 1;
    let at = before, reading = from;
    target[at++] = quote;
    if (guarded) target[at++] = apostrophe;
    for (; reading < end; reading += 1) {
      let byte = source[reading] as number;
      if (withinQuotes[byte] !== ordinary) {
        if (byte === tab) break;
        if (byte === backslash) { reading += 1; byte = unescaped[source[reading] as number] as number; }
        if (byte === quote) target[at++] = quote;
      }
      target[at++] = byte;
    }
    target[at++] = quote;
    this.at = at;
    return reading;
  }

  /** As {@link CsvWriter} does it, by the cell's text. */
  private other(column: LineColumn, from: number, end: number): number {
    const stop = this.endOfCell(from, end);
    const written = column.cell(valueOfCopyText(this.source.toString('utf8', from, stop)) ?? '');
    // What is still to come of the row was reserved with the row's length.
    this.reserve(3 * written.length + 2 * (end - from) + 4 * this.columns.length + 2);
    this.at += this.target.write(written, this.at);
    return stop;
  }

  private endOfCell(from: number, end: number): number {
    let stop = from;
    while (stop < end && this.source[stop] !== tab) stop += 1;
    return stop;
  }
}
