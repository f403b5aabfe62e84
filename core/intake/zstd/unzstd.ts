import { ByteFeed } from '../byte-feed.ts';
import { cutOff, damaged } from '../unpacking-error.ts';
import { BlockReader } from './block-reader.ts';
import { littleEndian, readFrameHeader, take } from './frame-header.ts';
import { History } from './history.ts';
import { mostBlockBytes } from './literals.ts';
import { XxHash64 } from './xx-hash-64.ts';

const magic = 0xfd2fb528;
const skippable = 0x184d2a5;

/**
 * Zstandard (RFC 8878), all frames of it, checksums compared. An own reader: the libraries at hand leave a block's growth, the window and
 * the checksum to good faith. Throws FILE_CUT_OFF and FILE_UNPACKING_FAILED.
 */
export async function* unzstd(packed: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  const feed = new ByteFeed(packed);
  const history = new History();
  const blocks = new BlockReader(history);
  try {
    do {
      const found = littleEndian(await take(feed, 4));
      if (found === magic) yield* frame(feed, history, blocks);
      else if (Math.floor(found / 16) === skippable) await skip(feed, littleEndian(await take(feed, 4)));
      else throw damaged('zstd-frame');
    } while (await feed.has(1));
  } finally {
    await feed.close();
  }
}

const skip = async (feed: ByteFeed, count: number): Promise<void> => {
  for (let left = count; left > 0;) {
    if (!await feed.has(1)) throw cutOff();
    left -= feed.take(Math.min(left, feed.length)).length;
  }
};

async function* frame(feed: ByteFeed, history: History, blocks: BlockReader): AsyncGenerator<Uint8Array> {
  const { window, length, checksum } = await readFrameHeader(feed);
  const hash = checksum ? new XxHash64() : null;
  history.begin(window);
  blocks.beginFrame();
  let [total, last] = [0, false];
  while (!last) {
    // Where others have their turn.
    if (!await feed.has(3)) throw cutOff();
    const header = littleEndian(feed.take(3));
    last = (header & 1) === 1;
    history.beginBlock();
    await readBlock(feed, { history, blocks, kind: (header >> 1) & 3, size: header >> 3 });
    const piece = history.endBlock();
    total += piece.length;
    if (length !== null && total > length) throw damaged('zstd-length');
    hash?.update(piece);
    if (piece.length > 0) yield piece;
  }
  if (length !== null && total !== length) throw damaged('zstd-length');
  if (hash !== null && littleEndian(await take(feed, 4)) !== hash.digest32()) throw damaged('zstd-checksum');
}

interface Block { readonly history: History; readonly blocks: BlockReader; readonly kind: number; readonly size: number }

const scratch = new Uint8Array(mostBlockBytes + 8);

const readBlock = async (feed: ByteFeed, { history, blocks, kind, size }: Block): Promise<void> => {
  if (size > mostBlockBytes || kind === 3) throw damaged('zstd-block');
  if (kind === 1) return history.fill((await take(feed, 1))[0] as number, size);
  const bytes = await take(feed, size);
  if (kind === 0) return history.append(bytes);
  if (size === 0) throw damaged('zstd-block');
  // Nothing is awaited while it is read: one is enough for all.
  scratch.set(bytes);
  blocks.read(scratch, size);
};
