/** Memory into which the texts of a chunk's cells are written, one behind the other. */
import { tooMuch } from './corrupt.ts';

/** A chunk is planned to a few MB. A few long texts that are repeated very often may surprise the plan, up to here. */
const mostBytes = 192 * 1024 * 1024;

export class TextArena {
  bytes: Buffer;
  length = 0;

  /** @param spare memory that may be written over, null where there is none */
  constructor(initialBytes: number, spare: Buffer | null = null) {
    const bytes = Math.max(1024, Math.min(initialBytes, mostBytes));
    this.bytes = spare !== null && spare.length >= bytes ? spare : Buffer.allocUnsafeSlow(bytes);
  }

  ensure(more: number): void {
    const needed = this.length + more;
    if (needed <= this.bytes.length) return;
    if (needed > mostBytes) throw tooMuch('The rows of one chunk are larger than 192 MiB');
    const grown = Buffer.allocUnsafeSlow(Math.min(mostBytes, Math.max(needed, this.bytes.length * 2)));
    this.bytes.copy(grown, 0, 0, this.length);
    this.bytes = grown;
  }

  ascii(text: string): void {
    this.ensure(text.length);
    const { bytes } = this;
    let at = this.length;
    for (let index = 0; index < text.length; index += 1) bytes[at++] = text.charCodeAt(index);
    this.length = at;
  }

  byte(byte: number): void {
    this.ensure(1);
    this.bytes[this.length++] = byte;
  }

  /** A safe integer, 0 or more, with at least so many digits. */
  digits(value: number, least = 1): void {
    this.ensure(24);
    const { bytes } = this;
    let count = least;
    for (let power = 10 ** least; power <= value; power *= 10) count += 1;
    this.length += count;
    let rest = value;
    for (let at = this.length - 1; count > 0; at -= 1, count -= 1) {
      const next = rest < 0x7fffffff ? (rest / 10) | 0 : Math.floor(rest / 10);
      bytes[at] = 0x30 + rest - next * 10;
      rest = next;
    }
  }
}
