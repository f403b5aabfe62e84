/** Lists of texts: their elements one after the other, and levels that tell which list they are in and what is none. */
import { listElements } from '../../types/list-shape.ts';
import type { OutputField, OutputRow } from '../format-writer.ts';
import { packLevels } from './pack-levels.ts';
import { TextBuilder } from './text-builder.ts';

/** A list is three levels deep (LogicalTypes.md, "Lists"): none, none of its elements, an element that is null, an element. */
const noList = 0, noElement = 1, nullElement = 2, element = 3;

export class TextListBuilder extends TextBuilder {
  private definitions: Uint8Array;
  /** Of each row, and behind the last. */
  private readonly rowStarts: Int32Array;
  private defines = 0;

  constructor(field: OutputField, capacity: number) {
    super(field, capacity, (text) => text);
    this.definitions = new Uint8Array(capacity * 2);
    this.rowStarts = new Int32Array(capacity + 1);
  }

  override addAll(rows: readonly OutputRow[], { column, from, to }: { readonly column: number; readonly from: number; readonly to: number }): void {
    for (let index = from; index < to; index += 1) {
      this.addList((rows[index] as OutputRow)[column] ?? null);
      this.count += 1;
      this.rowStarts[this.count] = this.defines;
    }
  }

  override clear(): void {
    super.clear();
    this.defines = 0;
  }

  override get bytes(): number { return super.bytes + this.defines; }
  override get levelCount(): number { return this.defines; }
  override levelsIn(from: number, to: number): number { return (this.rowStarts[to] as number) - (this.rowStarts[from] as number); }

  override presentIn(from: number, to: number): number {
    let present = 0;
    for (let at = this.rowStarts[from] as number, end = this.rowStarts[to] as number; at < end; at += 1) if (this.definitions[at] === element) present += 1;
    return present;
  }

  override levels(from: number, to: number): Uint8Array {
    const [start, end] = [this.rowStarts[from] as number, this.rowStarts[to] as number];
    const repetitions = new Uint8Array(end - start).fill(1);
    for (let row = from; row < to; row += 1) repetitions[(this.rowStarts[row] as number) - start] = 0;
    return Buffer.concat([packLevels(repetitions, { from: 0, to: end - start, width: 1 }), packLevels(this.definitions, { from: start, to: end, width: 2 })]);
  }

  private addList(text: string | null): void {
    if (text === null) { this.define(noList); return; }
    // A list of several dimensions, or whose places are not counted from 1.
    const elements = text.startsWith('{') ? listElements(text) : null;
    if (elements === null) throw this.unwritable();
    if (elements.length === 0) this.define(noElement);
    for (const one of elements) {
      this.define(one === null ? nullElement : element);
      if (one === null) continue;
      this.makeRoom();
      this.add(one);
      this.present += 1;
    }
  }

  private define(level: number): void {
    if (this.defines === this.definitions.length) {
      const grown = new Uint8Array(this.defines * 2);
      grown.set(this.definitions);
      this.definitions = grown;
    }
    this.definitions[this.defines] = level;
    this.defines += 1;
  }
}
