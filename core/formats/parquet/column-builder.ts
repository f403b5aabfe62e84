/** Values of one column of a row group, gathered from PostgreSQL's texts; typed at once, so that a row costs no object. */
import { WaybillError } from '../../../contracts/errors.ts';
import type { OutputField, OutputRow } from '../format-writer.ts';
import { packLevels } from './pack-levels.ts';

/** What is written of a column: `count` rows, `present` values. */
export abstract class ColumnBuilder {
  count = 0;
  present = 0;
  /** 1: the row has a value. */
  defined: Uint8Array;
  abstract readonly distinct: number | null;

  constructor(protected readonly field: OutputField, protected capacity: number) { this.defined = new Uint8Array(capacity); }

  /** Cells `from` to `to` of a batch. */
  addAll(rows: readonly OutputRow[], { column, from, to }: { readonly column: number; readonly from: number; readonly to: number }): void {
    for (let index = from; index < to; index += 1) {
      const text = (rows[index] as OutputRow)[column] ?? null;
      if (text === null) this.defined[this.count] = 0;
      else {
        this.defined[this.count] = 1;
        this.add(text);
        this.present += 1;
      }
      this.count += 1;
    }
  }

  /** So many of the rows have a value. */
  presentIn(from: number, to: number): number {
    let present = 0;
    for (let row = from; row < to; row += 1) present += this.defined[row] as number;
    return present;
  }

  /** Levels that rows `from` to `to` have in each of their pages. */
  levelsIn(from: number, to: number): number { return to - from; }
  get levelCount(): number { return this.count; }

  /** The levels of rows `from` to `to`, as they stand before the values of a page. */
  levels(from: number, to: number): Uint8Array { return packLevels(this.defined, { from, to, width: 1 }); }

  /** Bytes that are held. */
  abstract get bytes(): number;
  /** The smallest and the largest value in the form of the plain encoding; null: there is none, or none that can be said. */
  abstract bounds(): { readonly least: Uint8Array; readonly most: Uint8Array } | null;
  /** Values `from` to `to` in the plain encoding. */
  abstract plain(from: number, to: number): Uint8Array;
  /** Bytes that they have. */
  abstract plainBytes(from: number, to: number): number;
  clear(): void { this.count = this.present = 0; }

  protected abstract add(text: string): void;

  protected unwritable(): WaybillError {
    const { field: { name } } = this.field;
    return new WaybillError('EXPORT_UNWRITABLE', `The type of ${name} in Parquet cannot hold one of its values; export it in another format, or without it.`, { field: name });
  }
}
