import type { SourceStore, StoredSize } from './source-store.ts';

/** Where a source is looked at that is not to be kept. */
export interface LookStore extends SourceStore {
  readInto(key: string, start: number, target: Uint8Array): Promise<number>;
}

const pieceBytes = 64 * 1024;

/** A storage in which one key is kept in memory: for the head of a file, which nobody needs on the disk. */
export class MemorySpool implements LookStore {
  private kept: Buffer | null = null;

  constructor(private readonly store: LookStore, private readonly spool: string) {}

  stat(key: string): Promise<StoredSize | null> {
    if (key !== this.spool) return this.store.stat(key);
    return Promise.resolve(this.kept === null ? null : { bytes: this.kept.length });
  }

  read(key: string, start?: number, endExclusive?: number): AsyncIterable<Uint8Array> {
    return key === this.spool ? this.pieces(start, endExclusive) : this.store.read(key, start, endExclusive);
  }

  readRange(key: string, start: number, endExclusive: number): Promise<Buffer> {
    return key === this.spool ? Promise.resolve(this.range(start, endExclusive)) : this.store.readRange(key, start, endExclusive);
  }

  readInto(key: string, start: number, target: Uint8Array): Promise<number> {
    return key === this.spool ? Promise.resolve(this.range(start, start + target.length).copy(target)) : this.store.readInto(key, start, target);
  }

  async write(key: string, source: AsyncIterable<Uint8Array>): Promise<StoredSize> {
    if (key !== this.spool) return this.store.write(key, source);
    const pieces: Uint8Array[] = [];
    for await (const piece of source) pieces.push(piece);
    this.kept = Buffer.concat(pieces);
    return { bytes: this.kept.length };
  }

  async remove(key: string): Promise<void> {
    if (key === this.spool) this.kept = null;
    else await this.store.remove(key);
  }

  freeBytes(): Promise<number | null> { return this.store.freeBytes(); }

  private range(start: number, endExclusive: number): Buffer { return (this.kept ?? Buffer.alloc(0)).subarray(start, endExclusive); }

  private async *pieces(start = 0, endExclusive = Infinity): AsyncGenerator<Uint8Array> {
    const bytes = this.range(start, endExclusive);
    // Small ones: how much was read of it says how large the rest is.
    for (let at = 0; at < bytes.length; at += pieceBytes) yield Promise.resolve(bytes.subarray(at, at + pieceBytes));
  }
}
