import type { SourceStore, StoredSize } from './source-store.ts';

/** Where a source is looked at that is not to be kept. */
export interface LookStore extends SourceStore {
  readInto(key: string, start: number, target: Uint8Array): Promise<number>;
}

const pieceBytes = 64 * 1024;
/** Heads are smaller; what must be unpacked whole, because its index stands at its end, may not be. */
const mostKeptBytes = 16 * 1024 * 1024;

/** A storage in which one key is kept in memory while it is small: for the head of a file, which nobody needs on the disk. */
export class MemorySpool implements LookStore {
  private kept: Buffer | null = null;
  private isStored = false;

  constructor(private readonly store: LookStore, private readonly spool: string) {}

  stat(key: string): Promise<StoredSize | null> {
    if (!this.isKept(key)) return this.store.stat(key);
    return Promise.resolve(this.kept === null ? null : { bytes: this.kept.length });
  }

  read(key: string, start?: number, endExclusive?: number): AsyncIterable<Uint8Array> {
    return this.isKept(key) ? this.pieces(start, endExclusive) : this.store.read(key, start, endExclusive);
  }

  readRange(key: string, start: number, endExclusive: number): Promise<Buffer> {
    return this.isKept(key) ? Promise.resolve(this.range(start, endExclusive)) : this.store.readRange(key, start, endExclusive);
  }

  readInto(key: string, start: number, target: Uint8Array): Promise<number> {
    return this.isKept(key) ? Promise.resolve(this.range(start, start + target.length).copy(target)) : this.store.readInto(key, start, target);
  }

  async write(key: string, source: AsyncIterable<Uint8Array>): Promise<StoredSize> {
    if (key !== this.spool) return this.store.write(key, source);
    const pieces: Uint8Array[] = [];
    let bytes = 0;
    const rest = source[Symbol.asyncIterator]();
    for (let next = await rest.next(); next.done !== true; next = await rest.next()) {
      pieces.push(next.value);
      bytes += next.value.length;
      if (bytes > mostKeptBytes) return this.moveToStore(pieces, rest);
    }
    this.kept = Buffer.concat(pieces);
    if (this.isStored) await this.store.remove(key);
    this.isStored = false;
    return { bytes };
  }

  async remove(key: string): Promise<void> {
    if (key === this.spool) this.kept = null;
    if (key !== this.spool || this.isStored) await this.store.remove(key);
  }

  freeBytes(): Promise<number | null> { return this.store.freeBytes(); }

  private isKept(key: string): boolean { return key === this.spool && !this.isStored; }

  private async moveToStore(begun: readonly Uint8Array[], rest: AsyncIterator<Uint8Array>): Promise<StoredSize> {
    const written = await this.store.write(this.spool, chained(begun, rest));
    this.isStored = true;
    this.kept = null;
    return written;
  }

  private range(start: number, endExclusive: number): Buffer { return (this.kept ?? Buffer.alloc(0)).subarray(start, endExclusive); }

  private async *pieces(start = 0, endExclusive = Infinity): AsyncGenerator<Uint8Array> {
    const bytes = this.range(start, endExclusive);
    // Small ones: how much was read of it says how large the rest is.
    for (let at = 0; at < bytes.length; at += pieceBytes) yield Promise.resolve(bytes.subarray(at, at + pieceBytes));
  }
}

async function* chained(begun: readonly Uint8Array[], rest: AsyncIterator<Uint8Array>): AsyncGenerator<Uint8Array> {
  try {
    yield* begun;
    for (let next = await rest.next(); next.done !== true; next = await rest.next()) yield next.value;
  } finally {
    await rest.return?.();
  }
}
