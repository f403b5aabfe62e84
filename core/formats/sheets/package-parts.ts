/**
 * The parts of a workbook that is a ZIP file: read where they lie, unpacked piece by piece. What a part grows to is measured while it grows,
 * and its sum and length are those of the bytes that came.
 */
import { Readable } from 'node:stream';
import { constants, crc32, createInflateRaw } from 'node:zlib';
import yauzl from 'yauzl';
import { isWaybillError, WaybillError } from '../../../contracts/errors.ts';
import type { RandomAccess } from '../source-format.ts';

/** XML of sheets shrinks 5 to 30 times, rows without anything in them 100 times; deflate can reach 1,032. */
const mostRatio = 250;
/** Below it the ratio is nobody's harm. */
const harmlessBytes = 64 * 1024 * 1024;
const mostParts = 20_000;
const pieceBytes = 256 * 1024;

class StoredReader extends yauzl.RandomAccessReader {
  constructor(private readonly source: RandomAccess) { super(); }
  override _readStreamForRange(start: number, end: number): Readable { return Readable.from(piecesOf(this.source, start, end), { objectMode: false }); }
  override read(buffer: Buffer, ...[offset, length, position, callback]: [number, number, number, (error: Error | null) => void]): void {
    this.source.read(position, position + length).then((bytes) => {
      if (bytes.length < length) { callback(new WaybillError('FILE_CUT_OFF', 'The workbook ends too early.')); return; }
      bytes.copy(buffer, offset, 0, length);
      callback(null);
    }, callback);
  }
}

async function* piecesOf(source: RandomAccess, start: number, end: number): AsyncGenerator<Uint8Array> {
  for (let at = start; at < end; at += pieceBytes) {
    const piece = await source.read(at, Math.min(end, at + pieceBytes));
    if (piece.length === 0) return;
    yield piece;
  }
}

const damaged = (fault: string): WaybillError => new WaybillError('FILE_UNPACKING_FAILED', 'The workbook cannot be unpacked.', { fault });
const partKey = (name: string): string => name.replace(/^\/+/, '').toLowerCase();

export class PackageParts {
  private readonly seen = new Map<string, number>();

  private constructor(private readonly zip: yauzl.ZipFile, private readonly entries: ReadonlyMap<string, yauzl.Entry>, private readonly from: { readonly source: RandomAccess; readonly signal: AbortSignal | undefined }) {}

  /** Null: it is no ZIP file that can be read. @param signal ends whatever reads a part */
  static async open(source: RandomAccess, signal?: AbortSignal): Promise<PackageParts | null> {
    const zip = await yauzl.fromRandomAccessReaderPromise(new StoredReader(source), source.bytes, { autoClose: false, lazyEntries: true }).catch(nullUnlessOurs);
    if (zip === null) return null;
    const entries = new Map<string, yauzl.Entry>();
    if (zip.entryCount > mostParts) return null;
    try {
      for await (const entry of zip.eachEntry()) if (!entries.has(partKey(entry.fileName))) entries.set(partKey(entry.fileName), entry);
    } catch (error) {
      return nullUnlessOurs(error);
    }
    return new PackageParts(zip, entries, { source, signal });
  }

  has(name: string): boolean { return this.entries.has(partKey(name)); }

  get names(): readonly string[] { return [...this.entries.keys()]; }

  close(): void { this.zip.close(); }

  /** Throws FILE_WORKBOOK_INVALID (there is no such part), FILE_ENCRYPTED, FILE_UNPACKING_FAILED, FILE_CUT_OFF and FILE_EXPANDS_TOO_MUCH. */
  async *read(name: string): AsyncGenerator<Uint8Array> {
    const entry = this.entries.get(partKey(name));
    if (entry === undefined) throw new WaybillError('FILE_WORKBOOK_INVALID', 'The workbook lacks a part that it names.');
    if ((entry.generalPurposeBitFlag & 1) !== 0) throw new WaybillError('FILE_ENCRYPTED', 'The workbook is encrypted.');
    if (entry.compressionMethod !== 0 && entry.compressionMethod !== 8) throw damaged(`method ${entry.compressionMethod}`);
    const { fileDataStart } = await this.zip.readLocalFileHeaderPromise(entry, { minimal: true }).catch((error: unknown): never => { throw isWaybillError(error) ? error : damaged('local header'); });
    const packed = piecesOf(this.from.source, fileDataStart, fileDataStart + entry.compressedSize);
    let seen = 0;
    for await (const piece of checked(entry, entry.compressionMethod === 0 ? packed : inflated(packed))) {
      this.from.signal?.throwIfAborted();
      this.seen.set(partKey(name), seen += piece.length);
      yield piece;
    }
  }

  /** How much of a part was read, from 0 to 1, by the length that it claims: an estimate. */
  shareRead(name: string): number {
    const claimed = this.entries.get(partKey(name))?.uncompressedSize ?? 0;
    return claimed === 0 ? 1 : Math.min(1, (this.seen.get(partKey(name)) ?? 0) / claimed);
  }
}

const nullUnlessOurs = (error: unknown): null => {
  if (isWaybillError(error)) throw error;
  return null;
};

async function* checked(entry: yauzl.Entry, pieces: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  let sum = 0, bytes = 0;
  for await (const piece of pieces) {
    sum = crc32(piece, sum);
    bytes += piece.length;
    if (bytes > harmlessBytes && bytes > entry.compressedSize * mostRatio) {
      throw new WaybillError('FILE_EXPANDS_TOO_MUCH', `Unpacked a part of the workbook is more than ${mostRatio} times as large.`, { packedBytes: entry.compressedSize, mostRatio });
    }
    yield piece;
  }
  if (sum !== entry.crc32 || bytes !== entry.uncompressedSize) throw damaged('sum or length');
}

async function* inflated(packed: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  const inflate = createInflateRaw({ chunkSize: pieceBytes, finishFlush: constants.Z_FINISH });
  const source = Readable.from(packed, { objectMode: false });
  source.on('error', (error) => { inflate.destroy(error); });
  source.pipe(inflate);
  try {
    yield* inflate as AsyncIterable<Uint8Array>;
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : '';
    throw typeof code === 'string' && code.startsWith('Z_') ? damaged(code) : error;
  } finally {
    source.destroy();
    inflate.destroy();
  }
}
