/** Values of one column of a row group, gathered from PostgreSQL's texts; typed at once, so that a row costs no object. */
import { WaybillError } from '../../../contracts/errors.ts';
import type { OutputField, OutputRow } from '../format-writer.ts';
import { portableText } from '../portable-text.ts';
import type { ColumnSpec } from './column-spec.ts';
import { epochMicros, parseDay } from './moment-text.ts';

/** What is written of a column: `count` rows, `present` values. */
export abstract class ColumnBuilder {
  count = 0;
  present = 0;
  /** 1: the row has a value. */
  defined: Uint8Array;
  abstract readonly distinct: number | null;

  constructor(protected readonly field: OutputField, protected capacity: number) { this.defined = new Uint8Array(capacity); }

  /** Cells `from` to `to` of a batch. */
  addAll(rows: readonly OutputRow[], { column, from, to }: { readonly column: number; readonly from: number; readonly to: number }): void {
    for (let index = from; index < to; index += 1) {
      const text = (rows[index] as OutputRow)[column] ?? null;
      if (text === null) this.defined[this.count] = 0;
      else {
        this.defined[this.count] = 1;
        this.add(text);
        this.present += 1;
      }
      this.count += 1;
    }
  }

  /** Bytes that are held. */
  abstract get bytes(): number;
  /** The smallest and the largest value in the form of the plain encoding; null: there is none, or none that can be said. */
  abstract bounds(): { readonly least: Uint8Array; readonly most: Uint8Array } | null;
  /** Values `from` to `to` in the plain encoding. */
  abstract plain(from: number, to: number): Uint8Array;
  /** Bytes that they have. */
  abstract plainBytes(from: number, to: number): number;
  clear(): void { this.count = this.present = 0; }

  protected abstract add(text: string): void;

  protected unwritable(): WaybillError {
    const { field: { name } } = this.field;
    return new WaybillError('EXPORT_UNWRITABLE', `The type of ${name} in Parquet cannot hold one of its values; export it in another format, or without it.`, { field: name });
  }
}

const safeBits = 0x100000000;

/** Numbers of a fixed width in little-endian order. */
class FixedBuilder extends ColumnBuilder {
  readonly distinct = null;
  private readonly memory: Uint8Array;
  private readonly view: DataView;
  private readonly words: Int32Array;
  private readonly kind: 'int32' | 'int64' | 'float' | 'double';
  private readonly width: number;

  constructor(field: OutputField, capacity: number, { kind, read }: { readonly kind: 'int32' | 'int64' | 'float' | 'double'; readonly read: (text: string) => number | bigint | null }) {
    super(field, capacity);
    this.kind = kind;
    this.width = kind === 'int32' || kind === 'float' ? 4 : 8;
    this.memory = new Uint8Array(capacity * this.width);
    this.view = new DataView(this.memory.buffer);
    this.words = new Int32Array(this.memory.buffer);
    this.read = read;
  }

  private readonly read: (text: string) => number | bigint | null;

  get bytes(): number { return this.present * this.width; }
  plain(from: number, to: number): Uint8Array { return this.memory.subarray(from * this.width, to * this.width); }
  plainBytes(from: number, to: number): number { return (to - from) * this.width; }

  protected add(text: string): void {
    const value = this.read(text);
    if (value === null) throw this.unwritable();
    const at = this.present;
    if (typeof value === 'bigint') {
      if (BigInt.asIntN(64, value) !== value) throw this.unwritable();
      this.view.setBigInt64(at * 8, value, true);
    } else switch (this.kind) {
      case 'int32': this.words[at] = value; if (this.words[at] !== value) throw this.unwritable(); break;
      case 'int64': { const high = Math.floor(value / safeBits); this.words[at * 2] = value - high * safeBits; this.words[at * 2 + 1] = high; break; }
      case 'float': this.view.setFloat32(at * 4, value, true); break;
      case 'double': this.view.setFloat64(at * 8, value, true); break;
    }
  }

  /** NaN has no place in an order; of zeros both are within (parquet.thrift, `ColumnOrder`). */
  bounds(): { readonly least: Uint8Array; readonly most: Uint8Array } | null {
    let least = -1, most = -1;
    for (let index = 0; index < this.present; index += 1) {
      if (!this.isOrdered(index)) return null;
      if (least < 0) { least = most = index; continue; }
      if (this.isLess(index, least)) least = index; else if (this.isLess(most, index)) most = index;
    }
    if (least < 0) return null;
    const found = { least: this.memory.slice(least * this.width, (least + 1) * this.width), most: this.memory.slice(most * this.width, (most + 1) * this.width) };
    if (this.kind === 'float' || this.kind === 'double') {
      if (this.floatAt(least) === 0) found.least[this.width - 1] = 0x80;
      if (this.floatAt(most) === 0) found.most[this.width - 1] = 0;
    }
    return found;
  }

  private floatAt(index: number): number { return this.kind === 'float' ? this.view.getFloat32(index * 4, true) : this.view.getFloat64(index * 8, true); }
  private isOrdered(index: number): boolean { return this.kind === 'int32' || this.kind === 'int64' || !Number.isNaN(this.floatAt(index)); }

  private isLess(one: number, other: number): boolean {
    const { words } = this;
    switch (this.kind) {
      case 'int32': return (words[one] as number) < (words[other] as number);
      case 'int64': {
        const high = words[one * 2 + 1] as number, otherHigh = words[other * 2 + 1] as number;
        return high === otherHigh ? (words[one * 2] as number) >>> 0 < (words[other * 2] as number) >>> 0 : high < otherHigh;
      }
      case 'float': case 'double': return this.floatAt(one) < this.floatAt(other);
    }
  }
}

class BooleanBuilder extends ColumnBuilder {
  readonly distinct = null;
  private readonly values: Uint8Array;
  private trues = 0;

  constructor(field: OutputField, capacity: number) {
    super(field, capacity);
    this.values = new Uint8Array(capacity);
  }

  get bytes(): number { return this.present; }
  override clear(): void { super.clear(); this.trues = 0; }

  protected add(text: string): void {
    const isTrue = text === 't' || text === 'true';
    if (!isTrue && text !== 'f' && text !== 'false') throw this.unwritable();
    this.values[this.present] = isTrue ? 1 : 0;
    if (isTrue) this.trues += 1;
  }

  bounds(): { readonly least: Uint8Array; readonly most: Uint8Array } | null {
    return this.present === 0 ? null : { least: Uint8Array.of(this.trues === this.present ? 1 : 0), most: Uint8Array.of(this.trues > 0 ? 1 : 0) };
  }

  plain(from: number, to: number): Uint8Array {
    const packed = new Uint8Array(this.plainBytes(from, to));
    for (let index = from; index < to; index += 1) if (this.values[index] === 1) packed[(index - from) >> 3] = (packed[(index - from) >> 3] as number) | 1 << (index - from & 7);
    return packed;
  }
  plainBytes(from: number, to: number): number { return Math.ceil((to - from) / 8); }
}

/** Bytes of a fixed length, most significant first: their order is that of unsigned bytes, or of signed numbers. */
class BytesBuilder extends ColumnBuilder {
  readonly distinct = null;
  private readonly memory: Buffer;
  private readonly way: { readonly width: number; readonly signed: boolean; readonly write: (text: string, memory: Buffer, at: number) => boolean };

  constructor(field: OutputField, capacity: number, way: { readonly width: number; readonly signed: boolean; readonly write: (text: string, memory: Buffer, at: number) => boolean }) {
    super(field, capacity);
    this.way = way;
    this.memory = Buffer.alloc(capacity * way.width);
  }

  get bytes(): number { return this.present * this.way.width; }
  plain(from: number, to: number): Uint8Array { return this.memory.subarray(from * this.way.width, to * this.way.width); }
  plainBytes(from: number, to: number): number { return (to - from) * this.way.width; }
  protected add(text: string): void { if (!this.way.write(text, this.memory, this.present * this.way.width)) throw this.unwritable(); }

  bounds(): { readonly least: Uint8Array; readonly most: Uint8Array } | null {
    if (this.present === 0) return null;
    let [least, most] = [0, 0];
    for (let index = 1; index < this.present; index += 1) if (this.compare(index, least) < 0) least = index; else if (this.compare(index, most) > 0) most = index;
    return { least: Uint8Array.from(this.plain(least, least + 1)), most: Uint8Array.from(this.plain(most, most + 1)) };
  }

  private compare(one: number, other: number): number {
    const { memory, way: { width, signed } } = this;
    let [at, otherAt] = [one * width, other * width];
    if (signed && memory[at] !== memory[otherAt]) return ((memory[at] as number) << 24) - ((memory[otherAt] as number) << 24);
    for (let rest = width; rest > 0; rest -= 1, at += 1, otherAt += 1) if (memory[at] !== memory[otherAt]) return (memory[at] as number) - (memory[otherAt] as number);
    return 0;
  }
}

/** So many different texts a dictionary may have; with more than half of the first ones different there is no gain in one. */
const mostDistinct = 32_768;
const judgedAfter = 4_096;
/** A longer bound is left out: it would stand in every footer. */
const mostBoundBytes = 512;

export class TextBuilder extends ColumnBuilder {
  private memory = Buffer.allocUnsafeSlow(1024 * 1024);
  private used = 0;
  /** Of the different texts, or of all. */
  private starts: Int32Array;
  private entries = 0;
  private indices: Int32Array;
  private known: Map<string, number> | null = new Map();
  private readonly text: (text: string) => string;

  constructor(field: OutputField, capacity: number) {
    super(field, capacity);
    this.starts = new Int32Array(capacity + 1);
    this.indices = new Int32Array(capacity);
    this.text = portableText(field.field);
  }

  get bytes(): number { return this.used + this.present * 4; }
  /** Entries of the dictionary; null: there is none. */
  get distinct(): number | null { return this.known === null || this.present === 0 ? null : this.entries; }
  get dictionaryBytes(): number { return this.used; }

  override clear(): void {
    super.clear();
    this.used = this.entries = 0;
    this.known = new Map();
    // A row group of long texts does not have to be paid for ever after.
    if (this.memory.length > 16 * 1024 * 1024) this.memory = Buffer.allocUnsafeSlow(1024 * 1024);
  }

  protected add(value: string): void {
    const { known } = this;
    if (known === null) { this.indices[this.present] = this.append(value); return; }
    let index = known.get(value);
    if (index === undefined) {
      index = this.append(value);
      known.set(value, index);
      if (this.entries > mostDistinct || (this.present >= judgedAfter && this.entries * 2 > this.present)) this.known = null;
    }
    this.indices[this.present] = index;
  }

  private append(value: string): number {
    const text = this.text(value);
    if (this.used + text.length * 3 > this.memory.length) this.grow(text.length * 3);
    this.used += text.length < 40 ? this.writeShort(text) : this.memory.write(text, this.used, 'utf8');
    this.entries += 1;
    this.starts[this.entries] = this.used;
    return this.entries - 1;
  }

  /** Letter by letter: a call out of JavaScript costs more than a short text. */
  private writeShort(text: string): number {
    const { memory, used } = this;
    for (let index = 0; index < text.length; index += 1) {
      const code = text.charCodeAt(index);
      if (code > 0x7f) return memory.write(text, used, 'utf8');
      memory[used + index] = code;
    }
    return text.length;
  }

  private grow(more: number): void {
    const grown = Buffer.allocUnsafeSlow(Math.max(this.used + more, this.memory.length * 2));
    this.memory.copy(grown, 0, 0, this.used);
    this.memory = grown;
  }

  bounds(): { readonly least: Uint8Array; readonly most: Uint8Array } | null {
    if (this.entries === 0) return null;
    let [least, most] = [0, 0];
    for (let entry = 1; entry < this.entries; entry += 1) if (this.compare(entry, least) < 0) least = entry; else if (this.compare(entry, most) > 0) most = entry;
    const of = (entry: number): Uint8Array => Uint8Array.from(this.memory.subarray(this.starts[entry] as number, this.starts[entry + 1] as number));
    const found = { least: of(least), most: of(most) };
    return found.least.length > mostBoundBytes || found.most.length > mostBoundBytes ? null : found;
  }

  private compare(one: number, other: number): number {
    const { memory, starts } = this;
    let at = starts[one] as number, otherAt = starts[other] as number;
    const end = starts[one + 1] as number, otherEnd = starts[other + 1] as number;
    for (; at < end && otherAt < otherEnd; at += 1, otherAt += 1) if (memory[at] !== memory[otherAt]) return (memory[at] as number) - (memory[otherAt] as number);
    return (end - at) - (otherEnd - otherAt);
  }

  plain(from: number, to: number): Uint8Array { return this.texts(to - from, (index) => this.indices[from + index] as number); }
  dictionary(): Uint8Array { return this.texts(this.entries, (index) => index); }

  private texts(count: number, entryAt: (index: number) => number): Uint8Array {
    const { starts, memory } = this;
    let bytes = count * 4;
    for (let index = 0; index < count; index += 1) { const entry = entryAt(index); bytes += (starts[entry + 1] as number) - (starts[entry] as number); }
    const out = Buffer.allocUnsafe(bytes);
    let to = 0;
    for (let index = 0; index < count; index += 1) {
      const entry = entryAt(index), start = starts[entry] as number, end = starts[entry + 1] as number, length = end - start;
      out[to++] = length & 0xff; out[to++] = length >> 8 & 0xff; out[to++] = length >> 16 & 0xff; out[to++] = length >>> 24;
      if (length > 48) to += memory.copy(out, to, start, end); else for (let at = start; at < end; at += 1) out[to++] = memory[at] as number;
    }
    return out;
  }

  plainBytes(from: number, to: number): number {
    let bytes = (to - from) * 4;
    for (let index = from; index < to; index += 1) { const entry = this.indices[index] as number; bytes += (this.starts[entry + 1] as number) - (this.starts[entry] as number); }
    return bytes;
  }

  /** Places in the dictionary of values `from` to `to`, packed: the width, then groups of eight. */
  packed(from: number, to: number): Uint8Array {
    const width = Math.max(1, 32 - Math.clz32(this.entries - 1));
    const groups = Math.ceil((to - from) / 8);
    const out = Buffer.alloc(6 + groups * width);
    let at = 0;
    out[at++] = width;
    for (let head = groups * 2 + 1; ; head >>>= 7) { if (head < 128) { out[at++] = head; break; } out[at++] = head & 127 | 128; }
    let held = 0, bits = 0;
    const end = at + groups * width;
    for (let index = from; index < to; index += 1) {
      held |= (this.indices[index] as number) << bits;
      bits += width;
      while (bits >= 8) { out[at++] = held & 0xff; held >>>= 8; bits -= 8; }
    }
    if (bits > 0) out[at] = held & 0xff;
    return out.subarray(0, end);
  }
}

const wholeNumber = (text: string): number | bigint | null => {
  if (text.length <= 15) { const value = Number(text); return Number.isSafeInteger(value) ? value : null; }
  return /^-?\d{15,20}$/.test(text) ? BigInt(text) : null;
};
/** The digits without the point, when there are as many behind it as the type has. */
const unscaled = (scale: number) => (text: string): number | bigint | null => {
  if (scale === 0) return wholeNumber(text);
  const at = text.length - scale - 1;
  return text.charCodeAt(at) === 0x2e ? wholeNumber(text.slice(0, at) + text.slice(at + 1)) : null;
};
const bigUnscaled = (width: number, scale: number) => (text: string, memory: Buffer, at: number): boolean => {
  const place = text.length - scale - 1;
  const digits = scale === 0 ? text : text.charCodeAt(place) === 0x2e ? text.slice(0, place) + text.slice(place + 1) : '';
  if (!/^-?\d+$/.test(digits)) return false;
  let value = BigInt.asUintN(width * 8, BigInt(digits));
  for (let index = width; index > 0;) {
    // Six bytes at a time are safe integers.
    const taken = Math.min(6, index);
    memory.writeUIntBE(Number(value & (1n << BigInt(taken * 8)) - 1n), at + index - taken, taken);
    value >>= BigInt(taken * 8);
    index -= taken;
  }
  return true;
};
const writeUuid = (text: string, memory: Buffer, at: number): boolean => memory.write(text.replaceAll('-', ''), at, 'hex') === 16;
const floating = (text: string): number | null => {
  const value = Number(text);
  return Number.isNaN(value) && text !== 'NaN' ? null : value;
};

export const columnBuilder = (spec: ColumnSpec, field: OutputField, capacity: number): ColumnBuilder => {
  switch (spec.is) {
    case 'boolean': return new BooleanBuilder(field, capacity);
    case 'int16': case 'int32': return new FixedBuilder(field, capacity, { kind: 'int32', read: wholeNumber });
    case 'int64': return new FixedBuilder(field, capacity, { kind: 'int64', read: wholeNumber });
    case 'float': return new FixedBuilder(field, capacity, { kind: 'float', read: floating });
    case 'double': return new FixedBuilder(field, capacity, { kind: 'double', read: floating });
    case 'date': return new FixedBuilder(field, capacity, { kind: 'int32', read: parseDay });
    case 'timestamp': return new FixedBuilder(field, capacity, { kind: 'int64', read: epochMicros(spec.utc) });
    case 'uuid': return new BytesBuilder(field, capacity, { width: 16, signed: false, write: writeUuid });
    case 'decimal': return spec.width <= 8
      ? new FixedBuilder(field, capacity, { kind: spec.width === 4 ? 'int32' : 'int64', read: unscaled(spec.scale) })
      : new BytesBuilder(field, capacity, { width: spec.width, signed: true, write: bigUnscaled(spec.width, spec.scale) });
    case 'json': case 'text': return new TextBuilder(field, capacity);
  }
};
