import { damaged } from '../unpacking-error.ts';
import type { SortedBlock } from './read-block.ts';

const pieceBytes = 64 * 1024;
/** Five bytes stand for at most 259. */
const mostGrowth = 52;

/** CRC-32 with the most significant bit first (polynomial 0x04c11db7). */
const crcTable = Uint32Array.from({ length: 256 }, (_, byte) => {
  let value = byte << 24;
  for (let bit = 0; bit < 8; bit++) value = (value << 1) ^ (value < 0 ? 0x04c11db7 : 0);
  return value >>> 0;
});

/** The text of a block in pieces: 900 kB can stand for 46 MB, since four equal bytes are followed by a number of further ones. */
export function* blockText({ links, length, first, crc }: SortedBlock): Generator<Uint8Array> {
  const size = Math.min(pieceBytes, length * mostGrowth);
  let piece = Buffer.allocUnsafe(size), used = 0, sum = -1;
  let link = links[first] as number, previous = -1, same = 0;
  for (let left = length; left > 0; left--) {
    link = links[link >>> 8] as number;
    const byte = link & 0xff;
    const copies = same === 4 ? byte : 1;
    const written = same === 4 ? previous : byte;
    for (let copy = 0; copy < copies; copy++) {
      sum = (sum << 8) ^ (crcTable[(sum >>> 24) ^ written] as number);
      piece[used++] = written;
      if (used < size) continue;
      yield piece;
      [piece, used] = [Buffer.allocUnsafe(size), 0];
    }
    same = same === 4 ? 0 : byte === previous ? same + 1 : 1;
    previous = same === 0 ? -1 : byte;
  }
  if (used > 0) yield piece.subarray(0, used);
  if (~sum >>> 0 !== crc) throw damaged('bzip2-checksum');
}
