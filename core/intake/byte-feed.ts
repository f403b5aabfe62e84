import { Breath } from './breath.ts';

/** Bytes of a stream in the portions that a format asks for; holds no more than the portion and the piece behind it. */
export class ByteFeed {
  private readonly pieces: AsyncIterator<Uint8Array>;
  private bytes: Uint8Array = new Uint8Array(0);
  private at = 0;
  private ended = false;
  private readonly breath = new Breath();

  constructor(source: AsyncIterable<Uint8Array>) {
    this.pieces = source[Symbol.asyncIterator]();
  }

  /** Whether `count` bytes are there, reading on until they are or the stream ends. */
  async has(count: number): Promise<boolean> {
    const breath = this.breath.taken();
    if (breath !== null) await breath;
    while (this.length < count && !this.ended) await this.readOn();
    return this.length >= count;
  }

  get length(): number { return this.bytes.length - this.at; }

  /** A view of what is held: good until the next call of `has`. */
  peek(count = this.length): Uint8Array { return this.bytes.subarray(this.at, this.at + count); }

  take(count: number): Uint8Array {
    const taken = this.peek(count);
    this.at += taken.length;
    return taken;
  }

  async close(): Promise<void> { await this.pieces.return?.(); }

  private async readOn(): Promise<void> {
    const next = await this.pieces.next();
    if (next.done === true) {
      this.ended = true;
      return;
    }
    const rest = this.peek();
    this.bytes = rest.length === 0 ? next.value : Buffer.concat([rest, next.value]);
    this.at = 0;
  }
}
