import { Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { WaybillError } from '../../contracts/errors.ts';

/** gzip (RFC 1952), all members of it. Throws FILE_CUT_OFF and FILE_UNPACKING_FAILED. */
export async function* gunzipped(packed: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  const gunzip = createGunzip({ chunkSize: 256 * 1024 });
  const source = Readable.from(packed, { objectMode: false });
  source.on('error', (error) => gunzip.destroy(error));
  source.pipe(gunzip);
  try {
    yield* gunzip as AsyncIterable<Uint8Array>;
  } catch (error) {
    throw unpackingError(error);
  } finally {
    source.destroy();
    gunzip.destroy();
  }
}

/** https://nodejs.org/api/zlib.html#error-codes-and-constants: the input ended (Z_BUF_ERROR) or is wrong (Z_DATA_ERROR). */
const unpackingError = (error: unknown): unknown => {
  const code = error instanceof Error && 'code' in error ? error.code : '';
  if (code === 'Z_BUF_ERROR') return new WaybillError('FILE_CUT_OFF', 'The compressed data ends too early.');
  if (typeof code === 'string' && code.startsWith('Z_')) return new WaybillError('FILE_UNPACKING_FAILED', 'The compressed data cannot be unpacked.', { fault: code });
  return error;
};
