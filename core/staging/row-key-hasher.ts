/**
 * 64-bit hashes of rows' keys, from the bytes of their COPY form: two 32-bit FNV-1a (Fowler, Noll, Vo) with different seeds and a final mix.
 * They only ever rule repeated keys out; where two are alike, the database looks at the keys themselves.
 */
const prime = 0x0100_0193, otherPrime = 0x85eb_ca6b;
const seed = 0x811c_9dc5, otherSeed = 0x9747_b28c;

export class RowKeyHasher {
  private words = new Uint32Array(2 * 65_536);
  private count = 0;
  private low = seed;
  private high = otherSeed;

  clear(): void {
    this.count = 0;
    this.drop();
  }

  /** Adds one cell of the row's key; its end counts, so that ("a", "bc") and ("ab", "c") differ. */
  add(bytes: Uint8Array, start: number, end: number): void {
    let { low, high } = this;
    for (let at = start; at < end; at += 1) {
      const byte = bytes[at] as number;
      low = Math.imul(low ^ byte, prime);
      high = Math.imul(high ^ byte, otherPrime);
    }
    this.low = Math.imul(low ^ 0x109, prime);
    this.high = Math.imul(high ^ 0x109, otherPrime) ^ (this.low >>> 15);
  }

  /** The row's key is whole. */
  keep(): void {
    if (this.count * 2 === this.words.length) this.grow();
    this.words[this.count * 2] = mix(this.low);
    this.words[this.count * 2 + 1] = mix(this.high ^ this.low);
    this.count += 1;
    this.drop();
  }

  /** The row is not staged. */
  drop(): void {
    this.low = seed;
    this.high = otherSeed;
  }

  hashes(): Buffer {
    return Buffer.from(this.words.buffer, 0, this.count * 8);
  }

  private grow(): void {
    const larger = new Uint32Array(this.words.length * 2);
    larger.set(this.words);
    this.words = larger;
  }
}

/** Finaliser of MurmurHash3: every bit of the input reaches every bit of the result. */
const mix = (value: number): number => {
  let mixed = value ^ (value >>> 16);
  mixed = Math.imul(mixed, 0x85eb_ca6b);
  mixed ^= mixed >>> 13;
  mixed = Math.imul(mixed, 0xc2b2_ae35);
  return (mixed ^ (mixed >>> 16)) >>> 0;
};
