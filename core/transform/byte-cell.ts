/**
 * A cell on its way through steps that work on bytes: a range of the chunk, or of the arena that all fields of a thread share. Nothing is
 * allocated a cell, and what is only trimmed is not copied. One arena, because the encoders keep views of the buffers that they read from, and
 * a buffer for each field meant a new view a cell (90 ns).
 */
const smallest = 8 * 1024;

export class TransformArena {
  bytes: Buffer = Buffer.allocUnsafeSlow(smallest * 2);
  private first = true;

  /** Where so many bytes may be written: in the half that was not given out last. `bytes` may be another buffer afterwards. */
  room(length: number): number {
    if (length * 2 > this.bytes.length) this.bytes = Buffer.allocUnsafeSlow(length * 2 + smallest);
    this.first = !this.first;
    return this.first ? 0 : this.bytes.length / 2;
  }
}

export class ByteCell {
  bytes: Uint8Array = new Uint8Array(0);
  start = 0;
  end = 0;

  constructor(readonly arena: TransformArena) {}

  set(bytes: Uint8Array, start: number, end: number): void {
    this.bytes = bytes;
    this.start = start;
    this.end = end;
  }

  /** The cell is what was written to the arena. */
  moveTo(start: number, end: number): void {
    this.bytes = this.arena.bytes;
    this.start = start;
    this.end = end;
  }
}
