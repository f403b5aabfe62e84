/**
 * What every writing format is: rows of texts (as PostgreSQL writes values; null for none) and the definitions of their fields go in, bytes
 * come out. A file is `opening`, its parts joined by `between`, `closing`; a part is made alone, so parts are written side by side.
 */
import type { FieldDefinition } from '../../contracts/dataset-definition.ts';

export type OutputRow = readonly (string | null)[];

export interface OutputField {
  /** Its name in the file. */
  readonly name: string;
  readonly field: FieldDefinition;
}

export interface FormatWriter {
  readonly opening: Uint8Array;
  readonly between: Uint8Array;
  readonly closing: Uint8Array;
  /** The rows, joined by `between`; at least one. EXPORT_UNWRITABLE when the format cannot hold a value as it is. */
  encode(rows: readonly OutputRow[]): Uint8Array;
  /**
   * The same from rows in COPY's text form (values parted by tabs, escaped with backslashes, `\N` for null), each a message (copy-text.ts): for a format
   * that can do without the texts of most values. To be used before the next are given: its memory is filled again then.
   */
  readonly encodeLines?: ((messages: Buffer) => Uint8Array) | undefined;
  /** Cells so far that got an apostrophe against formulas. */
  readonly guardedCells: number;
}
