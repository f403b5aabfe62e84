/**
 * How a file of an export is made: its parts are written side by side, each an object of its own, and then put together. A format of text
 * is a {@link FormatWriter} in core/export/text-file-writer.ts; a container (XLSX, Parquet, ZIP) writes and joins its parts itself.
 */
import type { OutputRow } from './format-writer.ts';

export interface PartPlace {
  /** Rows of the same file before this part. */
  readonly firstRow: number;
  readonly rows: number;
}

export interface WrittenPart extends PartPlace {
  readonly bytes: number;
  /** Of the part's object. */
  read(start?: number, endExclusive?: number): AsyncIterable<Uint8Array>;
}

/** A file that belongs beside the main one, such as the schema of an XML file. */
export interface Companion {
  /** Instead of the main file's: `xsd`. */
  readonly extension: string;
  readonly bytes: Uint8Array;
}

export interface FileWriter {
  /** The object of one part. EXPORT_UNWRITABLE when the format cannot hold a value as it is. */
  writePart(batches: AsyncIterable<readonly OutputRow[]>, place: PartPlace): AsyncIterable<Uint8Array>;
  /** The same from messages of COPY's text form (copy-text.ts); null when this writer needs the values. */
  readonly writeLines: ((batches: AsyncIterable<Buffer>, place: PartPlace) => AsyncIterable<Uint8Array>) | null;
  /** The file of these parts, in their order; none: a file without records. The same parts give the same bytes. */
  assemble(parts: readonly WrittenPart[]): AsyncIterable<Uint8Array>;
  /** Whether `assemble` reads whole parts one behind the other and looks at nothing else of them: it may begin before the last is written. */
  readonly assemblesInOrder: boolean;
  readonly companions: readonly Companion[];
  /** Cells so far that got an apostrophe against formulas. */
  readonly guardedCells: number;
}
