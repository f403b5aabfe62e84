/** Rows out of COPY's text format (PostgreSQL, "COPY", section "Text Format"): tabs between values, a line a row, `\N` for null. */
export type TextRow = readonly (string | null)[];

const escapes: Readonly<Record<string, string>> = { b: '\b', f: '\f', n: '\n', r: '\r', t: '\t', v: '\v' };

const valueOf = (text: string): string | null => {
  if (!text.includes('\\')) return text;
  if (text === '\\N') return null;
  return text.replace(/\\(.)/gs, (_, letter: string) => escapes[letter] ?? letter);
};

const rowOf = (line: string): TextRow => line.split('\t').map(valueOf);

/** Pieces may end anywhere; each batch holds the rows that the last piece completed. */
export async function* copyTextRows(pieces: AsyncIterable<Buffer>): AsyncGenerator<readonly TextRow[], void, undefined> {
  let rest: Buffer = Buffer.alloc(0);
  for await (const piece of pieces) {
    const end = piece.lastIndexOf(0x0a);
    if (end < 0) { rest = Buffer.concat([rest, piece]); continue; }
    const whole = rest.length === 0 ? piece.subarray(0, end) : Buffer.concat([rest, piece.subarray(0, end)]);
    rest = Buffer.from(piece.subarray(end + 1));
    yield whole.toString('utf8').split('\n').map(rowOf);
  }
}
