/** A set of texts in COPY form that is asked with the bytes of a cell, so that no string is made a row. */
import { CopyBuffer } from '../types/copy-buffer.ts';
import { appendEscaped } from '../types/copy-escape.ts';

/** FNV-1a, 32 bits. */
const hashOf = (bytes: Uint8Array, start: number, end: number): number => {
  let hash = 0x811c9dc5;
  for (let at = start; at < end; at += 1) hash = Math.imul(hash ^ (bytes[at] as number), 0x01000193);
  return hash >>> 0;
};

const copied = (text: string): Buffer => {
  const bytes = Buffer.from(text, 'utf8'), out = new CopyBuffer(bytes.length * 2);
  appendEscaped(bytes, 0, bytes.length, out);
  return Buffer.from(out.view());
};

export class ByteSet {
  private readonly texts: readonly Buffer[];
  /** Open addressing: position in `texts` + 1, or 0. */
  private readonly slots: Int32Array;
  private readonly mask: number;

  constructor(texts: readonly string[]) {
    this.texts = texts.map(copied);
    this.slots = new Int32Array(2 ** Math.ceil(Math.log2(texts.length * 2 + 2)));
    this.mask = this.slots.length - 1;
    this.texts.forEach((bytes, index) => {
      let slot = hashOf(bytes, 0, bytes.length) & this.mask;
      while (this.slots[slot] !== 0) slot = (slot + 1) & this.mask;
      this.slots[slot] = index + 1;
    });
  }

  has(bytes: Uint8Array, start: number, end: number): boolean {
    for (let slot = hashOf(bytes, start, end) & this.mask; ; slot = (slot + 1) & this.mask) {
      const text = this.texts[(this.slots[slot] as number) - 1];
      if (text === undefined) return false;
      if (isSame(text, bytes, start, end)) return true;
    }
  }
}

const isSame = (text: Uint8Array, bytes: Uint8Array, start: number, end: number): boolean => {
  if (text.length !== end - start) return false;
  for (let at = 0; at < text.length; at += 1) if (text[at] !== bytes[start + at]) return false;
  return true;
};
