/** What looking at a received file needs of the storage, by shape: `core` does no I/O and knows no storage. */
import { WaybillError } from '../../contracts/errors.ts';
import type { RandomAccess } from '../formats/source-format.ts';

export interface StoredSize { readonly bytes: number }

export interface SourceStore {
  stat(key: string): Promise<StoredSize | null>;
  read(key: string, start?: number, endExclusive?: number): AsyncIterable<Uint8Array>;
  readRange(key: string, start: number, endExclusive: number): Promise<Buffer>;
  /** Whole or not at all; replaces what had the key, also when it is read at the same time. */
  write(key: string, source: AsyncIterable<Uint8Array>): Promise<StoredSize>;
  remove(key: string): Promise<void>;
  /** Null when the place cannot tell. */
  freeBytes(): Promise<number | null>;
}

export const openStored = async (store: Pick<SourceStore, 'stat' | 'readRange'>, key: string): Promise<RandomAccess> => {
  const stat = await store.stat(key);
  if (stat === null) throw new WaybillError('FILE_MISSING', 'The storage has no object with this key.');
  return { bytes: stat.bytes, read: (start, endExclusive) => store.readRange(key, start, Math.min(endExclusive, stat.bytes)) };
};
