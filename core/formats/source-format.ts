/**
 * What a format is to the rest: one folder here, with these few doors. Detection says how a file is to be read, the planner cuts it
 * into chunks in one pass, the reader hands the records of a chunk to the stager (docs/decisions/0009-hand-over-cells-as-byte-ranges.md).
 */
import type { Detection, ParseOptions } from '../../contracts/parse-options.ts';
import type { SourceText } from '../detect/source-text.ts';

export interface PlannedChunk {
  /** From 0. */
  readonly chunkNo: number;
  /** Of a format of columns (Parquet): the number of its first row, from 0. */
  readonly byteStart: number;
  /** Exclusive. */
  readonly byteEnd: number;
  /** From 1. */
  readonly firstRow: number;
  /** Physical line at `byteStart`. */
  readonly firstLine: number;
  readonly rows: number;
}

export interface ChunkSizes {
  /** A chunk ends with the record that reaches this size. */
  readonly chunkBytes: number;
  /** Or with this record: what is found in a chunk is kept in memory until it is stored, and short rows may all be bad. */
  readonly chunkRows?: number;
}

/** A larger record is refused as a mistake of its sender, or of ours about its format. */
export const mostRecordBytes = 16 * 1024 * 1024;

/** Sees the source from `dataStartByte` on, in any pieces, and keeps only a few numbers between them. */
export interface RecordPlanner {
  /** Returns the chunks that the piece completes. The piece is not kept. */
  push(bytes: Uint8Array): PlannedChunk[];
  end(): PlannedChunk[];
  /** Records that ended so far. */
  readonly rows: number;
}

/**
 * One record at a time as cells: byte ranges of the chunk, one a column. A cell that does not stand there as its sender meant it is
 * flagged (csv/record-scanner.ts has the flags) and written out by `unescapeInto`; an empty range is an empty cell.
 */
export interface RecordReader {
  readonly cellCount: number;
  /** Read these after each `next`: they may be other objects then. */
  readonly cellStart: Int32Array;
  readonly cellEnd: Int32Array;
  readonly cellFlags: Uint8Array;
  readonly recordStart: number;
  /** Exclusive; a line end may belong to it. */
  readonly recordEnd: number;
  /** `recordEnd` without line ends: what is kept of a rejected row. */
  readonly contentEnd: number;
  /** Physical line on which the record starts. */
  readonly line: number;
  /** Number of the issue for which the record has no cells at all; 0: it has. */
  readonly problem: number;
  /** Places of the record that have a value and no column: names only, never a value. */
  readonly unknownPaths: readonly string[];
  /** `[start, end)` holds whole records. */
  reset(bytes: Uint8Array, start: number, end: number, firstLine: number): void;
  next(): boolean;
  /** The target must have room for `cellEnd - cellStart` bytes. Returns the end. */
  unescapeInto(cell: number, target: Uint8Array, targetStart: number): number;
  /** Number of the issue of a cell with the flag `broken` or `doubtful`. */
  brokenIssue(cell: number): number;
}

/** A stored object that can be read anywhere: what a format needs whose records do not lie in it one after the other. */
export interface RandomAccess {
  readonly bytes: number;
  /** Shorter only where the object ends before. */
  read(start: number, endExclusive: number): Promise<Buffer>;
}

export interface SourceFormat<Options extends ParseOptions> {
  /** Null: the text is not of this format. */
  detect(text: SourceText): Detection | null;
  createPlanner(options: Options, sizes: ChunkSizes): RecordPlanner;
  createReader(options: Options): RecordReader;
  /** Where whole records begin in a piece from within the records, or its length when none can be found. */
  firstRecordIn(piece: Buffer, options: Options): number;
}
