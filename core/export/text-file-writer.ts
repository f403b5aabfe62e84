/** Files of text formats: opening, parts, closing, packed or not. */
import type { ExportCompression } from '../../contracts/export-request.ts';
import type { Companion, FileWriter, WrittenPart } from '../formats/file-writer.ts';
import type { FormatWriter, OutputRow } from '../formats/format-writer.ts';
import { packingOf, type Packing, type Section } from './packing.ts';

export interface TextFileOptions {
  readonly compression: ExportCompression;
  /** Of the file within a ZIP. */
  readonly name: string;
  readonly companions?: readonly Companion[];
}

export class TextFileWriter implements FileWriter {
  readonly writeLines: FileWriter['writeLines'];
  readonly assemblesInOrder: boolean;
  private readonly packing: Packing;

  constructor(private readonly writer: FormatWriter, private readonly options: TextFileOptions) {
    this.packing = packingOf(options.compression);
    // A ZIP says before an entry how long it is.
    this.assemblesInOrder = options.compression !== 'zip';
    const encodeLines = writer.encodeLines;
    // What packs may hold pieces for a while; what writes them as they are does not.
    const encode = encodeLines === undefined || options.compression === 'none' ? encodeLines : (messages: Buffer) => Buffer.from(encodeLines(messages));
    this.writeLines = encode === undefined ? null : (batches) => this.packing.packPart(this.joined(batches, encode));
  }

  get companions(): readonly Companion[] { return this.options.companions ?? []; }
  get guardedCells(): number { return this.writer.guardedCells; }

  writePart(batches: AsyncIterable<readonly OutputRow[]>): AsyncIterable<Uint8Array> {
    return this.packing.packPart(this.joined(batches, (batch) => this.writer.encode(batch)));
  }

  assemble(parts: readonly WrittenPart[]): AsyncIterable<Uint8Array> {
    const { opening, between, closing } = this.writer;
    const sections: readonly Section[] = [opening, ...parts.flatMap((part, index): readonly Section[] => (index === 0 ? [part] : [between, part])), closing];
    return this.packing.join(sections.filter((section) => !(section instanceof Uint8Array) || section.length > 0), this.options.name);
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
