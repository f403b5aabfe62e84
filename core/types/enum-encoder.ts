/**
 * One of a set of values: the cell as it stands first, then without outer blanks. Upper and lower case differ, as in PostgreSQL: `Open`
 * for `open` is a value map's business. The look-up hashes the bytes, so no string is made a cell.
 */
import type { FieldDefinition } from '../../contracts/dataset-definition.ts';
import { issueNumber } from '../../contracts/issue-codes.ts';
import { trimmedEnd, trimmedStart } from './cell-edges.ts';
import { CopyBuffer } from './copy-buffer.ts';
import { appendEscaped } from './copy-escape.ts';
import { blankCell, type CellEncoder } from './encoder.ts';

const enumUnknown = issueNumber('ENUM_UNKNOWN');

/** FNV-1a, 32 bits. */
const hashOf = (bytes: Uint8Array, start: number, end: number): number => {
  let hash = 0x811c9dc5;
  for (let i = start; i < end; i++) hash = Math.imul(hash ^ (bytes[i] as number), 0x01000193);
  return hash >>> 0;
};

interface EnumValue {
  readonly bytes: Uint8Array;
  readonly escaped: Uint8Array;
}

const valueOf = (text: string): EnumValue => {
  const bytes = Buffer.from(text, 'utf8');
  const out = new CopyBuffer(bytes.length * 2);
  appendEscaped(bytes, 0, bytes.length, out);
  return { bytes, escaped: out.view() };
};

export class EnumEncoder implements CellEncoder {
  readonly evidence = null;
  private readonly values: readonly EnumValue[];
  /** Open addressing: position in `values` + 1, or 0. */
  private readonly slots: Int32Array;
  private readonly mask: number;

  constructor(field: FieldDefinition) {
    this.values = (field.values ?? []).map(valueOf);
    const size = 2 ** Math.ceil(Math.log2(this.values.length * 2 + 2));
    this.slots = new Int32Array(size);
    this.mask = size - 1;
    this.values.forEach((value, index) => this.place(value.bytes, index));
  }

  encode(bytes: Uint8Array, cellStart: number, cellEnd: number, out: CopyBuffer): number {
    let value = this.find(bytes, cellStart, cellEnd);
    if (value === null) {
      const start = trimmedStart(bytes, cellStart, cellEnd);
      const end = trimmedEnd(bytes, start, cellEnd);
      if (start === end) return blankCell;
      value = this.find(bytes, start, end);
    }
    if (value === null) return enumUnknown;
    out.raw(value.escaped, 0, value.escaped.length);
    return 0;
  }

  private place(bytes: Uint8Array, index: number): void {
    let slot = hashOf(bytes, 0, bytes.length) & this.mask;
    while (this.slots[slot] !== 0) slot = (slot + 1) & this.mask;
    this.slots[slot] = index + 1;
  }

  private find(bytes: Uint8Array, start: number, end: number): EnumValue | null {
    let slot = hashOf(bytes, start, end) & this.mask;
    for (;;) {
      const value = this.values[(this.slots[slot] as number) - 1];
      if (value === undefined) return null;
      if (isSame(value.bytes, bytes, start, end)) return value;
      slot = (slot + 1) & this.mask;
    }
  }
}

const isSame = (value: Uint8Array, bytes: Uint8Array, start: number, end: number): boolean => {
  if (value.length !== end - start) return false;
  for (let i = 0; i < value.length; i++) if (value[i] !== bytes[start + i]) return false;
  return true;
};
