import { damaged } from '../unpacking-error.ts';

/** Bits that were written forwards and are read from their end (RFC 8878, 4.1). What is asked for before their start is zero. */
export class BackwardBits {
  /** Bits that are left; below zero: more were read than there are. */
  left: number;

  /** The array must go on for 4 bytes behind `end`, whatever they are. */
  constructor(private readonly bytes: Uint8Array, private readonly start: number, end: number) {
    const last = end > start ? bytes[end - 1] as number : 0;
    if (last === 0) throw damaged('zstd-bits');
    this.left = (end - start) * 8 - (Math.clz32(last) - 24) - 1;
  }

  read(count: number): number {
    if (count > 24) return this.read(count - 16) * 65_536 + this.read(16);
    this.left -= count;
    return this.at(this.left, count);
  }

  /** The next bits, without taking them; at most 24. */
  peek(count: number): number { return this.at(this.left - count, count); }

  skip(count: number): void { this.left -= count; }

  private at(place: number, count: number): number {
    if (place < 0) return count + place <= 0 ? 0 : this.at(0, count + place) << -place;
    const byte = this.start + (place >>> 3), { bytes } = this;
    const word = (bytes[byte] as number) | ((bytes[byte + 1] as number) << 8) | ((bytes[byte + 2] as number) << 16) | ((bytes[byte + 3] as number) << 24);
    return (word >>> (place & 7)) & ((1 << count) - 1);
  }
}
