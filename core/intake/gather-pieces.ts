import { Breath } from './breath.ts';

const gatheredBytes = 64 * 1024;

/**
 * The same bytes in pieces of some size: a block, a frame or a stream may stand for one byte, and a piece for each would cost whoever keeps
 * or writes them a hundred times what they hold.
 */
export async function* gatherPieces(pieces: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  const breath = new Breath();
  const gathered = Buffer.allocUnsafe(gatheredBytes);
  let used = 0;
  for await (const piece of pieces) {
    const turn = breath.taken();
    if (turn !== null) await turn;
    if (used > 0 && used + piece.length > gatheredBytes) {
      yield Buffer.from(gathered.subarray(0, used));
      used = 0;
    }
    if (used === 0 && piece.length >= gatheredBytes / 2) {
      yield piece;
      continue;
    }
    gathered.set(piece, used);
    used += piece.length;
  }
  if (used > 0) yield Buffer.from(gathered.subarray(0, used));
}
