/** What readers of a text have in common: the cells of the record that was read last, where it lies, and the lines before it. */
import { brokenFlag } from './csv/record-scanner.ts';
import { contentEnd } from './content-end.ts';
import type { RecordReader } from './source-format.ts';

const lineFeed = 0x0a, notLooked = -1;

export abstract class CellRecord implements RecordReader {
  readonly cellStart: Int32Array;
  readonly cellEnd: Int32Array;
  readonly cellFlags: Uint8Array;
  recordStart = 0;
  recordEnd = 0;
  line = 1;
  problem = 0;
  readonly unknownPaths: string[] = [];
  protected bytes: Buffer = Buffer.alloc(0);
  protected position = 0;
  protected end = 0;
  protected nextLine = 1;
  protected recordNo = 0;
  private nextFeed = notLooked;
  private firstByte = 0;
  private readonly brokenBy: Int32Array;

  constructor(readonly cellCount: number) {
    this.cellStart = new Int32Array(cellCount);
    this.cellEnd = new Int32Array(cellCount);
    this.cellFlags = new Uint8Array(cellCount);
    this.brokenBy = new Int32Array(cellCount);
  }

  abstract next(): boolean;
  abstract unescapeInto(cell: number, target: Uint8Array, targetStart: number): number;

  reset(bytes: Uint8Array, start: number, end: number, firstLine: number): void {
    this.bytes = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
    this.position = this.recordStart = this.recordEnd = this.firstByte = start;
    this.end = end;
    this.nextLine = this.line = firstLine;
    this.nextFeed = notLooked;
  }

  get contentEnd(): number {
    return contentEnd(this.bytes, this.recordStart, this.recordEnd);
  }

  brokenIssue(cell: number): number {
    return this.brokenBy[cell] as number;
  }

  protected clear(): void {
    this.cellStart.fill(0);
    this.cellEnd.fill(0);
    this.cellFlags.fill(0);
    this.problem = 0;
    this.unknownPaths.length = 0;
    this.recordNo += 1;
  }

  /** What was found first is told. @param cell -1: nobody has a column there */
  protected breakCell(cell: number, why: number): void {
    if (cell < 0 || ((this.cellFlags[cell] as number) & brokenFlag) !== 0) return;
    this.cellFlags[cell] = brokenFlag;
    this.brokenBy[cell] = why;
  }

  /** The next line feed is remembered: a search a record would go through the whole rest of a file that has none. */
  protected countLines(before: number): void {
    if (this.nextFeed === notLooked) this.nextFeed = this.feedFrom(this.firstByte);
    while (this.nextFeed < before) {
      this.nextLine += 1;
      this.nextFeed = this.feedFrom(this.nextFeed + 1);
    }
  }

  private feedFrom(at: number): number {
    const found = this.bytes.indexOf(lineFeed, at);
    return found < 0 ? Infinity : found;
  }
}
