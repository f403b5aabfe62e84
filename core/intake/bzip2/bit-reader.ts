/** The bytes at hand end within the block. */
export class BitsMissing extends Error {}

/** Bits of a buffer, most significant first. */
export class BitReader {
  private held = 0;
  private count = 0;
  constructor(private readonly bytes: Uint8Array, private at = 0) {}

  /** At most 24. */
  read(count: number): number {
    while (this.count < count) {
      const byte = this.bytes[this.at++];
      if (byte === undefined) throw new BitsMissing();
      this.held = (this.held << 8) | byte;
      this.count += 8;
    }
    this.count -= count;
    return (this.held >>> this.count) & ((1 << count) - 1);
  }

  read32(): number { return ((this.read(16) << 16) | this.read(16)) >>> 0; }

  /** Bytes that were begun. */
  get used(): number { return this.at - (this.count >>> 3); }

  /** Bits of the last of them that were read; 0: all. */
  get bit(): number { return (8 - (this.count & 7)) & 7; }
}
