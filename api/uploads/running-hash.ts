/** SHA-256 of uploads in progress. Kept in memory as a hint; what was forgotten (a restart) is computed again from the stored bytes. */
import { createHash, type Hash } from 'node:crypto';
import type { Storage } from '../../storage/storage.ts';

interface Known { readonly hash: Hash; readonly bytes: number }
const most = 256;

export class RunningHashes {
  private readonly known = new Map<string, Known>();

  /** The hash of the first `bytes` bytes of what is stored. */
  async of(storage: Storage, key: string, bytes: number): Promise<Hash> {
    const found = this.known.get(key);
    if (found?.bytes === bytes) return found.hash.copy();
    const hash = createHash('sha256');
    if (bytes > 0) for await (const piece of storage.read(key, 0, bytes)) hash.update(piece);
    return hash;
  }

  keep(key: string, known: Known): void {
    this.known.delete(key);
    this.known.set(key, known);
    const [oldest] = this.known.keys();
    if (this.known.size > most && oldest !== undefined) this.known.delete(oldest);
  }

  forget(key: string): void { this.known.delete(key); }
}
