/** Pieces of COPY's text format may end anywhere; each batch here is whole lines, the last one ended too. */
export async function* copyLines(pieces: AsyncIterable<Buffer>): AsyncGenerator<Buffer, void, undefined> {
  let rest: readonly Buffer[] = [];
  for await (const piece of pieces) {
    const end = piece.lastIndexOf(0x0a) + 1;
    if (end === 0) { rest = [...rest, piece]; continue; }
    const whole = piece.subarray(0, end);
    yield rest.length === 0 ? whole : Buffer.concat([...rest, whole]);
    rest = end === piece.length ? [] : [Buffer.from(piece.subarray(end))];
  }
}
