/**
 * A part of a ZIP entry that is packed alone and joined later without packing it again: raw deflate that ends at a byte (RFC 1951, the
 * empty block of a flush) and not with a last block, then a trailer with its sum and lengths. An object may hold several, one behind the other.
 */
import { Readable } from 'node:stream';
import { constants, crc32, createDeflateRaw } from 'node:zlib';
import type { WrittenPart } from '../file-writer.ts';

export interface DeflatedPiece {
  readonly crc: number;
  readonly plainBytes: number;
  readonly packedBytes: number;
  read(): AsyncIterable<Uint8Array>;
}

/** CRC-32 in 4 bytes, plain and packed length in 8 each. */
export const trailerBytes = 20;

/** An object, or a part of one, of the plain pieces. */
export async function* deflatePiece(plain: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  const sums = { crc: 0, plain: 0 };
  const source = Readable.from(counted(plain, sums));
  const deflate = createDeflateRaw({ finishFlush: constants.Z_SYNC_FLUSH });
  source.on('error', (error) => { deflate.destroy(error); });
  let packed = 0;
  try {
    for await (const bytes of source.pipe(deflate) as AsyncIterable<Uint8Array>) {
      packed += bytes.length;
      yield bytes;
    }
  } finally {
    source.destroy();
    deflate.destroy();
  }
  const trailer = Buffer.alloc(trailerBytes);
  trailer.writeUInt32LE(sums.crc, 0);
  trailer.writeBigUInt64LE(BigInt(sums.plain), 4);
  trailer.writeBigUInt64LE(BigInt(packed), 12);
  yield trailer;
}

async function* counted(plain: AsyncIterable<Uint8Array>, sums: { crc: number; plain: number }): AsyncGenerator<Uint8Array> {
  for await (const bytes of plain) {
    if (bytes.length === 0) continue;
    sums.crc = crc32(bytes, sums.crc);
    sums.plain += bytes.length;
    yield bytes;
  }
}

/** The pieces of an object in their order. */
export const openPieces = async (part: Pick<WrittenPart, 'bytes' | 'read'>): Promise<readonly DeflatedPiece[]> => {
  const pieces: DeflatedPiece[] = [];
  for (let end = part.bytes; end > 0;) {
    const trailer = await wholeOf(part.read(end - trailerBytes, end));
    const packedBytes = Number(trailer.readBigUInt64LE(12));
    const to = end - trailerBytes, from = to - packedBytes;
    pieces.unshift({ crc: trailer.readUInt32LE(0), plainBytes: Number(trailer.readBigUInt64LE(4)), packedBytes, read: () => part.read(from, to) });
    end = from;
  }
  return pieces;
};

const wholeOf = async (pieces: AsyncIterable<Uint8Array>): Promise<Buffer> => {
  const all: Uint8Array[] = [];
  for await (const piece of pieces) all.push(piece);
  return Buffer.concat(all);
};
