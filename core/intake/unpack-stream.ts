import type { Compression } from '../../contracts/parse-options.ts';
import { unbzip2 } from './bzip2/unbzip2.ts';
import { gatherPieces } from './gather-pieces.ts';
import { gunzip } from './gunzip.ts';
import { unxz } from './unxz.ts';
import { unzstd } from './zstd/unzstd.ts';

/** One packed stream is one text; ZIP has files with names in it (zip/zip-directory.ts). */
export type StreamCompression = Exclude<Compression, 'zip'>;

/** Throws FILE_CUT_OFF and FILE_UNPACKING_FAILED, nothing else of its own. */
export const unpackStream = (compression: StreamCompression, packed: AsyncIterable<Uint8Array>): AsyncIterable<Uint8Array> => gatherPieces(unpacked(compression, packed));

const unpacked = (compression: StreamCompression, packed: AsyncIterable<Uint8Array>): AsyncIterable<Uint8Array> => {
  switch (compression) {
    case 'gzip': return gunzip(packed);
    case 'zstd': return unzstd(packed);
    case 'bzip2': return unbzip2(packed);
    case 'xz': return unxz(packed);
  }
};
