/**
 * Planning and reading a source's chunks, whatever its format: most are cut into ranges of bytes that their reader takes as they stand; a
 * format of columns is cut into ranges of rows, and its chunks are turned into lines of the row spool when they are read.
 */
import { WaybillError } from '../../contracts/errors.ts';
import type { ParseOptions } from '../../contracts/parse-options.ts';
import { createPlanner, firstRecordIn } from './formats.ts';
import { headOfParquet, loadParquet, planParquet, rowsOfParquet, sampleParquet } from './parquet/parquet-chunks.ts';
import type { ChunkSizes, PlannedChunk, RandomAccess } from './source-format.ts';

/** A source from which a range can be read into memory that is already there. */
export interface ChunkSource extends RandomAccess {
  /** Fills `target` from `start`; returns how many bytes there were. */
  readInto(start: number, target: Uint8Array): Promise<number>;
}

/** Bytes; of a format of columns rows, from 0. */
export type ChunkRange = Pick<PlannedChunk, 'byteStart' | 'byteEnd'>;

/** What is exploded lies in the row spool. */
const isOfRows = (options: ParseOptions): boolean => options.format === 'parquet' && options.explode === undefined;

/** Bytes of the source, or its rows: what its ranges are parts of. */
export const extentOf = async (source: RandomAccess, options: ParseOptions): Promise<number> => (isOfRows(options) ? rowsOfParquet(source) : source.bytes);

/** Batches of chunks in their order; memory does not depend on the source. */
export const planRecordChunks = (source: ChunkSource, options: ParseOptions, sizes: ChunkSizes): AsyncIterable<readonly PlannedChunk[]> =>
  (isOfRows(options) ? planParquet(source, sizes) : planByteRanges(source, options, sizes));

async function* planByteRanges(source: ChunkSource, options: ParseOptions, sizes: ChunkSizes): AsyncGenerator<readonly PlannedChunk[]> {
  const planner = createPlanner(options, sizes);
  for await (const piece of piecesOf(source, options.dataStartByte)) yield planner.push(piece);
  yield planner.end();
}

const pieceBytes = 4 * 1024 * 1024;

/** From `start` on, in pieces that take turns in two buffers: the next is read while one is looked at, and no memory is made anew. */
async function* piecesOf(source: ChunkSource, start: number): AsyncGenerator<Uint8Array> {
  let [current, other] = [Buffer.allocUnsafeSlow(pieceBytes), Buffer.allocUnsafeSlow(pieceBytes)];
  let offset = start;
  let filling = source.readInto(offset, current);
  for (;;) {
    const length = await filling;
    if (length === 0) return;
    offset += length;
    filling = source.readInto(offset, other);
    // Looked at when its turn comes, unless the consumer fails first.
    filling.catch(() => undefined);
    yield current.subarray(0, length);
    [current, other] = [other, current];
  }
}

/**
 * The bytes of a chunk as its reader takes them. FILE_CHANGED when the source does not have them all any more.
 * @param roomFor memory of at least this length that may be written over
 */
export const loadRecordChunk = async (source: ChunkSource, options: ParseOptions, { byteStart, byteEnd }: ChunkRange, roomFor: (bytes: number) => Buffer): Promise<Buffer> => {
  if (isOfRows(options)) return loadParquet(source, { from: byteStart, to: byteEnd }, roomFor);
  const room = roomFor(byteEnd - byteStart);
  if (await source.readInto(byteStart, room) !== room.length) throw new WaybillError('FILE_CHANGED', 'The archived copy is shorter than it was.', { byte: byteEnd });
  return room;
};

export interface RecordSample {
  readonly bytes: Buffer;
  /** Of the first whole record in it. */
  readonly start: number;
  /** The source ends with it. */
  readonly complete: boolean;
}

const sampleBytes = 256 * 1024;
const places = [0, 0.5, 1] as const;

/** Records from the start, the middle and the end: the first rows alone mislead. */
export const sampleRecords = async (source: RandomAccess, options: ParseOptions): Promise<readonly RecordSample[]> => {
  if (isOfRows(options)) return sampleParquet(source);
  if (source.bytes <= sampleBytes * places.length) {
    const bytes = await source.read(0, source.bytes);
    return [{ bytes, start: Math.min(options.dataStartByte, bytes.length), complete: true }];
  }
  return Promise.all(places.map(async (place) => {
    const offset = Math.floor((source.bytes - sampleBytes) * place);
    const bytes = await source.read(offset, offset + sampleBytes);
    return { bytes, start: offset === 0 ? Math.min(options.dataStartByte, bytes.length) : firstRecordIn(bytes, options), complete: place === 1 };
  }));
};

export interface RecordHead {
  /** From the first record on. */
  readonly bytes: Buffer;
  /** The source ends with it. */
  readonly complete: boolean;
  /** Of the whole source, where it says so itself. */
  readonly rows?: number;
  /** What all its rows may be as text, where they are none. */
  readonly textBytes?: number;
}

/** The first records, up to about `mostBytes` of them. */
export const headOfRecords = async (source: RandomAccess, options: ParseOptions, mostBytes: number): Promise<RecordHead> => {
  if (isOfRows(options)) return headOfParquet(source, mostBytes);
  const { dataStartByte } = options;
  const bytes = await source.read(dataStartByte, dataStartByte + mostBytes);
  return { bytes, complete: dataStartByte + bytes.length >= source.bytes };
};
