/**
 * What cells of a column became, for columns that say the same few things again and again (codes, countries, yes and no): a cell that was
 * seen before costs a hash of its bytes instead of all steps. Bounded; emptied when it is full; given up when the column does not repeat.
 */
import type { CopyBuffer } from '../types/copy-buffer.ts';

const slots = 4_096, mostKept = 2_048, longestKey = 48, longestResult = 256;
/** Looked at after so many cells: fewer hits than one in four, and remembering costs more than it saves. */
const trial = 4_096;

export const unknownCell = -1;

interface Range { readonly bytes: Uint8Array; readonly start: number; readonly end: number }

export class TransformMemory {
  private readonly results = new Uint8Array(64 * 1024);
  private readonly resultStart = new Int32Array(slots);
  private readonly resultEnd = new Int32Array(slots);
  /** As an encoder returns them. */
  private readonly findings = new Int32Array(slots);
  /** The slot that {@link find} looked at last. */
  private slot = 0;
  private readonly keyHash = new Int32Array(slots);
  private readonly keyLength = new Int8Array(slots).fill(-1);
  private readonly keys = new Uint8Array(slots * longestKey);
  private kept = 0;
  private used = 0;
  private looked = 0;
  private hits = 0;
  private givenUp = false;

  get isOn(): boolean { return !this.givenUp; }

  /** The slot of a cell that was seen before, or {@link unknownCell}. */
  find(bytes: Uint8Array, start: number, end: number): number {
    const length = end - start;
    if (length > longestKey) return unknownCell;
    if (this.looked === trial) this.judge();
    this.looked += 1;
    let hash = 0x811c_9dc5;
    for (let at = start; at < end; at += 1) hash = Math.imul(hash ^ (bytes[at] as number), 0x0100_0193);
    let slot = (hash ^ (hash >>> 15)) & (slots - 1);
    while (this.keyLength[slot] !== -1) {
      if (this.keyHash[slot] === hash && this.keyLength[slot] === length && this.isKey(slot, bytes, start)) { this.hits += 1; return slot; }
      slot = (slot + 1) & (slots - 1);
    }
    this.slot = slot;
    this.keyHash[slot] = hash;
    return unknownCell;
  }

  /** Keeps what became of the cell that {@link find} did not know, in the slot that it found free. */
  keep(cell: Range, finding: number, result: Range): void {
    const length = cell.end - cell.start, resultLength = result.end - result.start;
    if (length > longestKey || resultLength > longestResult) return;
    if (this.kept >= mostKept || this.used + resultLength > this.results.length) { this.forget(); return; }
    const { slot } = this;
    this.keyLength[slot] = length;
    for (let at = 0; at < length; at += 1) this.keys[slot * longestKey + at] = cell.bytes[cell.start + at] as number;
    this.findings[slot] = finding;
    this.resultStart[slot] = this.used;
    for (let at = 0; at < resultLength; at += 1) this.results[this.used + at] = result.bytes[result.start + at] as number;
    this.used += resultLength;
    this.resultEnd[slot] = this.used;
    this.kept += 1;
  }

  /** The finding of a slot; its COPY text goes to `out`. */
  append(slot: number, out: CopyBuffer): number {
    out.raw(this.results, this.resultStart[slot] as number, this.resultEnd[slot] as number);
    return this.findings[slot] as number;
  }

  private isKey(slot: number, bytes: Uint8Array, start: number): boolean {
    const length = this.keyLength[slot] as number, key = slot * longestKey;
    for (let at = 0; at < length; at += 1) if (this.keys[key + at] !== bytes[start + at]) return false;
    return true;
  }

  private forget(): void {
    this.keyLength.fill(-1);
    this.kept = this.used = 0;
  }

  private judge(): void {
    if (this.hits * 4 < this.looked) this.givenUp = true;
    this.looked = this.hits = 0;
  }
}
