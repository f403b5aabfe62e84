/** Huffman codes of literals (RFC 8878, 4.2). */
import { damaged } from '../unpacking-error.ts';
import { BackwardBits } from './backward-bits.ts';
import { readFseTable } from './fse-table.ts';

export interface HuffmanTable {
  readonly longest: number;
  /** By the next `longest` bits. */
  readonly symbols: Uint8Array;
  readonly bits: Uint8Array;
}

const longestCode = 11;
const mostWeights = 255;

export const readHuffmanTable = (bytes: Uint8Array, start: number, limit: number): { readonly table: HuffmanTable; readonly end: number } => {
  const header = bytes[start] as number;
  const packed = header < 128;
  const end = start + 1 + (packed ? header : (header - 126) >> 1);
  if (end > limit) throw damaged('zstd-codes');
  const weights = packed ? packedWeights(bytes, start + 1, end)
    : Array.from({ length: header - 127 }, (_, index) => ((bytes[start + 1 + (index >> 1)] as number) >> ((index & 1) === 0 ? 4 : 0)) & 15);
  return { table: buildTable(weights), end };
};

/** Two states take turns until one of them needs bits that are not there. */
const packedWeights = (bytes: Uint8Array, start: number, limit: number): number[] => {
  const { table, end } = readFseTable(bytes, start, limit, { accuracy: 6, symbols: 13 });
  const stream = new BackwardBits(bytes, end, limit);
  const weights: number[] = [];
  let state = stream.read(table.accuracy), other = stream.read(table.accuracy);
  if (stream.left < 0) throw damaged('zstd-codes');
  while (weights.length < mostWeights) {
    weights.push(table.symbols[state] as number);
    const next = (table.next[state] as number) + stream.read(table.bits[state] as number);
    if (stream.left < 0) return [...weights, table.symbols[other] as number];
    [state, other] = [other, next];
  }
  throw damaged('zstd-codes');
};

const buildTable = (given: readonly number[]): HuffmanTable => {
  const sum = given.reduce((total, weight) => total + (weight > 0 ? 1 << (weight - 1) : 0), 0);
  if (sum === 0 || given.length > mostWeights) throw damaged('zstd-codes');
  const longest = 32 - Math.clz32(sum);
  // The last weight is what is missing to a power of two.
  const missing = (1 << longest) - sum;
  if (longest > longestCode || (missing & (missing - 1)) !== 0) throw damaged('zstd-codes');
  const weights = [...given, 32 - Math.clz32(missing)];
  const symbols = new Uint8Array(1 << longest), bits = new Uint8Array(1 << longest);
  let place = 0;
  for (let weight = 1; weight <= longest; weight++) for (const [symbol, own] of weights.entries()) {
    if (own !== weight) continue;
    const width = 1 << (weight - 1);
    symbols.fill(symbol, place, place + width);
    bits.fill(longest + 1 - weight, place, place + width);
    place += width;
  }
  return { longest, symbols, bits };
};

export const readCodes = (bytes: Uint8Array, [start, end]: readonly [number, number], { longest, symbols, bits }: HuffmanTable, target: Uint8Array): void => {
  const stream = new BackwardBits(bytes, start, end);
  for (let at = 0; at < target.length; at++) {
    const code = stream.peek(longest);
    target[at] = symbols[code] as number;
    stream.skip(bits[code] as number);
  }
  if (stream.left !== 0) throw damaged('zstd-literals');
};
