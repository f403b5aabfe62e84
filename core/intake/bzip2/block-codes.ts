/** The Huffman tables of a block and the choice among them, by groups of 50 symbols. */
import { damaged } from '../unpacking-error.ts';
import type { BitReader } from './bit-reader.ts';

const longestCode = 20;

export interface CodeTable {
  readonly shortest: number;
  /** By length: the last code of it, and what to take off a code to have its place in `symbols`. */
  readonly limit: Int32Array;
  readonly base: Int32Array;
  readonly symbols: Uint16Array;
}

export interface BlockCodes { readonly tables: readonly CodeTable[]; readonly selectors: Uint8Array }

export const readBlockCodes = (bits: BitReader, symbolCount: number): BlockCodes => {
  const tableCount = bits.read(3);
  const selectorCount = bits.read(15);
  if (tableCount < 2 || tableCount > 6 || selectorCount === 0) throw damaged('bzip2-tables');
  const selectors = readSelectors(bits, { tableCount, selectorCount });
  return { selectors, tables: Array.from({ length: tableCount }, () => codeTable(readLengths(bits, symbolCount))) };
};

const readSelectors = (bits: BitReader, { tableCount, selectorCount }: { readonly tableCount: number; readonly selectorCount: number }): Uint8Array => {
  const recent = Array.from({ length: tableCount }, (_, index) => index);
  const selectors = new Uint8Array(selectorCount);
  for (let index = 0; index < selectorCount; index++) {
    let place = 0;
    while (bits.read(1) === 1) if (++place >= tableCount) throw damaged('bzip2-selectors');
    const [chosen = 0] = recent.splice(place, 1);
    recent.unshift(chosen);
    selectors[index] = chosen;
  }
  return selectors;
};

const readLengths = (bits: BitReader, symbolCount: number): Uint8Array => {
  const lengths = new Uint8Array(symbolCount);
  let length = bits.read(5);
  for (let symbol = 0; symbol < symbolCount; symbol++) {
    for (;;) {
      if (length < 1 || length > longestCode) throw damaged('bzip2-lengths');
      if (bits.read(1) === 0) break;
      length += bits.read(1) === 0 ? 1 : -1;
    }
    lengths[symbol] = length;
  }
  return lengths;
};

const codeTable = (lengths: Uint8Array): CodeTable => {
  const limit = new Int32Array(longestCode + 2).fill(-1), base = new Int32Array(longestCode + 2), symbols = new Uint16Array(lengths.length);
  let place = 0, code = 0;
  for (let length = 1; length <= longestCode; length++) {
    base[length] = code - place;
    for (let symbol = 0; symbol < lengths.length; symbol++) if (lengths[symbol] === length) symbols[place++] = symbol;
    code = (base[length] as number) + place;
    if (code > 2 ** length) throw damaged('bzip2-codes');
    limit[length] = code - 1;
    code <<= 1;
  }
  return { shortest: Math.min(...lengths), limit, base, symbols };
};

export const readSymbol = (bits: BitReader, { shortest, limit, base, symbols }: CodeTable): number => {
  let length = shortest, code = bits.read(length);
  while (code > (limit[length] as number)) {
    if (++length > longestCode) throw damaged('bzip2-code');
    code = (code << 1) | bits.read(1);
  }
  const symbol = symbols[code - (base[length] as number)];
  if (symbol === undefined) throw damaged('bzip2-code');
  return symbol;
};
