/** The one door to the Zstandard library (RFC 8878): started a second time, it would swap its memory under whoever uses it. */
import zstd from '@bokuweb/zstd-wasm';

let ready: Promise<void> | undefined;

/** Before the first use of the others. */
export const prepareZstd = (): Promise<void> => (ready ??= zstd.init());

/** One frame. */
export const packZstd = (bytes: Uint8Array, level: number): Uint8Array => zstd.compress(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length), level);

/** @param mostBytes room for a frame that does not say its size; one that does gets what it says, so judge that before */
export const unpackZstdFrame = (frame: Uint8Array, mostBytes: number): Uint8Array => zstd.decompress(frame, { defaultHeapSize: mostBytes });

export const compressZstd = async (bytes: Uint8Array, level: number): Promise<Uint8Array> => {
  await prepareZstd();
  return packZstd(bytes, level);
};
