import { Readable } from 'node:stream';
import { createGunzip, createInflateRaw, type Gunzip, type InflateRaw } from 'node:zlib';
import { cutOff, damaged } from './unpacking-error.ts';

const options = { chunkSize: 256 * 1024 };

/** gzip (RFC 1952), all members of it. Throws FILE_CUT_OFF and FILE_UNPACKING_FAILED. */
export const gunzip = (packed: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> => through(packed, createGunzip(options));

/** Deflate without a frame (RFC 1951), as it stands in ZIP files. */
export const inflateRaw = (packed: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> => through(packed, createInflateRaw(options));

async function* through(packed: AsyncIterable<Uint8Array>, unpacker: Gunzip | InflateRaw): AsyncGenerator<Uint8Array> {
  const source = Readable.from(packed, { objectMode: false });
  source.on('error', (error) => unpacker.destroy(error));
  source.pipe(unpacker);
  try {
    yield* unpacker as AsyncIterable<Uint8Array>;
  } catch (error) {
    throw unpackingError(error);
  } finally {
    source.destroy();
    unpacker.destroy();
  }
}

/** https://nodejs.org/api/zlib.html#error-codes-and-constants: the input ended (Z_BUF_ERROR) or is wrong (Z_DATA_ERROR). */
const unpackingError = (error: unknown): unknown => {
  const code = error instanceof Error && 'code' in error ? error.code : '';
  if (code === 'Z_BUF_ERROR') return cutOff();
  return typeof code === 'string' && code.startsWith('Z_') ? damaged(code) : error;
};
