/**
 * Thrift's compact protocol, as Parquet uses it (https://github.com/apache/thrift/blob/master/doc/specs/thrift-compact-protocol.md), read
 * field by field: nothing is built that its reader did not ask for, and no count in the file is believed before its bytes are there.
 */
import { corrupt } from './corrupt.ts';

export const wire = { stop: 0, yes: 1, no: 2, byte: 3, i16: 4, i32: 5, i64: 6, double: 7, binary: 8, list: 9, set: 10, map: 11, struct: 12 } as const;

/** Parquet's own structures are 6 deep. */
const mostDepth = 24;

export class ThriftReader {
  private depth = 0;
  constructor(private readonly bytes: Uint8Array, public at = 0, private readonly end = bytes.length) {}

  /** Calls back for each field of a structure; what is not read in there is skipped. */
  fields(onField: (id: number, type: number) => boolean): void {
    this.deeper();
    let id = 0;
    for (;;) {
      const head = this.byte();
      const type = head & 0x0f;
      if (type === wire.stop) break;
      id = head >> 4 === 0 ? this.integer() : id + (head >> 4);
      if (!onField(id, type)) this.skip(type);
    }
    this.depth -= 1;
  }

  /** Every element has at least a byte, so a list is no longer than what is left. */
  list(onElement: (type: number) => void): void {
    const head = this.byte();
    const size = head >> 4 === 15 ? this.varint() : head >> 4;
    if (size > this.end - this.at) throw corrupt('a list is longer than the metadata');
    for (let index = 0; index < size; index += 1) onElement(head & 0x0f);
  }

  byte(): number {
    if (this.at >= this.end) throw corrupt('the metadata ends too early');
    return this.bytes[this.at++] as number;
  }

  varint(): number {
    let [value, factor] = [0, 1];
    for (let count = 0; count < 10; count += 1) {
      const byte = this.byte();
      value += (byte & 0x7f) * factor;
      if (byte < 0x80) return value;
      factor *= 128;
    }
    throw corrupt('a number of the metadata is too long');
  }

  /** Zigzag; numbers beyond 2^53 are none that a file of this size can mean. */
  integer(): number {
    const value = this.varint();
    if (value > Number.MAX_SAFE_INTEGER) throw corrupt('a number of the metadata is too large');
    return value % 2 === 0 ? value / 2 : -(value + 1) / 2;
  }

  binary(): Uint8Array {
    const length = this.varint();
    if (length > this.end - this.at) throw corrupt('a text of the metadata is longer than it');
    this.at += length;
    return this.bytes.subarray(this.at - length, this.at);
  }

  text(): string { return Buffer.from(this.binary()).toString('utf8'); }

  skip(type: number): void {
    switch (type) {
      case wire.yes: case wire.no: return;
      case wire.byte: this.byte(); return;
      case wire.i16: case wire.i32: case wire.i64: this.varint(); return;
      case wire.double: this.jump(8); return;
      case wire.binary: this.binary(); return;
      case wire.list: case wire.set: this.deeper(); this.list((element) => { this.skipElement(element); }); this.depth -= 1; return;
      case wire.struct: this.fields(() => false); return;
      default: throw corrupt('the metadata has a type that Parquet does not use');
    }
  }

  /** In a list a boolean has a byte of its own. */
  private skipElement(type: number): void {
    if (type === wire.yes || type === wire.no) this.byte(); else this.skip(type);
  }

  private jump(bytes: number): void {
    if (bytes > this.end - this.at) throw corrupt('the metadata ends too early');
    this.at += bytes;
  }

  private deeper(): void {
    this.depth += 1;
    if (this.depth > mostDepth) throw corrupt('the metadata is nested too deep');
  }
}
