import xz from 'xz-decompress';
import { isWaybillError } from '../../contracts/errors.ts';
import { cutOff, damaged } from './unpacking-error.ts';

/** Results of xz-embedded (xz.h): it takes dictionaries of up to 64 MiB, LZMA2 alone, and checks CRC-32 and CRC-64. */
const faults: Readonly<Record<string, string>> = { 3: 'xz-memory', 4: 'xz-dictionary', 5: 'xz-header', 6: 'xz-options', 7: 'xz-data' };
const needsMoreInput = '8';

/** xz, all streams of it and the padding between them. Throws FILE_CUT_OFF and FILE_UNPACKING_FAILED. */
export async function* unxz(packed: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  try {
    for await (const piece of new xz.XzReadableStream(withoutEmpty(packed))) if (piece.length > 0) yield piece;
  } catch (error) {
    throw isWaybillError(error) ? error : unpackingError(error);
  }
}

/** The library asks for more at the end only when the end is missing. */
const withoutEmpty = (packed: AsyncIterable<Uint8Array>): ReadableStream<Uint8Array> => ReadableStream.from(endMissed(packed));

async function* endMissed(packed: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  for await (const piece of packed) if (piece.length > 0) yield piece;
}

const unpackingError = (error: unknown): unknown => {
  if (error instanceof TypeError) return cutOff();
  const result = /error code (\d+)$/.exec(error instanceof Error ? error.message : '')?.[1];
  if (result === undefined) return error;
  return result === needsMoreInput ? cutOff() : damaged(faults[result] ?? 'xz');
};
