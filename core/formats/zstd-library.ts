import { compress, init } from '@bokuweb/zstd-wasm';

let ready: Promise<void> | undefined;

/**
 * Packs bytes as one frame (RFC 8878). The one door to the library: started a second time, it would swap its memory under whoever uses it.
 */
export const compressZstd = async (bytes: Uint8Array, level: number): Promise<Uint8Array> => {
  await (ready ??= init());
  return compress(bytes, level);
};
