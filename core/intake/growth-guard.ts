/** What a file is turned into, measured while it grows: by its disk, and by whoever knows how much is too much. */
import { WaybillError } from '../../contracts/errors.ts';
import type { SourceStore } from './source-store.ts';

const reserveBytes = 256 * 1024 * 1024;
const checkEvery = 64 * 1024 * 1024;
/** Below it no growth is anybody's harm. */
export const harmlessBytes = 64 * 1024 * 1024;

export const expandsTooMuch = (packedBytes: number, mostRatio: number): WaybillError =>
  new WaybillError('FILE_EXPANDS_TOO_MUCH', `What the file is turned into is more than ${mostRatio} times as large.`, { packedBytes, mostRatio });

export interface Growth {
  readonly pieces: AsyncIterable<Uint8Array>;
  /** Throws when so many bytes are too many. */
  readonly judge: (grownBytes: number) => void;
  readonly signal?: AbortSignal | undefined;
}

/** Throws what `judge` throws, and DISK_WOULD_FILL. */
export async function* guardGrowth(store: Pick<SourceStore, 'freeBytes'>, { pieces, judge, signal }: Growth): AsyncGenerator<Uint8Array> {
  let [grown, checked] = [0, 0];
  for await (const piece of pieces) {
    signal?.throwIfAborted();
    grown += piece.length;
    judge(grown);
    if (grown - checked >= checkEvery) {
      checked = grown;
      await refuseFullDisk(store);
    }
    yield piece;
  }
  // What was overtaken must not be named.
  signal?.throwIfAborted();
}

const refuseFullDisk = async (store: Pick<SourceStore, 'freeBytes'>): Promise<void> => {
  const bytesFree = await store.freeBytes();
  if (bytesFree !== null && bytesFree < reserveBytes) throw new WaybillError('DISK_WOULD_FILL', 'The unpacked file would fill the disk.', { bytesFree });
};
