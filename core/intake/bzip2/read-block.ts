/** One block of bzip2: from bits to the sorted text, back to the text, and its runs written out. */
import { damaged } from '../unpacking-error.ts';
import type { BitReader } from './bit-reader.ts';
import { readBlockCodes, readSymbol, type CodeTable } from './block-codes.ts';

const groupSymbols = 50;

export interface SortedBlock {
  /** The low byte is the text, above it is the place of the next byte. */
  readonly links: Uint32Array;
  readonly length: number;
  readonly first: number;
  readonly crc: number;
}

/**
 * Behind the signature of the block.
 * @param links of the length that a block may have; good until the next block is read into it
 */
export const readBlock = (bits: BitReader, links: Uint32Array): SortedBlock => {
  const crc = bits.read32();
  if (bits.read(1) === 1) throw damaged('bzip2-randomised');
  const first = bits.read(24);
  const bytes = readUsedBytes(bits);
  const length = readText(bits, bytes, links);
  if (first >= length) throw damaged('bzip2-start');
  linkUp(links, length);
  return { links, length, first, crc };
};

const readUsedBytes = (bits: BitReader): readonly number[] => {
  const ranges = bits.read(16);
  const used: number[] = [];
  for (let range = 0; range < 16; range++) {
    if ((ranges & (0x8000 >> range)) === 0) continue;
    const bytes = bits.read(16);
    for (let index = 0; index < 16; index++) if ((bytes & (0x8000 >> index)) !== 0) used.push(range * 16 + index);
  }
  if (used.length === 0) throw damaged('bzip2-bytes');
  return used;
};

/** Huffman codes, runs (bijective base 2) and move-to-front: the last column of the sorted rotations. */
const readText = (bits: BitReader, used: readonly number[], text: Uint32Array): number => {
  const { tables, selectors } = readBlockCodes(bits, used.length + 2);
  const recent = Uint8Array.from(used);
  const end = used.length + 1;
  let length = 0, run = 0, runPlace = 1, group = 0, left = 0;
  let table = tables[0] as CodeTable;
  for (;;) {
    if (left-- === 0) {
      table = tableOf(tables, selectors[group++]);
      left = groupSymbols - 1;
    }
    const symbol = readSymbol(bits, table);
    if (symbol < 2) {
      run += runPlace << symbol;
      runPlace <<= 1;
      if (run > text.length) throw damaged('bzip2-too-long');
      continue;
    }
    if (run > 0) {
      if (length + run > text.length) throw damaged('bzip2-too-long');
      text.fill(recent[0] as number, length, length += run);
      [run, runPlace] = [0, 1];
    }
    if (symbol === end) return length;
    if (length >= text.length) throw damaged('bzip2-too-long');
    const byte = recent[symbol - 1] as number;
    recent.copyWithin(1, 0, symbol - 1);
    recent[0] = byte;
    text[length++] = byte;
  }
};

const tableOf = (tables: readonly CodeTable[], selector: number | undefined): CodeTable => {
  const table = selector === undefined ? undefined : tables[selector];
  if (table === undefined) throw damaged('bzip2-selectors');
  return table;
};

/** Nothing is awaited while it is used: one is enough for all. */
const places = new Uint32Array(256);

/** The inverse of the Burrows-Wheeler transform. */
const linkUp = (links: Uint32Array, length: number): void => {
  places.fill(0);
  for (let at = 0; at < length; at++) (places[(links[at] as number) & 0xff] as number)++;
  for (let byte = 0, sum = 0; byte < 256; byte++) {
    const count = places[byte] as number;
    places[byte] = sum;
    sum += count;
  }
  for (let at = 0; at < length; at++) {
    const byte = (links[at] as number) & 0xff;
    const place = places[byte] as number;
    places[byte] = place + 1;
    links[place] = ((links[place] as number) & 0xff) | (at << 8);
  }
};
