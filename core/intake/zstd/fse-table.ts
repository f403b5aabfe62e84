/** Tables of finite state entropy (RFC 8878, 4.1.1). */
import { damaged } from '../unpacking-error.ts';

export interface FseTable {
  readonly accuracy: number;
  readonly symbols: Uint8Array;
  readonly bits: Uint8Array;
  readonly next: Uint16Array;
}

export const oneSymbolTable = (symbol: number): FseTable =>
  ({ accuracy: 0, symbols: Uint8Array.of(symbol), bits: new Uint8Array(1), next: new Uint16Array(1) });

/** @param counts of states, by symbol; -1: rarer than one in all */
export const buildFseTable = (counts: readonly number[], accuracy: number): FseTable => {
  const size = 1 << accuracy;
  const symbols = new Uint8Array(size), bits = new Uint8Array(size), next = new Uint16Array(size);
  spread(counts, symbols);
  const seen = counts.map((count) => (count === -1 ? 1 : count));
  for (let state = 0; state < size; state++) {
    const symbol = symbols[state] as number;
    const nth = seen[symbol] as number;
    seen[symbol] = nth + 1;
    const count = accuracy - (31 - Math.clz32(nth));
    bits[state] = count;
    next[state] = (nth << count) - size;
  }
  return { accuracy, symbols, bits, next };
};

const spread = (counts: readonly number[], symbols: Uint8Array): void => {
  const size = symbols.length, step = (size >> 1) + (size >> 3) + 3;
  let high = size, place = 0;
  for (const [symbol, count] of counts.entries()) if (count === -1) symbols[--high] = symbol;
  for (const [symbol, count] of counts.entries()) for (let left = count; left > 0; left--) {
    symbols[place] = symbol;
    do place = (place + step) & (size - 1); while (place >= high);
  }
  if (place !== 0) throw damaged('zstd-table');
};

interface Described { readonly table: FseTable; readonly end: number }
export interface TableLimits { readonly accuracy: number; readonly symbols: number }

/** The description of a table, which begins at `start` and does not reach beyond `limit`. */
export const readFseTable = (bytes: Uint8Array, start: number, limit: number, most: TableLimits): Described => {
  let at = start * 8;
  const peek = (count: number): number => {
    let value = 0;
    for (let bit = 0; bit < count; bit++) value |= (((bytes[(at + bit) >> 3] ?? 0) >> ((at + bit) & 7)) & 1) << bit;
    return value;
  };
  const read = (count: number): number => {
    const value = peek(count);
    at += count;
    return value;
  };
  const accuracy = read(4) + 5;
  if (accuracy > most.accuracy) throw damaged('zstd-table');
  const counts: number[] = [];
  let left = 1 << accuracy;
  while (left > 0 && counts.length < most.symbols) {
    const width = 32 - Math.clz32(left + 1), low = (1 << (width - 1)) - 1, short = (1 << width) - 1 - (left + 1);
    let value = peek(width);
    if ((value & low) < short) {
      value &= low;
      at += width - 1;
    } else {
      if (value > low) value -= short;
      at += width;
    }
    counts.push(value - 1);
    left -= Math.abs(value - 1);
    if (value === 1) for (let zeros = 3; zeros === 3;) for (let zero = zeros = read(2); zero > 0; zero--) counts.push(0);
  }
  const end = (at + 7) >> 3;
  if (left !== 0 || counts.length > most.symbols || end > limit) throw damaged('zstd-table');
  return { table: buildFseTable(counts, accuracy), end };
};
