/** Thrift's compact protocol (see thrift-reader.ts), written field by field in the order of their numbers. */
import { wire } from './thrift-reader.ts';

export class ThriftWriter {
  private bytes = Buffer.allocUnsafe(256);
  private length = 0;
  private lastField = 0;
  private readonly outer: number[] = [];

  integer(id: number, value: number, type: number = wire.i32): this {
    this.field(id, type);
    this.varint(value >= 0 ? value * 2 : -value * 2 - 1);
    return this;
  }

  long(id: number, value: number): this { return this.integer(id, value, wire.i64); }

  small(id: number, value: number): this {
    this.field(id, wire.byte);
    this.byte(value);
    return this;
  }

  flag(id: number, value: boolean): this {
    this.field(id, value ? wire.yes : wire.no);
    return this;
  }

  binary(id: number, value: Uint8Array): this {
    this.field(id, wire.binary);
    this.raw(value);
    return this;
  }

  struct(id: number, fields: (writer: this) => void): this {
    this.field(id, wire.struct);
    this.body(fields);
    return this;
  }

  structs<Item>(id: number, items: readonly Item[], fields: (item: Item, index: number) => void): this {
    this.listHead(id, wire.struct, items.length);
    items.forEach((item, index) => { this.body(() => { fields(item, index); }); });
    return this;
  }

  integers(id: number, values: readonly number[]): this {
    this.listHead(id, wire.i32, values.length);
    for (const value of values) this.varint(value * 2);
    return this;
  }

  binaries(id: number, values: readonly Uint8Array[]): this {
    this.listHead(id, wire.binary, values.length);
    for (const value of values) this.raw(value);
    return this;
  }

  /** Of the structure that this writer is; written to no further. */
  end(): Buffer {
    this.byte(wire.stop);
    return this.bytes.subarray(0, this.length);
  }

  private listHead(id: number, type: number, size: number): void {
    this.field(id, wire.list);
    this.byte((Math.min(size, 15) << 4) | type);
    if (size >= 15) this.varint(size);
  }

  private body(fields: (writer: this) => void): void {
    this.outer.push(this.lastField);
    this.lastField = 0;
    fields(this);
    this.byte(wire.stop);
    this.lastField = this.outer.pop() ?? 0;
  }

  private field(id: number, type: number): void {
    this.byte(((id - this.lastField) << 4) | type);
    this.lastField = id;
  }

  private raw(value: Uint8Array): void {
    this.varint(value.length);
    this.ensure(value.length);
    this.bytes.set(value, this.length);
    this.length += value.length;
  }

  private varint(value: number): void {
    let rest = value;
    while (rest > 127) { this.byte(rest % 128 + 128); rest = Math.floor(rest / 128); }
    this.byte(rest);
  }

  private byte(value: number): void {
    this.ensure(1);
    this.bytes[this.length++] = value;
  }

  private ensure(more: number): void {
    if (this.length + more <= this.bytes.length) return;
    const grown = Buffer.allocUnsafe(Math.max(this.length + more, this.bytes.length * 2));
    this.bytes.copy(grown, 0, 0, this.length);
    this.bytes = grown;
  }
}
