import type { ByteFeed } from '../byte-feed.ts';
import { cutOff, damaged } from '../unpacking-error.ts';

export interface FrameHeader {
  readonly window: number;
  /** Null: not said. */
  readonly length: number | null;
  readonly checksum: boolean;
}

/** What `zstd` itself takes without being asked for more (--memory, 128 MiB). */
const mostWindow = 128 * 1024 * 1024;
const sizes = { dictionary: [0, 1, 2, 4], length: [0, 2, 4, 8] } as const;

/** RFC 8878, 3.1.1.1, behind the magic number. */
export const readFrameHeader = async (feed: ByteFeed): Promise<FrameHeader> => {
  const [descriptor = 0] = await take(feed, 1);
  const single = (descriptor & 0x20) !== 0;
  if ((descriptor & 0x08) !== 0) throw damaged('zstd-header');
  const [windowByte = 0] = single ? [] : await take(feed, 1);
  const dictionary = await take(feed, sizes.dictionary[(descriptor & 3) as 0 | 1 | 2 | 3]);
  if (dictionary.some((byte) => byte !== 0)) throw damaged('zstd-dictionary');
  const lengthSize = descriptor >> 6 === 0 ? (single ? 1 : 0) : sizes.length[(descriptor >> 6) as 1 | 2 | 3];
  const length = lengthSize === 0 ? null : littleEndian(await take(feed, lengthSize)) + (lengthSize === 2 ? 256 : 0);
  const base = 2 ** (10 + (windowByte >> 3));
  const window = single ? length ?? 0 : base + (base / 8) * (windowByte & 7);
  if (window > mostWindow) throw damaged('zstd-window');
  return { window, length, checksum: (descriptor & 4) !== 0 };
};

/** Mostly they are there. */
export const take = (feed: ByteFeed, count: number): Uint8Array | Promise<Uint8Array> => (feed.length >= count ? feed.take(count) : takeLater(feed, count));

const takeLater = async (feed: ByteFeed, count: number): Promise<Uint8Array> => {
  if (!await feed.has(count)) throw cutOff();
  return feed.take(count);
};

export const littleEndian = (bytes: Uint8Array): number => bytes.reduceRight((value, byte) => value * 256 + byte, 0);
