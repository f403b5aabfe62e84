/** The literals section of a block (RFC 8878, 3.1.1.3.1). */
import { damaged } from '../unpacking-error.ts';
import { readCodes, readHuffmanTable, type HuffmanTable } from './huffman-table.ts';

export interface Literals {
  readonly bytes: Uint8Array;
  /** Kept for the blocks that follow. */
  readonly table: HuffmanTable | null;
  readonly end: number;
}

interface Header { readonly length: number; readonly packed: number; readonly streams: 1 | 4; readonly start: number }

export const mostBlockBytes = 128 * 1024;

export const readLiterals = (bytes: Uint8Array, limit: number, table: HuffmanTable | null): Literals => {
  const kind = (bytes[0] as number) & 3;
  const header = kind < 2 ? plainHeader(bytes) : codedHeader(bytes);
  const { length, start } = header;
  if (length > mostBlockBytes) throw damaged('zstd-literals');
  const end = start + (kind === 0 ? length : kind === 1 ? 1 : header.packed);
  if (end > limit) throw damaged('zstd-literals');
  if (kind === 0) return { bytes: bytes.subarray(start, end), table, end };
  if (kind === 1) return { bytes: new Uint8Array(length).fill(bytes[start] as number), table, end };
  const own = kind === 2 ? readHuffmanTable(bytes, start, end) : { table, end: start };
  if (own.table === null) throw damaged('zstd-literals');
  return { bytes: readStreams(bytes, { ...header, start: own.end, end }, own.table), table: own.table, end };
};

const plainHeader = ([first = 0, second = 0, third = 0]: Uint8Array): Header => {
  const size = (first >> 2) & 3;
  const rest = { packed: 0, streams: 1 } as const;
  if ((size & 1) === 0) return { ...rest, length: first >> 3, start: 1 };
  return size === 1 ? { ...rest, length: (first >> 4) | (second << 4), start: 2 } : { ...rest, length: (first >> 4) | (second << 4) | (third << 12), start: 3 };
};

const codedHeader = (bytes: Uint8Array): Header => {
  const size = ((bytes[0] as number) >> 2) & 3;
  const width = size < 2 ? 10 : size === 2 ? 14 : 18;
  const start = size < 2 ? 3 : size + 2;
  // Five bytes are more than the 32 bits of the operators.
  let value = 0;
  for (let at = start - 1; at >= 0; at--) value = value * 256 + (bytes[at] as number);
  value = Math.floor(value / 16);
  return { length: value % 2 ** width, packed: Math.floor(value / 2 ** width), streams: size === 0 ? 1 : 4, start };
};

const readStreams = (bytes: Uint8Array, { length, streams, start, end }: Header & { readonly end: number }, table: HuffmanTable): Uint8Array => {
  const target = new Uint8Array(length);
  if (streams === 1) {
    readCodes(bytes, [start, end], table, target);
    return target;
  }
  const each = (length + 3) >> 2;
  let from = start + 6;
  for (let stream = 0; stream < 4; stream++) {
    const sizeAt = start + stream * 2;
    const to = stream === 3 ? end : from + ((bytes[sizeAt] as number) | ((bytes[sizeAt + 1] as number) << 8));
    if (to > end || each * 3 > length) throw damaged('zstd-literals');
    readCodes(bytes, [from, to], table, target.subarray(each * stream, stream === 3 ? length : each * (stream + 1)));
    from = to;
  }
  return target;
};
