import { createHash } from 'node:crypto';
import type { Storage } from '../storage/storage.ts';

export interface KeptFile { readonly bytes: number; readonly sha256: string }

/** An object of these pieces, hashed on the way. */
export const keepHashed = async (storage: Storage, storageKey: string, { pieces, signal }: { readonly pieces: AsyncIterable<Uint8Array>; readonly signal: AbortSignal }): Promise<KeptFile> => {
  const hash = createHash('sha256');
  const hashed = async function* (): AsyncGenerator<Uint8Array, void, undefined> {
    for await (const piece of pieces) {
      signal.throwIfAborted();
      hash.update(piece);
      yield piece;
    }
  };
  const { bytes } = await storage.write(storageKey, hashed());
  return { bytes, sha256: hash.digest('hex') };
};
