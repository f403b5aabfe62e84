/** The text of one cell, gathered from runs and pieces of XML, and written into the row spool. */
import { WaybillError } from '../../../contracts/errors.ts';
import { mostRecordBytes } from '../source-format.ts';
import { appendDecoded } from './xml-entities.ts';

const [tab, lineFeed, carriageReturn, backslash, ampersand, underscore] = [0x09, 0x0a, 0x0d, 0x5c, 0x26, 0x5f] as const;
/** ECMA-376 part 1, 22.9.2.19 (ST_Xstring): a character that XML cannot hold, as a UTF-16 unit. */
const escaped = /_x([0-9A-Fa-f]{4})_/g;
const halfSurrogate = /[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/;

export class CellText {
  /** UTF-8, references decoded. */
  bytes = Buffer.allocUnsafe(4096);
  length = 0;
  private hasUnderscore = false;

  clear(): void {
    this.length = 0;
    this.hasUnderscore = false;
  }

  add(source: Buffer, start: number, end: number, literal: boolean): void {
    this.reserve(end - start);
    const { bytes } = this;
    let to = this.length;
    for (let at = start; at < end; at += 1) {
      const byte = source[at] as number;
      if (byte === ampersand && !literal) { this.addSlowly(source, start, end); return; }
      if (byte === underscore) this.hasUnderscore = true;
      // XML 1.0, 2.11: line ends are line feeds.
      if (byte === carriageReturn) { if (source[at + 1] !== lineFeed || at + 1 >= end) bytes[to++] = lineFeed; } else bytes[to++] = byte;
    }
    this.length = to;
  }

  addText(text: string): void {
    this.reserve(text.length * 3);
    this.length += this.bytes.write(text, this.length);
    this.hasUnderscore ||= text.includes('_');
  }

  get ascii(): string { return this.bytes.toString('latin1', 0, this.length); }

  /** Undoes `_xHHHH_`. False when half of a surrogate pair is left alone. */
  unescape(): boolean {
    if (!this.hasUnderscore) return true;
    const text = this.bytes.toString('utf8', 0, this.length);
    const plain = text.replace(escaped, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
    this.hasUnderscore = false;
    if (plain === text) return true;
    const whole = !halfSurrogate.test(plain);
    this.clear();
    this.addText(plain);
    this.hasUnderscore = false;
    return whole;
  }

  private addSlowly(source: Buffer, start: number, end: number): void {
    this.addText(appendDecoded('', source.toString('utf8', start, end).replaceAll(/\r\n?/g, '\n')));
  }

  private reserve(more: number): void {
    if (this.length + more <= this.bytes.length) return;
    if (this.length + more > mostRecordBytes) throw new WaybillError('FILE_ROW_TOO_LONG', `A cell is larger than ${mostRecordBytes} bytes.`, { maxRecordBytes: mostRecordBytes });
    const larger = Buffer.allocUnsafe(Math.max(this.bytes.length * 2, this.length + more));
    this.bytes.copy(larger, 0, 0, this.length);
    this.bytes = larger;
  }
}

/** As a cell of the row spool (row-spool/spool-cell.ts), all but its marks. The target has room for twice the length. Returns the end. */
export const escapeInto = (source: Uint8Array, length: number, target: Uint8Array, start: number): number => {
  let to = start;
  for (let at = 0; at < length; at += 1) {
    const byte = source[at] as number;
    if (byte !== backslash && byte !== tab && byte !== lineFeed && byte !== carriageReturn) { target[to++] = byte; continue; }
    target[to++] = backslash;
    target[to++] = byte === tab ? 0x74 : byte === lineFeed ? 0x6e : byte === carriageReturn ? 0x72 : backslash;
  }
  return to;
};
