/** What the codes of sequences stand for, and their tables when a block does not bring its own (RFC 8878, 3.1.1.3.2.1.1 and 3.1.1.3.2.2). */
import { buildFseTable } from './fse-table.ts';

const codes = (plain: readonly number[], steps: readonly number[]) => {
  const bits = Uint8Array.from([...plain.map(() => 0), ...steps]);
  const base = new Uint32Array(bits.length);
  let next = plain[0] ?? 0;
  for (let code = 0; code < bits.length; code++) {
    base[code] = next;
    next += 2 ** (bits[code] as number);
  }
  return { bits, base };
};
const from = (first: number, count: number): readonly number[] => Array.from({ length: count }, (_, index) => first + index);

export const literalLengths = codes(from(0, 16), [1, 1, 1, 1, 2, 2, 3, 3, 4, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16]);
export const matchLengths = codes(from(3, 32), [1, 1, 1, 1, 2, 2, 3, 3, 4, 4, 5, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16]);

export const literalLengthTable = buildFseTable(
  [4, 3, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 1, 1, 1, 2, 2, 2, 2, 2, 2, 2, 2, 2, 3, 2, 1, 1, 1, 1, 1, -1, -1, -1, -1], 6);
export const matchLengthTable = buildFseTable([
  1, 4, 3, 2, 2, 2, 2, 2, 2, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1,
  -1, -1, -1, -1, -1, -1, -1], 6);
export const offsetTable = buildFseTable([1, 1, 1, 1, 1, 1, 2, 2, 2, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, -1, -1, -1, -1, -1], 5);

/** Offsets of up to 128 MiB. */
export const mostOffsetCode = 28;
export const tableLimits = {
  literalLengths: { accuracy: 9, symbols: literalLengths.bits.length },
  offsets: { accuracy: 8, symbols: 32 },
  matchLengths: { accuracy: 9, symbols: matchLengths.bits.length },
} as const;
