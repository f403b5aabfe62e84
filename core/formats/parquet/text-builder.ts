/** Texts, with a dictionary as long as there are few of them. */
import type { OutputField } from '../format-writer.ts';
import { portableText } from '../portable-text.ts';
import { ColumnBuilder } from './column-builder.ts';

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

  constructor(field: OutputField, capacity: number, text = portableText(field.field)) {
    super(field, capacity);
    this.starts = new Int32Array(capacity + 1);
    this.indices = new Int32Array(capacity);
    this.text = text;
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

  /** Of lists there may be more texts than rows. */
  protected makeRoom(): void {
    if (this.present < this.indices.length) return;
    const [indices, starts] = [new Int32Array(this.indices.length * 2), new Int32Array(this.indices.length * 2 + 1)];
    indices.set(this.indices);
    starts.set(this.starts);
    [this.indices, this.starts] = [indices, starts];
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
