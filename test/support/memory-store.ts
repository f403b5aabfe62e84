/** A storage in memory, for what has to be unpacked many times or is not to be kept: `discarded` objects are counted only. */
import type { LookStore } from '../../core/intake/memory-spool.ts';
import type { StoredSize } from '../../core/intake/source-store.ts';

export class MemoryStore implements LookStore {
  readonly objects = new Map<string, Buffer>();
  /** Bytes that were written to keys in {@link discarded}. */
  written = 0;

  constructor(private readonly discarded: readonly string[] = []) {}

  stat(key: string): Promise<StoredSize | null> {
    const bytes = this.objects.get(key)?.length;
    return Promise.resolve(bytes === undefined ? null : { bytes });
  }

  async *read(key: string, start = 0, endExclusive = Infinity): AsyncGenerator<Uint8Array> {
    const bytes = this.whole(key).subarray(start, endExclusive);
    for (let at = 0; at < bytes.length; at += 64 * 1024) yield Promise.resolve(bytes.subarray(at, at + 64 * 1024));
  }

  readRange(key: string, start: number, endExclusive: number): Promise<Buffer> { return Promise.resolve(this.whole(key).subarray(start, endExclusive)); }

  readInto(key: string, start: number, target: Uint8Array): Promise<number> {
    return Promise.resolve(this.whole(key).subarray(start, start + target.length).copy(target));
  }

  async write(key: string, source: AsyncIterable<Uint8Array>): Promise<StoredSize> {
    const pieces: Uint8Array[] = [];
    for await (const piece of source) {
      this.written += piece.length;
      if (!this.discarded.includes(key)) pieces.push(piece);
    }
    this.objects.set(key, Buffer.concat(pieces));
    return { bytes: this.whole(key).length };
  }

  remove(key: string): Promise<void> {
    this.objects.delete(key);
    return Promise.resolve();
  }

  freeBytes(): Promise<number | null> { return Promise.resolve(null); }

  private whole(key: string): Buffer { return this.objects.get(key) ?? Buffer.alloc(0); }
}
