/** What a workbook of any format is to detection and to the spool. */
import type { SheetFormat } from '../../../contracts/parse-options.ts';

export interface WorkbookSheet {
  readonly name: string;
  readonly hidden: boolean;
}

export interface SheetLook {
  /** Two rows of two cells. */
  readonly hasTable: boolean;
  /** Of the sheet's part that were read for it. */
  readonly readBytes: number;
}

/** Lines and columns from 1, ends included. */
export interface MergedCells {
  readonly firstLine: number;
  readonly lastLine: number;
  readonly firstColumn: number;
  readonly lastColumn: number;
}

/** What is known of a sheet when it is read to its end. */
export interface SheetFacts {
  /** With something in them. */
  rows: number;
  /** Rows of two or more cells with something in them. */
  wideRows: number;
  /** The rightmost column with something in it. */
  width: number;
  hiddenRows: number;
  hiddenColumns: number;
  /** Those that begin in the lines where a header can be. */
  readonly merges: MergedCells[];
  /** Lines that stand still above the others when one scrolls; 0: none. */
  frozenLines: number;
  /** First line of what is filtered; 0: nothing is. */
  filterLine: number;
}

export const emptyFacts = (): SheetFacts => ({ rows: 0, wideRows: 0, width: 0, hiddenRows: 0, hiddenColumns: 0, merges: [], frozenLines: 0, filterLine: 0 });

export interface SheetReading {
  readonly facts: SheetFacts;
  /** Lines of the row spool, in pieces. */
  lines(): AsyncIterable<Uint8Array>;
}

export interface SheetStart {
  /** Added to the lines of the sheet. */
  readonly lineBase: number;
  /** Lines at the top that are left out. */
  readonly skipLines: number;
}

export interface Workbook {
  readonly format: SheetFormat;
  readonly sheets: readonly WorkbookSheet[];
  /** Sheets that may be one table, by their names: an export of more records than a sheet can hold, each with the same header on line 1. */
  readonly oneTable: readonly number[];
  /** Whether a table shows in the first bytes of a sheet. What is known already costs nothing. */
  look(sheet: number, mostBytes: number): Promise<SheetLook>;
  read(sheet: number, start: SheetStart): SheetReading;
  /** How much of a sheet was read, from 0 to 1: an estimate. */
  shareRead(sheet: number): number;
  close(): void;
}

export const mostLines = 1_048_576, mostColumns = 16_384;
const mostHeaderMerges = 20_000, lastHeaderLine = 10_100;

export const noteMerge = (facts: SheetFacts, merge: MergedCells): void => {
  if (merge.firstLine <= lastHeaderLine && facts.merges.length < mostHeaderMerges) facts.merges.push(merge);
};
