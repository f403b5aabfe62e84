import { damaged } from '../unpacking-error.ts';
import { mostBlockBytes } from './literals.ts';

const slack = 1024 * 1024;

/** What was unpacked last, as far back as the frame's window allows. It grows with what there is: a window that is only claimed costs nothing. */
export class History {
  bytes = new Uint8Array(slack);
  /** Where the next byte goes. */
  at = 0;
  private blockStart = 0;
  private window = 0;

  begin(window: number): void {
    this.window = window;
    this.at = 0;
  }

  /** Makes room for a block. */
  beginBlock(): void {
    if (this.at + mostBlockBytes > this.bytes.length) this.makeRoom();
    this.blockStart = this.at;
  }

  /** Of this block; a copy. */
  endBlock(): Uint8Array { return this.bytes.slice(this.blockStart, this.at); }

  append(bytes: Uint8Array): void {
    this.refuseTooLong(bytes.length);
    this.bytes.set(bytes, this.at);
    this.at += bytes.length;
  }

  fill(byte: number, count: number): void {
    this.refuseTooLong(count);
    this.bytes.fill(byte, this.at, this.at += count);
  }

  copy(offset: number, count: number): void {
    this.refuseTooLong(count);
    const { bytes, at } = this, from = at - offset;
    if (offset > this.window || from < 0) throw damaged('zstd-offset');
    if (offset >= count) bytes.copyWithin(at, from, from + count);
    else for (let index = 0; index < count; index++) bytes[at + index] = bytes[from + index] as number;
    this.at = at + count;
  }

  private refuseTooLong(more: number): void {
    if (this.at + more - this.blockStart > mostBlockBytes) throw damaged('zstd-block');
  }

  private makeRoom(): void {
    const kept = Math.min(this.at, this.window);
    const needed = kept + mostBlockBytes;
    const { bytes } = this;
    if (needed + slack > bytes.length) this.bytes = new Uint8Array(Math.min(needed * 2, this.window + slack) + slack);
    this.bytes.set(bytes.subarray(this.at - kept, this.at));
    this.at = kept;
  }
}
