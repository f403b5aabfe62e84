/**
 * Unpacks a gzip file into an object of its own, in one pass that holds one piece at a time. What it grows to is measured while it grows:
 * the length that the file itself names (modulo 4 GiB, and by whoever made it) is no promise.
 */
import { createGunzip } from 'node:zlib';
import { Readable } from 'node:stream';
import { WaybillError } from '../contracts/errors.ts';
import type { Storage, StoredObject } from './storage.ts';

/** Texts shrink 5 to 50 times, the most monotonous logs 150 times; gzip can reach 1,032. */
const mostRatio = 200;
/** Below it the ratio is nobody's harm. */
const harmlessBytes = 64 * 1024 * 1024;
const reserveBytes = 256 * 1024 * 1024;
const checkEvery = 64 * 1024 * 1024;

export const isGzip = (start: Uint8Array): boolean => start[0] === 0x1f && start[1] === 0x8b;

export interface UnpackOrder {
  readonly from: string;
  readonly to: string;
  readonly signal?: AbortSignal;
}

/** Throws FILE_CUT_OFF, FILE_UNPACKING_FAILED, FILE_EXPANDS_TOO_MUCH and DISK_WOULD_FILL; then nothing is left of it. */
export const unpackGzip = async (storage: Storage, { from, to, signal }: UnpackOrder): Promise<StoredObject> => {
  const packed = await storage.stat(from);
  if (packed === null) throw new WaybillError('FILE_MISSING', 'The storage has no object with this key.');
  return storage.write(to, guarded(storage, { from, packedBytes: packed.bytes, signal }));
};

interface Guarding { readonly from: string; readonly packedBytes: number; readonly signal: AbortSignal | undefined }

async function* guarded(storage: Storage, { from, packedBytes, signal }: Guarding): AsyncGenerator<Uint8Array> {
  let [unpacked, checked] = [0, 0];
  const gunzip = createGunzip({ chunkSize: 256 * 1024 });
  const source = Readable.from(storage.read(from), { objectMode: false });
  source.on('error', (error) => gunzip.destroy(error));
  source.pipe(gunzip);
  try {
    for await (const piece of gunzip as AsyncIterable<Uint8Array>) {
      signal?.throwIfAborted();
      unpacked += piece.length;
      if (unpacked > harmlessBytes && unpacked > packedBytes * mostRatio) throw tooMuch(packedBytes);
      if (unpacked - checked >= checkEvery) {
        checked = unpacked;
        await refuseFullDisk(storage);
      }
      yield piece;
    }
  } catch (error) {
    throw unpackingError(error);
  } finally {
    source.destroy();
    gunzip.destroy();
  }
}

const tooMuch = (packedBytes: number): WaybillError =>
  new WaybillError('FILE_EXPANDS_TOO_MUCH', `Unpacked the file is more than ${mostRatio} times as large.`, { packedBytes, mostRatio });

const refuseFullDisk = async (storage: Storage): Promise<void> => {
  const bytesFree = await storage.freeBytes();
  if (bytesFree !== null && bytesFree < reserveBytes) throw new WaybillError('DISK_WOULD_FILL', 'The unpacked file would fill the disk.', { bytesFree });
};

/** https://nodejs.org/api/zlib.html#error-codes-and-constants: the input ended (Z_BUF_ERROR) or is wrong (Z_DATA_ERROR). */
const unpackingError = (error: unknown): unknown => {
  const code = error instanceof Error && 'code' in error ? error.code : '';
  if (code === 'Z_BUF_ERROR') return new WaybillError('FILE_CUT_OFF', 'The compressed data ends too early.');
  if (typeof code === 'string' && code.startsWith('Z_')) return new WaybillError('FILE_UNPACKING_FAILED', 'The compressed data cannot be unpacked.', { fault: code });
  return error;
};
