/** XXH64 (https://github.com/Cyan4973/xxHash/blob/dev/doc/xxhash_spec.md), in halves of 32 bits: BigInt is ten times slower. */

/** The high half of the last result; the low half is returned. */
let high = 0;

const mul = (ah: number, al: number, bh: number, bl: number): number => {
  const a0 = al & 0xffff, a1 = al >>> 16, b0 = bl & 0xffff, b1 = bl >>> 16;
  const low = a0 * b0, cross = a1 * b0 + (low >>> 16), other = a0 * b1 + (cross & 0xffff);
  const carry = a1 * b1 + Math.floor(cross / 65_536) + Math.floor(other / 65_536);
  high = (carry + Math.imul(ah, bl) + Math.imul(al, bh)) >>> 0;
  return (((other & 0xffff) << 16) | (low & 0xffff)) >>> 0;
};
const add = (ah: number, al: number, bh: number, bl: number): number => {
  const low = al + bl;
  high = (ah + bh + (low > 0xffff_ffff ? 1 : 0)) >>> 0;
  return low >>> 0;
};
/** By 1 to 31 bits. */
const rotate = (ah: number, al: number, count: number): number => {
  high = ((ah << count) | (al >>> (32 - count))) >>> 0;
  return ((al << count) | (ah >>> (32 - count))) >>> 0;
};

type Pair = readonly [number, number];
const prime1: Pair = [0x9e3779b1, 0x85ebca87], prime2: Pair = [0xc2b2ae3d, 0x27d4eb4f], prime3: Pair = [0x165667b1, 0x9e3779f9];
const prime4: Pair = [0x85ebca77, 0xc2b2ae63], prime5: Pair = [0x27d4eb2f, 0x165667c5];

const round = (ah: number, al: number, wordHigh: number, wordLow: number): number => {
  let low = mul(wordHigh, wordLow, prime2[0], prime2[1]);
  low = add(ah, al, high, low);
  low = rotate(high, low, 31);
  return mul(high, low, prime1[0], prime1[1]);
};

const stripeBytes = 32;

export class XxHash64 {
  /** High and low half of each of the four lanes. */
  private readonly lanes = new Uint32Array(8);
  private readonly rest = Buffer.alloc(stripeBytes);
  private held = 0;
  private total = 0;

  constructor() {
    const first = add(prime1[0], prime1[1], prime2[0], prime2[1]);
    this.lanes.set([high, first, prime2[0], prime2[1], 0, 0]);
    this.lanes.set([~prime1[0] >>> 0, (~prime1[1] + 1) >>> 0], 6);
  }

  update(bytes: Uint8Array): void {
    this.total += bytes.length;
    let at = 0;
    if (this.held > 0) {
      at = Math.min(stripeBytes - this.held, bytes.length);
      this.rest.set(bytes.subarray(0, at), this.held);
      this.held += at;
      if (this.held < stripeBytes) return;
      this.stripe(new DataView(this.rest.buffer, this.rest.byteOffset, stripeBytes), 0);
    }
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    for (; at + stripeBytes <= bytes.length; at += stripeBytes) this.stripe(view, at);
    this.held = bytes.length - at;
    this.rest.set(bytes.subarray(at));
  }

  /** The low 32 bits, which is what zstd keeps. */
  digest32(): number {
    let low = this.total >= stripeBytes ? this.mergeLanes() : add(prime5[0], prime5[1], 0, 0);
    low = add(high, low, Math.floor(this.total / 2 ** 32), this.total >>> 0);
    return this.finish(this.addRest(high, low));
  }

  private stripe(view: DataView, at: number): void {
    const { lanes } = this;
    for (let lane = 0; lane < 4; lane++) {
      const low = round(lanes[lane * 2] as number, lanes[lane * 2 + 1] as number, view.getUint32(at + lane * 8 + 4, true), view.getUint32(at + lane * 8, true));
      lanes[lane * 2] = high;
      lanes[lane * 2 + 1] = low;
    }
  }

  private mergeLanes(): number {
    const { lanes } = this;
    let [sumHigh, sum] = [0, 0];
    for (const [lane, count] of [1, 7, 12, 18].entries()) {
      const low = rotate(lanes[lane * 2] as number, lanes[lane * 2 + 1] as number, count);
      sum = add(sumHigh, sum, high, low);
      sumHigh = high;
    }
    for (let lane = 0; lane < 4; lane++) {
      const low = round(0, 0, lanes[lane * 2] as number, lanes[lane * 2 + 1] as number);
      sum = mul((sumHigh ^ high) >>> 0, (sum ^ low) >>> 0, prime1[0], prime1[1]);
      sum = add(high, sum, prime4[0], prime4[1]);
      sumHigh = high;
    }
    return sum;
  }

  private addRest(sumHigh: number, sumLow: number): number {
    let [hashHigh, hash, at] = [sumHigh, sumLow, 0];
    for (; at + 8 <= this.held; at += 8) {
      const low = round(0, 0, this.rest.readUInt32LE(at + 4), this.rest.readUInt32LE(at));
      hash = rotate((hashHigh ^ high) >>> 0, (hash ^ low) >>> 0, 27);
      hash = mul(high, hash, prime1[0], prime1[1]);
      hash = add(high, hash, prime4[0], prime4[1]);
      hashHigh = high;
    }
    if (at + 4 <= this.held) {
      const low = mul(0, this.rest.readUInt32LE(at), prime1[0], prime1[1]);
      hash = rotate((hashHigh ^ high) >>> 0, (hash ^ low) >>> 0, 23);
      hash = mul(high, hash, prime2[0], prime2[1]);
      hash = add(high, hash, prime3[0], prime3[1]);
      hashHigh = high;
      at += 4;
    }
    for (; at < this.held; at++) {
      const low = mul(0, this.rest[at] as number, prime5[0], prime5[1]);
      hash = rotate((hashHigh ^ high) >>> 0, (hash ^ low) >>> 0, 11);
      hash = mul(high, hash, prime1[0], prime1[1]);
      hashHigh = high;
    }
    high = hashHigh;
    return hash;
  }

  private finish(sum: number): number {
    let [hashHigh, hash] = [high, sum];
    // x ^= x >>> 33; x *= prime2; x ^= x >>> 29; x *= prime3; x ^= x >>> 32
    hash = mul(hashHigh, (hash ^ (hashHigh >>> 1)) >>> 0, prime2[0], prime2[1]);
    hashHigh = high;
    const shifted = ((hash >>> 29) | (hashHigh << 3)) >>> 0;
    hash = mul((hashHigh ^ (hashHigh >>> 29)) >>> 0, (hash ^ shifted) >>> 0, prime3[0], prime3[1]);
    return (hash ^ high) >>> 0;
  }
}
