import { ByteFeed } from '../byte-feed.ts';
import { cutOff, damaged } from '../unpacking-error.ts';
import { BitReader, BitsMissing } from './bit-reader.ts';
import { blockText } from './block-text.ts';
import { readBlock, type SortedBlock } from './read-block.ts';

const blockUnit = 100_000;
const mostBlockBytes = 9 * blockUnit;
const headerBytes = 4;

/** What stands at the place: a block, or the end of the stream with the checksum of its blocks. */
type Found = { readonly used: number; readonly bit: number } & ({ readonly block: SortedBlock } | { readonly endCrc: number });

/**
 * bzip2, all streams of it. An own reader: blocks are bounded before they are written out, and a code without an end cannot keep it
 * busy (https://github.com/dsnet/compress/blob/master/doc/bzip2-format.pdf). Throws FILE_CUT_OFF and FILE_UNPACKING_FAILED.
 */
export async function* unbzip2(packed: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  const feed = new ByteFeed(packed);
  // One for all blocks: a stream of 39 bytes may claim 900 kB.
  const links = new Uint32Array(mostBlockBytes);
  try {
    do yield* stream(feed, links); while (await feed.has(1));
  } finally {
    await feed.close();
  }
}

async function* stream(feed: ByteFeed, mostLinks: Uint32Array): AsyncGenerator<Uint8Array> {
  const links = mostLinks.subarray(0, await readHeader(feed));
  let bit = 0, crc = 0;
  for (;;) {
    const found = await nextBlock(feed, bit, links);
    // Bits that do not fill a byte stay.
    feed.take('block' in found ? found.used - (found.bit === 0 ? 0 : 1) : found.used);
    bit = found.bit;
    if ('endCrc' in found) {
      if (found.endCrc !== crc) throw damaged('bzip2-checksum');
      return;
    }
    yield* blockText(found.block);
    crc = (((crc << 1) | (crc >>> 31)) ^ found.block.crc) >>> 0;
  }
}

const readHeader = async (feed: ByteFeed): Promise<number> => {
  if (!await feed.has(headerBytes)) throw cutOff();
  const [b, z, h, level = 0] = feed.take(headerBytes);
  const blocks = level - 0x30;
  if (b !== 0x42 || z !== 0x5a || h !== 0x68 || blocks < 1 || blocks > 9) throw damaged('bzip2-header');
  return blocks * blockUnit;
};

/** Blocks have no length: one is read again with more bytes when those at hand did not reach. */
const nextBlock = async (feed: ByteFeed, bit: number, links: Uint32Array): Promise<Found> => {
  for (let wanted = 64 * 1024; ; wanted = Math.max(wanted, feed.length) * 4) {
    const whole = await feed.has(wanted);
    try {
      return readFound(feed.peek(), bit, links);
    } catch (error) {
      if (!(error instanceof BitsMissing)) throw error;
      if (!whole) throw cutOff();
    }
  }
};

const readFound = (bytes: Uint8Array, bit: number, links: Uint32Array): Found => {
  const bits = new BitReader(bytes);
  bits.read(bit);
  const signature = bits.read(24) * 2 ** 24 + bits.read(24);
  if (signature === 0x314159265359) {
    const block = readBlock(bits, links);
    return { block, used: bits.used, bit: bits.bit };
  }
  if (signature !== 0x177245385090) throw damaged('bzip2-block');
  const endCrc = bits.read32();
  return { endCrc, used: bits.used, bit: 0 };
};
