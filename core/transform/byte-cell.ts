/**
 * A cell on its way through steps that work on bytes: a range of the chunk, or of one of two buffers that take turns. Nothing is allocated a
 * cell, and what is only trimmed is not copied.
 */
export class ByteCell {
  bytes: Uint8Array = new Uint8Array(0);
  start = 0;
  end = 0;
  private current: Uint8Array = new Uint8Array(256);
  private other: Uint8Array = new Uint8Array(256);

  set(bytes: Uint8Array, start: number, end: number): void {
    this.bytes = bytes;
    this.start = start;
    this.end = end;
  }

  /** A buffer to write the changed cell to; the cell itself stays where it is until {@link moveTo}. */
  room(length: number): Uint8Array {
    const free = this.current;
    this.current = this.other;
    this.other = free;
    if (free.length >= length) return free;
    this.other = new Uint8Array(length * 2);
    return this.other;
  }

  moveTo(bytes: Uint8Array, length: number): void {
    this.bytes = bytes;
    this.start = 0;
    this.end = length;
  }
}
