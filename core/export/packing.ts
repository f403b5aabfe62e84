/** Ways to pack a file of text whose parts are packed side by side, and are one file without being packed again. */
import { Readable } from 'node:stream';
import { createGzip, gzipSync } from 'node:zlib';
import { WaybillError } from '../../contracts/errors.ts';
import type { ExportCompression } from '../../contracts/export-request.ts';
import type { WrittenPart } from '../formats/file-writer.ts';
import { compressZstd } from '../formats/zstd-library.ts';
import { deflatePiece, openPieces, type DeflatedPiece } from '../formats/zip/deflated-piece.ts';
import { joinPieces, pieceOf, zipFile } from '../formats/zip/zip-file.ts';

/** What a file is made of: parts that are packed already, and bytes of its own between them. */
export type Section = Uint8Array | WrittenPart;

export interface Packing {
  /** The object of a part. */
  packPart(pieces: AsyncIterable<Uint8Array>): AsyncIterable<Uint8Array>;
  /** @param name of the file without the ending of the packing */
  join(sections: readonly Section[], name: string): AsyncIterable<Uint8Array>;
}

type PackBytes = (bytes: Uint8Array) => Uint8Array | Promise<Uint8Array>;

/** Where pieces that are packed alone are one file when they are put one behind the other. */
const inARow = (pack: PackBytes): Packing['join'] => async function* join(sections) {
  // A packed file of nothing is still a packed file.
  for (const section of sections.length === 0 ? [new Uint8Array(0)] : sections) if (section instanceof Uint8Array) yield pack(section); else yield* section.read();
};

const plain: Packing = { packPart: (pieces) => pieces, join: inARow((bytes) => bytes) };

/** Members one after the other are one file (RFC 1952, 2.2). */
const gzip: Packing = {
  packPart: async function* packPart(pieces) {
    const source = Readable.from(pieces);
    const zip = createGzip();
    source.on('error', (error) => { zip.destroy(error); });
    try {
      yield* source.pipe(zip) as AsyncIterable<Uint8Array>;
    } finally {
      // `pipe` ends no source whose target failed, and the rows behind it would wait for ever.
      source.destroy();
      zip.destroy();
    }
  },
  join: inARow((bytes) => gzipSync(bytes)),
};

/** Frames of this much text: the library packs what it has in memory, and whoever reads needs no more than that either. */
const frameBytes = 1024 * 1024;
const zstdLevel = 3;

const packZstd: PackBytes = (bytes) => compressZstd(bytes, zstdLevel);

/** Frames one after the other are one file (RFC 8878, 3.1). */
const zstd: Packing = {
  packPart: async function* packPart(pieces) { for await (const frame of framesOf(pieces)) yield packZstd(frame); },
  join: inARow(packZstd),
};

async function* framesOf(pieces: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  let [held, bytes]: [Uint8Array[], number] = [[], 0];
  for await (const piece of pieces) {
    held.push(piece);
    bytes += piece.length;
    if (bytes < frameBytes) continue;
    yield Buffer.concat(held);
    [held, bytes] = [[], 0];
  }
  if (bytes > 0) yield Buffer.concat(held);
}

const zip: Packing = {
  packPart: deflatePiece,
  join: async function* join(sections, name) {
    const pieces: DeflatedPiece[] = [];
    for (const section of sections) pieces.push(...section instanceof Uint8Array ? [pieceOf(section)] : await openPieces(section));
    yield* zipFile([joinPieces(name, pieces)]);
  },
};

export const packingOf = (compression: ExportCompression): Packing => {
  switch (compression) {
    case 'none': return plain;
    case 'gzip': return gzip;
    case 'zstd': return zstd;
    case 'zip': return zip;
    case 'snappy': throw new WaybillError('OPTION_INVALID', 'Snappy compresses the columns of Parquet and no file of text.', { option: 'compress' });
  }
};
