/**
 * The encodings of levels and values (https://github.com/apache/parquet-format/blob/master/Encodings.md) into typed arrays of a length that is
 * known before. Nothing is made as large as a file says without its bytes being there.
 */
import { corrupt } from './corrupt.ts';

/** Values of one width (booleans: a byte each), aligned; or texts within `bytes`. */
export type Values =
  | { readonly width: number; readonly bytes: Uint8Array; readonly count: number }
  | { readonly width: 0; readonly bytes: Uint8Array; readonly count: number; readonly starts: Int32Array; readonly ends: Int32Array };

/** Texts of one page that are written by what they share with the one before. */
const mostTextBytes = 128 * 1024 * 1024;
/** Indices into a dictionary of more entries, or levels of more, are nobody's. */
const mostWidth = 24;

export class ByteReader {
  constructor(readonly bytes: Uint8Array, public at = 0, readonly end = bytes.length) {}

  byte(): number {
    if (this.at >= this.end) throw corrupt('a page ends too early');
    return this.bytes[this.at++] as number;
  }

  varint(): number {
    let [value, factor] = [0, 1];
    for (let count = 0; count < 8; count += 1) {
      const byte = this.byte();
      value += (byte & 0x7f) * factor;
      if (byte < 0x80) return value;
      factor *= 128;
    }
    throw corrupt('a number of a page is too long');
  }

  /** Zigzag, of up to 64 bits. */
  bigZigzag(): bigint {
    let [value, shift] = [0n, 0n];
    for (let count = 0; count < 10; count += 1) {
      const byte = this.byte();
      value |= BigInt(byte & 0x7f) << shift;
      if (byte < 0x80) return BigInt.asIntN(64, (value >> 1n) ^ -(value & 1n));
      shift += 7n;
    }
    throw corrupt('a number of a page is too long');
  }

  uint32(): number {
    const value = this.byte() | this.byte() << 8 | this.byte() << 16;
    return value + this.byte() * 0x1000000;
  }

  take(length: number): Uint8Array {
    if (length < 0 || length > this.end - this.at) throw corrupt('a page ends too early');
    this.at += length;
    return this.bytes.subarray(this.at - length, this.at);
  }
}

export const bitsFor = (most: number): number => 32 - Math.clz32(most);

/** The hybrid of runs and packed bits. Fills `out` or throws. */
export const readHybrid = (reader: ByteReader, width: number, out: Uint8Array | Int32Array): void => {
  if (width === 0) { out.fill(0); return; }
  if (width > mostWidth) throw corrupt('the indices of a page are too wide');
  for (let at = 0; at < out.length;) {
    const head = reader.varint();
    const runs = Math.floor(head / 2);
    if (head % 2 === 0) {
      const value = littleEndian(reader, width);
      const to = Math.min(out.length, at + runs);
      out.fill(value, at, to);
      at = to;
    } else at = readPacked(reader, { width, groups: runs }, out, at);
  }
};

const littleEndian = (reader: ByteReader, width: number): number => {
  let value = 0;
  for (let shift = 0; shift < width; shift += 8) value |= reader.byte() << shift;
  return value;
};

/** Groups of eight; the last may be cut where no value needs it any more. */
const readPacked = (reader: ByteReader, { width, groups }: { readonly width: number; readonly groups: number }, out: Uint8Array | Int32Array, from: number): number => {
  const to = Math.min(out.length, from + groups * 8);
  const { bytes, end } = reader;
  const mask = 2 ** width - 1;
  let at = reader.at, held = 0, bits = 0;
  if (at + Math.ceil((to - from) * width / 8) > end) throw corrupt('a page ends too early');
  for (let index = from; index < to; index += 1) {
    while (bits < width) { held |= (bytes[at++] as number) << bits; bits += 8; }
    out[index] = held & mask;
    held >>>= width;
    bits -= width;
  }
  reader.at = Math.min(end, reader.at + groups * width);
  return to;
};

export const plainBooleans = (reader: ByteReader, count: number): Values => {
  const packed = reader.take(Math.ceil(count / 8));
  const bytes = new Uint8Array(count);
  for (let index = 0; index < count; index += 1) bytes[index] = (packed[index >> 3] as number) >> (index & 7) & 1;
  return { width: 1, bytes, count };
};

/** Aligned for any typed array. */
export const aligned = (bytes: Uint8Array): Uint8Array => {
  if (bytes.byteOffset % 8 === 0) return bytes;
  const copy = new Uint8Array(bytes.length);
  copy.set(bytes);
  return copy;
};

export const plainFixed = (reader: ByteReader, width: number, count: number): Values => ({ width, bytes: aligned(reader.take(width * count)), count });

export const plainTexts = (reader: ByteReader, count: number): Values => {
  const { bytes, end } = reader;
  if (count * 4 > end - reader.at) throw corrupt('a page ends too early');
  const starts = new Int32Array(count), ends = new Int32Array(count);
  let at = reader.at;
  for (let index = 0; index < count; index += 1) {
    if (at + 4 > end) throw corrupt('a page ends too early');
    const length = ((bytes[at] as number) | (bytes[at + 1] as number) << 8 | (bytes[at + 2] as number) << 16 | (bytes[at + 3] as number) << 24) >>> 0;
    at += 4;
    if (length > end - at) throw corrupt('a text is longer than its page');
    starts[index] = at;
    at += length;
    ends[index] = at;
  }
  reader.at = at;
  return { width: 0, bytes, count, starts, ends };
};

/** The first bytes of all values, then the second ones, … */
export const splitStreams = (reader: ByteReader, width: number, count: number): Values => {
  const split = reader.take(width * count);
  const bytes = new Uint8Array(width * count);
  for (let stream = 0; stream < width; stream += 1)
    for (let index = 0, from = stream * count, to = stream; index < count; index += 1, from += 1, to += width) bytes[to] = split[from] as number;
  return { width, bytes, count };
};

interface DeltaHead { readonly miniblocks: number; readonly perMiniblock: number; readonly count: number; readonly first: bigint }

const deltaHead = (reader: ByteReader, least: number): DeltaHead => {
  const blockSize = reader.varint(), miniblocks = reader.varint(), count = reader.varint();
  const perMiniblock = blockSize / miniblocks;
  if (blockSize > 1 << 20 || miniblocks < 1 || miniblocks > 1 << 12 || !Number.isInteger(perMiniblock) || perMiniblock % 8 !== 0 || perMiniblock === 0) throw corrupt('a page of differences has impossible blocks');
  if (count < least) throw corrupt('a page has fewer values than it says');
  return { miniblocks, perMiniblock, count, first: reader.bigZigzag() };
};

/** Differences that lie side by side, `count` of them wanted, each `least` and what its `width` bits say. */
interface Miniblock { readonly packed: Uint8Array; readonly width: number; readonly count: number; readonly least: bigint }

/**
 * All values of the stream up to `count`; what the stream has beyond is read over. Each block costs bytes only where its width is not 0.
 * @param begin takes the first value @param take takes what follows, block by block
 */
const readDeltas = (reader: ByteReader, count: number, { begin, take }: { readonly begin: (first: bigint) => void; readonly take: (block: Miniblock) => void }): void => {
  const head = deltaHead(reader, count);
  if (count > 0) begin(head.first);
  let left = count - 1;
  for (let rest = head.count - 1; rest > 0 && left > 0;) {
    const least = reader.bigZigzag();
    const widths = reader.take(head.miniblocks);
    for (let mini = 0; mini < head.miniblocks && rest > 0; mini += 1, rest -= head.perMiniblock) {
      const width = widths[mini] as number;
      if (width > 64) throw corrupt('a page of differences has impossible widths');
      const packed = reader.take(Math.min(head.perMiniblock * width / 8, reader.end - reader.at));
      const wanted = Math.max(0, Math.min(head.perMiniblock, rest, left));
      if (packed.length * 8 < wanted * width) throw corrupt('a page ends too early');
      take({ packed, width, count: wanted, least });
      left -= wanted;
    }
  }
  if (left > 0) throw corrupt('a page has fewer values than it says');
};

export const deltaInt32 = (reader: ByteReader, count: number): Int32Array => {
  const out = new Int32Array(count);
  let value = 0, index = 0;
  readDeltas(reader, count, {
    begin: (first) => { value = Number(BigInt.asIntN(32, first)); out[index++] = value; },
    take: ({ packed, width, count: wanted, least }) => {
      const lowest = Number(BigInt.asIntN(32, least));
      for (let bit = 0, number = 0; number < wanted; number += 1, bit += width) { value = value + lowest + lowBits(packed, bit, width) | 0; out[index++] = value; }
    },
  });
  return out;
};

/** The lower 32 of `width` bits from `bit` on. */
const lowBits = (bytes: Uint8Array, bit: number, width: number): number => {
  let value = 0;
  for (let done = 0; done < width && done < 32;) {
    const offset = (bit + done) & 7, taken = Math.min(8 - offset, width - done);
    value |= ((bytes[(bit + done) >> 3] as number) >> offset & (1 << taken) - 1) << done;
    done += taken;
  }
  return value;
};

export const deltaInt64 = (reader: ByteReader, count: number): Values => {
  const out = new BigInt64Array(count);
  let value = 0n, index = 0;
  readDeltas(reader, count, {
    begin: (first) => { value = first; out[index++] = value; },
    take: ({ packed, width, count: wanted, least }) => {
      for (let bit = 0, number = 0; number < wanted; number += 1, bit += width) {
        const low = BigInt(lowBits(packed, bit, Math.min(width, 32)) >>> 0);
        const high = width > 32 ? BigInt(lowBits(packed, bit + 32, width - 32) >>> 0) << 32n : 0n;
        value = BigInt.asIntN(64, value + least + (high | low));
        out[index++] = value;
      }
    },
  });
  return { width: 8, bytes: new Uint8Array(out.buffer), count };
};

export const deltaLengthTexts = (reader: ByteReader, count: number): Values => {
  const lengths = deltaInt32(reader, count);
  const starts = new Int32Array(count), ends = new Int32Array(count);
  let at = reader.at;
  for (let index = 0; index < count; index += 1) {
    const length = lengths[index] as number;
    if (length < 0 || length > reader.end - at) throw corrupt('a text is longer than its page');
    starts[index] = at;
    at += length;
    ends[index] = at;
  }
  return { width: 0, bytes: reader.bytes, count, starts, ends };
};

/** Each text is a piece of the one before and what follows. */
export const deltaTexts = (reader: ByteReader, count: number): Values => {
  const shared = deltaInt32(reader, count);
  const own = deltaLengthTexts(reader, count);
  if (!('starts' in own)) throw corrupt('a page of texts has none');
  const starts = new Int32Array(count), ends = new Int32Array(count);
  let total = 0;
  for (let index = 0, before = 0; index < count; index += 1) {
    const prefix = shared[index] as number;
    if (prefix < 0 || prefix > before) throw corrupt('a text shares more than there is with the one before');
    before = prefix + (own.ends[index] as number) - (own.starts[index] as number);
    starts[index] = total;
    total += before;
    ends[index] = total;
    if (total > mostTextBytes) throw corrupt('the texts of a page are too long');
  }
  const bytes = new Uint8Array(total);
  for (let index = 0; index < count; index += 1) {
    const start = starts[index] as number, prefix = shared[index] as number;
    if (prefix > 0) bytes.copyWithin(start, starts[index - 1] as number, (starts[index - 1] as number) + prefix);
    bytes.set(own.bytes.subarray(own.starts[index], own.ends[index]), start + prefix);
  }
  return { width: 0, bytes, count, starts, ends };
};
