/**
 * Unpacks a compressed file into an object of its own, in one pass that holds one piece at a time. What it grows to is measured while it
 * grows: the length that the file itself names is no promise of anybody.
 */
import { WaybillError } from '../../contracts/errors.ts';
import type { Compression } from '../../contracts/parse-options.ts';
import { gunzipped } from './gunzipped.ts';
import type { SourceStore, StoredSize } from './source-store.ts';

/** Texts shrink 5 to 50 times, the most monotonous logs 150 times; gzip can reach 1,032. */
const mostRatio = 200;
/** Below it the ratio is nobody's harm. */
const harmlessBytes = 64 * 1024 * 1024;
const reserveBytes = 256 * 1024 * 1024;
const checkEvery = 64 * 1024 * 1024;

/** By how a file begins (https://en.wikipedia.org/wiki/List_of_file_signatures). */
const signatures: readonly { readonly compression: Compression; readonly bytes: readonly number[] }[] = [
  { compression: 'gzip', bytes: [0x1f, 0x8b] },
];

export const signatureBytes = 8;
export const compressionOf = (start: Uint8Array): Compression | null =>
  signatures.find(({ bytes }) => bytes.every((byte, at) => start[at] === byte))?.compression ?? null;

export interface UnpackOrder {
  readonly from: string;
  readonly to: string;
  readonly compression: Compression;
  readonly signal?: AbortSignal | undefined;
}

/** Throws FILE_CUT_OFF, FILE_UNPACKING_FAILED, FILE_EXPANDS_TOO_MUCH and DISK_WOULD_FILL; then nothing is left of it. */
export const unpack = async (store: SourceStore, { from, to, compression, signal }: UnpackOrder): Promise<StoredSize> => {
  const packed = await store.stat(from);
  if (packed === null) throw new WaybillError('FILE_MISSING', 'The storage has no object with this key.');
  return store.write(to, guarded(store, { pieces: unpacked(compression, store.read(from)), packedBytes: packed.bytes, signal }));
};

const unpacked = (compression: Compression, packed: AsyncIterable<Uint8Array>): AsyncIterable<Uint8Array> => {
  switch (compression) {
    case 'gzip': return gunzipped(packed);
  }
};

interface Guarding { readonly pieces: AsyncIterable<Uint8Array>; readonly packedBytes: number; readonly signal: AbortSignal | undefined }

/** What a source is turned into, measured while it grows. */
export async function* guarded(store: SourceStore, { pieces, packedBytes, signal }: Guarding): AsyncGenerator<Uint8Array> {
  let [grown, checked] = [0, 0];
  for await (const piece of pieces) {
    signal?.throwIfAborted();
    grown += piece.length;
    if (grown > harmlessBytes && grown > packedBytes * mostRatio) throw tooMuch(packedBytes);
    if (grown - checked >= checkEvery) {
      checked = grown;
      await refuseFullDisk(store);
    }
    yield piece;
  }
}

const tooMuch = (packedBytes: number): WaybillError =>
  new WaybillError('FILE_EXPANDS_TOO_MUCH', `What the file is turned into is more than ${mostRatio} times as large.`, { packedBytes, mostRatio });

const refuseFullDisk = async (store: SourceStore): Promise<void> => {
  const bytesFree = await store.freeBytes();
  if (bytesFree !== null && bytesFree < reserveBytes) throw new WaybillError('DISK_WOULD_FILL', 'What the file is turned into would fill the disk.', { bytesFree });
};
