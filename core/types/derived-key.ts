/**
 * A key for lists without one: SHA-256, as 64 lower-case hex digits, of the source cells' UTF-8 texts as they stood, each written as its
 * length in bytes (decimal), a colon and the text, or as `-` when the cell is NULL; nothing between them. No two rows of different cells
 * give the same bytes, and anyone can recompute it:
 *
 *   select encode(sha256(convert_to(concat(
 *     coalesce(octet_length(a) || ':' || a, '-'), coalesce(octet_length(b) || ':' || b, '-')), 'UTF8')), 'hex')
 */
import { hash } from 'node:crypto';
import { CopyBuffer } from './copy-buffer.ts';

export interface KeyHasher {
  cell(bytes: Uint8Array, start: number, end: number): void;
  nullCell(): void;
  /** The key of the cells since the last one, and a new beginning. */
  hex(): string;
}

class Sha256KeyHasher implements KeyHasher {
  private readonly gathered = new CopyBuffer(1024);

  cell(bytes: Uint8Array, start: number, end: number): void {
    this.gathered.ascii(String(end - start));
    this.gathered.byte(0x3a);
    this.gathered.raw(bytes, start, end);
  }

  nullCell(): void {
    this.gathered.byte(0x2d);
  }

  hex(): string {
    const digits = hash('sha256', this.gathered.view(), 'hex');
    this.gathered.truncate(0);
    return digits;
  }
}

export const createKeyHasher = (): KeyHasher => new Sha256KeyHasher();
