/** Blocks of a zstd frame that are compressed (RFC 8878, 3.1.1.3). */
import { damaged } from '../unpacking-error.ts';
import { BackwardBits } from './backward-bits.ts';
import { oneSymbolTable, readFseTable, type FseTable, type TableLimits } from './fse-table.ts';
import type { History } from './history.ts';
import type { HuffmanTable } from './huffman-table.ts';
import { readLiterals } from './literals.ts';
import { literalLengths, literalLengthTable, matchLengths, matchLengthTable, mostOffsetCode, offsetTable, tableLimits } from './sequence-codes.ts';

interface Tables { readonly literalLengths: FseTable; readonly offsets: FseTable; readonly matchLengths: FseTable }
type Held = { -readonly [Table in keyof Tables]: FseTable | null };
const predefined: Tables = { literalLengths: literalLengthTable, offsets: offsetTable, matchLengths: matchLengthTable };
const none = (): Held => ({ literalLengths: null, offsets: null, matchLengths: null });

export class BlockReader {
  private codes: HuffmanTable | null = null;
  private held = none();
  private readonly repeated = Int32Array.of(1, 4, 8);

  constructor(private readonly history: History) {}

  beginFrame(): void {
    this.codes = null;
    this.held = none();
    this.repeated.set([1, 4, 8]);
  }

  /** @param bytes hold the block up to `limit`, and go on for 8 bytes that do not matter */
  read(bytes: Uint8Array, limit: number): void {
    const literals = readLiterals(bytes, limit, this.codes);
    this.codes = literals.table;
    const [count, at] = sequenceCount(bytes, literals.end, limit);
    if (count === 0) {
      if (at !== limit) throw damaged('zstd-sequences');
      this.history.append(literals.bytes);
      return;
    }
    const start = this.readTables(bytes, at, limit);
    this.history.append(literals.bytes.subarray(this.readSequences(new BackwardBits(bytes, start, limit), count, literals.bytes)));
  }

  private readTables(bytes: Uint8Array, at: number, limit: number): number {
    const modes = bytes[at] as number;
    if (at >= limit || (modes & 3) !== 0) throw damaged('zstd-sequences');
    let next = at + 1;
    const read = (name: keyof Tables, mode: number, most: TableLimits): void => {
      const found = readTable(bytes, next, limit, { mode, most, held: this.held[name], usual: predefined[name] });
      this.held[name] = found.table;
      next = found.end;
    };
    read('literalLengths', modes >> 6, tableLimits.literalLengths);
    read('offsets', (modes >> 4) & 3, tableLimits.offsets);
    read('matchLengths', (modes >> 2) & 3, tableLimits.matchLengths);
    return next;
  }

  /** Returns how many literals it took. */
  private readSequences(bits: BackwardBits, count: number, literals: Uint8Array): number {
    const { literalLengths: lengths, offsets, matchLengths: matches } = this.held as Tables;
    const { history } = this;
    let length = bits.read(lengths.accuracy), offset = bits.read(offsets.accuracy), match = bits.read(matches.accuracy), taken = 0;
    for (let left = count; left > 0; left--) {
      const offsetCode = offsets.symbols[offset] as number, matchCode = matches.symbols[match] as number, lengthCode = lengths.symbols[length] as number;
      if (offsetCode > mostOffsetCode) throw damaged('zstd-offset');
      const offsetValue = 2 ** offsetCode + bits.read(offsetCode);
      const matched = (matchLengths.base[matchCode] as number) + bits.read(matchLengths.bits[matchCode] as number);
      const copied = (literalLengths.base[lengthCode] as number) + bits.read(literalLengths.bits[lengthCode] as number);
      if (left > 1) {
        length = (lengths.next[length] as number) + bits.read(lengths.bits[length] as number);
        match = (matches.next[match] as number) + bits.read(matches.bits[match] as number);
        offset = (offsets.next[offset] as number) + bits.read(offsets.bits[offset] as number);
      }
      if (bits.left < 0 || taken + copied > literals.length) throw damaged('zstd-sequences');
      if (copied > 0) history.append(literals.subarray(taken, taken += copied));
      history.copy(this.offsetOf(offsetValue, copied), matched);
    }
    if (bits.left !== 0) throw damaged('zstd-sequences');
    return taken;
  }

  /** Values of 1 to 3 mean one of the last three offsets, shifted by one where no literal stands before. */
  private offsetOf(value: number, copied: number): number {
    const { repeated } = this;
    const place = value > 3 ? 3 : value - 1 + (copied === 0 ? 1 : 0);
    const offset = value > 3 ? value - 3 : place === 3 ? (repeated[0] as number) - 1 : repeated[place] as number;
    if (offset <= 0) throw damaged('zstd-offset');
    if (place > 1) repeated[2] = repeated[1] as number;
    if (place > 0) repeated[1] = repeated[0] as number;
    repeated[0] = offset;
    return offset;
  }
}

const sequenceCount = (bytes: Uint8Array, at: number, limit: number): readonly [number, number] => {
  const [first = 0, second = 0, third = 0] = bytes.subarray(at, at + 3);
  const size = first < 128 ? 1 : first < 255 ? 2 : 3;
  if (at + size > limit) throw damaged('zstd-sequences');
  return [size === 1 ? first : size === 2 ? ((first - 128) << 8) + second : second + (third << 8) + 0x7f00, at + size];
};

interface TableChoice { readonly mode: number; readonly most: TableLimits; readonly held: FseTable | null; readonly usual: FseTable }

const readTable = (bytes: Uint8Array, at: number, limit: number, { mode, most, held, usual }: TableChoice): { readonly table: FseTable; readonly end: number } => {
  if (mode === 0) return { table: usual, end: at };
  if (mode === 2) return readFseTable(bytes, at, limit, most);
  if (mode === 3) {
    if (held === null) throw damaged('zstd-table');
    return { table: held, end: at };
  }
  const symbol = bytes[at] as number;
  if (at >= limit || symbol >= most.symbols) throw damaged('zstd-table');
  return { table: oneSymbolTable(symbol), end: at + 1 };
};
