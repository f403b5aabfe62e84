/** Files of text formats: opening, parts, closing, packed or not. */
import { Readable } from 'node:stream';
import { createGzip, gzipSync } from 'node:zlib';
import type { ExportCompression } from '../../contracts/export-request.ts';
import type { Companion, FileWriter, WrittenPart } from '../formats/file-writer.ts';
import type { FormatWriter, OutputRow } from '../formats/format-writer.ts';

/** A way to pack in which pieces that are packed alone are one file when they are put one behind the other. */
interface Packing {
  pack(bytes: Uint8Array): Uint8Array;
  packed(pieces: AsyncIterable<Uint8Array>): AsyncIterable<Uint8Array>;
}

/** Members one after the other are one file (RFC 1952, 2.2). */
const gzip: Packing = {
  pack: gzipSync,
  packed: (pieces) => {
    const source = Readable.from(pieces);
    const zip = createGzip();
    source.on('error', (error) => { zip.destroy(error); });
    return source.pipe(zip) as AsyncIterable<Uint8Array>;
  },
};
const plain: Packing = { pack: (bytes) => bytes, packed: (pieces) => pieces };

const packingOf = (compression: ExportCompression): Packing => {
  switch (compression) {
    case 'none': return plain;
    case 'gzip': return gzip;
  }
};

export class TextFileWriter implements FileWriter {
  readonly companions: readonly Companion[] = [];
  readonly writeLines: FileWriter['writeLines'];
  private readonly packing: Packing;

  constructor(private readonly writer: FormatWriter, compression: ExportCompression) {
    this.packing = packingOf(compression);
    const encodeLines = writer.encodeLines;
    this.writeLines = encodeLines === undefined ? null : (batches) => this.packing.packed(this.joined(batches, encodeLines));
  }

  get guardedCells(): number { return this.writer.guardedCells; }

  writePart(batches: AsyncIterable<readonly OutputRow[]>): AsyncIterable<Uint8Array> {
    return this.packing.packed(this.joined(batches, (batch) => this.writer.encode(batch)));
  }

  async *assemble(parts: readonly WrittenPart[]): AsyncGenerator<Uint8Array> {
    const { writer: { opening, between, closing } } = this;
    yield* this.own(opening);
    for (const [index, part] of parts.entries()) {
      if (index > 0) yield* this.own(between);
      yield* part.read();
    }
    yield* this.own(closing);
    // A packed file without a record and a header is still a packed file.
    if (parts.length === 0 && opening.length + closing.length === 0) yield this.packing.pack(new Uint8Array(0));
  }

  private own(bytes: Uint8Array): readonly Uint8Array[] {
    return bytes.length === 0 ? [] : [this.packing.pack(bytes)];
  }

  private async *joined<Batch>(batches: AsyncIterable<Batch>, encode: (batch: Batch) => Uint8Array): AsyncGenerator<Uint8Array> {
    let first = true;
    for await (const batch of batches) {
      if (!first && this.writer.between.length > 0) yield this.writer.between;
      first = false;
      yield encode(batch);
    }
  }
}
