/** Cuts a file of one record a line: jumps from line feed to line feed by Buffer's native search. Lines of nothing but blanks are lines only. */
import { WaybillError } from '../../../contracts/errors.ts';
import { isWhite, lineFeed } from '../json/json-bytes.ts';
import { mostRecordBytes, type ChunkSizes, type PlannedChunk, type RecordPlanner } from '../source-format.ts';

export interface LinePlannerOptions extends ChunkSizes {
  readonly startByte: number;
  readonly startLine: number;
}

export class LinePlanner implements RecordPlanner {
  rows = 0;
  private readonly chunkBytes: number;
  private readonly chunkRows: number;
  /** Of the current piece in the file. */
  private base: number;
  private line: number;
  private lineStart: number;
  /** Something but blanks stands in the line so far. */
  private filled = false;
  private chunkNo = 0;
  private chunkStart: number;
  private chunkLine: number;
  private chunkFirstRow = 1;
  private planned: PlannedChunk[] = [];

  constructor({ chunkBytes, chunkRows = Infinity, startByte, startLine }: LinePlannerOptions) {
    this.chunkBytes = chunkBytes;
    this.chunkRows = chunkRows;
    this.base = this.lineStart = this.chunkStart = startByte;
    this.line = this.chunkLine = startLine;
  }

  push(piece: Uint8Array): PlannedChunk[] {
    const bytes = Buffer.from(piece.buffer, piece.byteOffset, piece.length);
    let at = 0;
    for (let end = bytes.indexOf(lineFeed); end >= 0; end = bytes.indexOf(lineFeed, at)) {
      this.filled ||= hasContent(bytes, at, end);
      at = end + 1;
      this.endLine(this.base + at);
    }
    this.filled ||= hasContent(bytes, at, bytes.length);
    this.base += bytes.length;
    this.refuseLongRecord(this.base);
    return this.take();
  }

  end(): PlannedChunk[] {
    if (this.filled) this.endLine(this.base);
    if (this.rows >= this.chunkFirstRow) this.endChunk(this.base);
    return this.take();
  }

  private endLine(next: number): void {
    if (this.filled) {
      this.refuseLongRecord(next);
      this.rows += 1;
    }
    this.line += 1;
    this.lineStart = next;
    this.filled = false;
    const rows = this.rows - this.chunkFirstRow + 1;
    if (rows > 0 && (rows >= this.chunkRows || next - this.chunkStart >= this.chunkBytes)) this.endChunk(next);
  }

  private endChunk(byteEnd: number): void {
    this.planned.push({
      chunkNo: this.chunkNo++, byteStart: this.chunkStart, byteEnd, firstRow: this.chunkFirstRow, firstLine: this.chunkLine, rows: this.rows - this.chunkFirstRow + 1,
    });
    this.chunkStart = byteEnd;
    this.chunkLine = this.line;
    this.chunkFirstRow = this.rows + 1;
  }

  private take(): PlannedChunk[] {
    const { planned } = this;
    this.planned = [];
    return planned;
  }

  private refuseLongRecord(end: number): void {
    if (!this.filled || end - this.lineStart <= mostRecordBytes) return;
    throw new WaybillError('FILE_ROW_TOO_LONG', `The record at line ${this.line}, byte ${this.lineStart}, is larger than ${mostRecordBytes} bytes.`,
      { line: this.line, byte: this.lineStart, maxRecordBytes: mostRecordBytes });
  }
}

const hasContent = (bytes: Buffer, from: number, to: number): boolean => {
  for (let at = from; at < to; at += 1) if (!isWhite(bytes[at])) return true;
  return false;
};
