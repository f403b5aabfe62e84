/**
 * Unpacks a compressed file into an object of its own, in one pass that holds one piece at a time. What it grows to is measured while it
 * grows: the length that the file itself names is no promise of anybody.
 */
import { WaybillError } from '../../contracts/errors.ts';
import type { Compression } from '../../contracts/parse-options.ts';
import { expandsTooMuch, guardGrowth, harmlessBytes } from './growth-guard.ts';
import { openStored, type SourceStore } from './source-store.ts';
import { unpackStream } from './unpack-stream.ts';
import { locateMember, readMember } from './zip/read-member.ts';
import type { ZipMember } from './zip/zip-directory.ts';

/** Texts shrink 5 to 50 times, the most monotonous logs 150 times by gzip (which can reach 1,032) and 400 times by those that look farther back. */
const mostRatio: Readonly<Record<Compression, number>> = { gzip: 200, zip: 200, zstd: 500, bzip2: 500, xz: 500 };
/** A part of a file may be monotonous; with more of it, the ratio is that of what was read so far. */
const monotonousBytes = 256 * 1024 * 1024;

export interface UnpackOrder {
  readonly from: string;
  readonly to: string;
  readonly compression: Compression;
  /** The file in a ZIP. */
  readonly member?: ZipMember | undefined;
  /** Of the file as it was received, when it is packed twice. */
  readonly receivedBytes?: number | undefined;
  /** No more than about this is unpacked. */
  readonly mostBytes?: number | undefined;
  readonly signal?: AbortSignal | undefined;
}

export interface Unpacked {
  readonly bytes: number;
  /** The same, or by what was measured so far when it was not unpacked to its end. */
  readonly wholeBytes: number;
}

/** Throws FILE_CUT_OFF, FILE_UNPACKING_FAILED, FILE_ENCRYPTED, FILE_EXPANDS_TOO_MUCH and DISK_WOULD_FILL; then nothing is left of it. */
export const unpack = async (store: SourceStore, order: UnpackOrder): Promise<Unpacked> => {
  const { from, to, compression, member } = order;
  const source = await openStored(store, from);
  const [start, end] = member === undefined ? [0, source.bytes] : await locateMember(source, member);
  const seen: Seen = { packed: 0, grown: 0, whole: false };
  const packed = counted(store.read(from, start, end), seen);
  const pieces = member === undefined ? unpackStream(streamed(compression), packed) : readMember(packed, member);
  const { bytes } = await store.write(to, guarded(store, { ...order, pieces, seen, packedBytes: Math.min(end - start, order.receivedBytes ?? end - start) }));
  return { bytes, wholeBytes: seen.whole || seen.packed === 0 ? bytes : Math.max(bytes, Math.round(bytes * ((end - start) / seen.packed))) };
};

const streamed = (compression: Compression): Exclude<Compression, 'zip'> => {
  if (compression === 'zip') throw new WaybillError('INTERNAL', 'A ZIP file is unpacked by its files.');
  return compression;
};

interface Seen { packed: number; grown: number; whole: boolean }

async function* counted(packed: AsyncIterable<Uint8Array>, seen: Seen): AsyncGenerator<Uint8Array> {
  for await (const piece of packed) {
    seen.packed += piece.length;
    yield piece;
  }
}

interface Guarding extends Pick<UnpackOrder, 'compression' | 'mostBytes' | 'signal'> {
  readonly pieces: AsyncIterable<Uint8Array>;
  readonly seen: Seen;
  readonly packedBytes: number;
}

async function* guarded(store: SourceStore, { pieces, seen, packedBytes, compression, mostBytes = Infinity, signal }: Guarding): AsyncGenerator<Uint8Array> {
  const ratio = mostRatio[compression];
  const judge = (grown: number): void => {
    seen.grown = grown;
    if (isTooMuch(seen, packedBytes, ratio)) throw expandsTooMuch(packedBytes, ratio);
  };
  for await (const piece of guardGrowth(store, { pieces, judge, signal })) {
    yield piece;
    if (seen.grown >= mostBytes) return;
  }
  seen.whole = true;
}

const isTooMuch = ({ grown, packed }: Seen, packedBytes: number, ratio: number): boolean =>
  (grown > harmlessBytes && grown > packedBytes * ratio) || (grown > monotonousBytes && grown > packed * ratio);
