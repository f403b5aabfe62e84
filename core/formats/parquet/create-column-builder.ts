/** The builder of each type: numbers, booleans and bytes here, texts beside. */
import type { OutputField } from '../format-writer.ts';
import { ColumnBuilder } from './column-builder.ts';
import type { ColumnSpec } from './column-spec.ts';
import { epochMicros, parseDay } from './moment-text.ts';
import { TextBuilder } from './text-builder.ts';
import { TextListBuilder } from './text-list-builder.ts';

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

export const createColumnBuilder = (spec: ColumnSpec, field: OutputField, capacity: number): ColumnBuilder => {
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
    case 'text_list': return new TextListBuilder(field, capacity);
  }
};
