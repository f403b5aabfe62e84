/**
 * The table of texts that cells share (SST, [MS-XLS] 2.4.265, of strings as in 2.5.293), which goes on over many records. Where each text begins is noted in one
 * pass; a text is made when a cell asks for it. SheetJS makes four objects of each, for every part again.
 */
import { WaybillError } from '../../../contracts/errors.ts';

/** Bytes of the stream, from and to. */
export interface RecordBody { readonly start: number; readonly end: number }

const broken = (): WaybillError => new WaybillError('FILE_WORKBOOK_INVALID', 'The texts that the cells of the workbook share are broken.');
const isWide = 0x01, hasExtra = 0x04, hasRuns = 0x08;

export class SharedTexts {
  private readonly places: Int32Array;
  private readonly count: number;
  /** Where it is read: in which record, at which byte. */
  private record = 0;
  private at: number;

  constructor(private readonly bytes: Buffer, private readonly records: readonly RecordBody[]) {
    const [first] = records;
    this.at = first === undefined ? 0 : first.start + 8;
    // A text has three bytes at least.
    const most = records.reduce((sum, { start, end }) => sum + (end - start), 0) / 3;
    const said = first === undefined || first.end - first.start < 8 ? 0 : bytes.readUInt32LE(first.start + 4);
    this.places = new Int32Array(Math.min(said, Math.ceil(most)) * 2);
    this.count = this.note();
  }

  /** Throws FILE_WORKBOOK_INVALID when there is none of this number. */
  text(index: number): string {
    if (index >= this.count) throw broken();
    this.record = this.places[index * 2] as number;
    this.at = this.places[index * 2 + 1] as number;
    return this.read('text');
  }

  private note(): number {
    let count = 0;
    for (; count * 2 < this.places.length; count += 1) {
      if (!this.hasMore()) break;
      this.places[count * 2] = this.record;
      this.places[count * 2 + 1] = this.at;
      try { this.read('length'); } catch { break; }
    }
    return count;
  }

  /** A text begins in a record that has its head. */
  private hasMore(): boolean {
    if (this.at >= this.end) this.nextRecord();
    return this.record < this.records.length;
  }

  private get end(): number { return this.records[this.record]?.end ?? 0; }

  private nextRecord(): void {
    this.record += 1;
    this.at = this.records[this.record]?.start ?? 0;
  }

  private read(wanted: 'text' | 'length'): string {
    const length = this.number(2), flags = this.number(1);
    const runs = (flags & hasRuns) === 0 ? 0 : this.number(2), extra = (flags & hasExtra) === 0 ? 0 : this.number(4);
    const text = this.characters(length, { wide: flags & isWide, wanted });
    if (wanted === 'length') this.skip(runs * 4 + extra);
    return text;
  }

  /** In a record where it goes on a text begins with its own width. */
  private characters(length: number, { wide, wanted }: { readonly wide: number; readonly wanted: 'text' | 'length' }): string {
    let text = '';
    for (let left = length, width = 1 + wide; left > 0;) {
      const here = Math.min(left, Math.floor((this.end - this.at) / width));
      if (wanted === 'text' && here > 0) text += this.bytes.toString(width === 2 ? 'utf16le' : 'latin1', this.at, this.at + here * width);
      this.at += here * width;
      left -= here;
      if (left === 0) break;
      this.nextRecord();
      if (this.record >= this.records.length) throw broken();
      width = 1 + (this.number(1) & isWide);
    }
    return text;
  }

  private number(width: 1 | 2 | 4): number {
    if (this.at + width > this.end) throw broken();
    const value = this.bytes.readUIntLE(this.at, width);
    this.at += width;
    return value;
  }

  private skip(bytes: number): void {
    for (let left = bytes; left > 0;) {
      const here = Math.min(left, this.end - this.at);
      this.at += here;
      left -= here;
      if (left === 0) return;
      this.nextRecord();
      if (this.record >= this.records.length) throw broken();
    }
  }
}
