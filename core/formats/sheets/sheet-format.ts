/** Sheets of workbooks: their records lie in the row spool, a line each. How they are found is in core/intake/prepare-workbook.ts. */
import type { SheetOptions } from '../../../contracts/parse-options.ts';
import { LinePlanner } from '../jsonl/line-planner.ts';
import { SpoolReader } from '../row-spool/spool-reader.ts';
import type { ChunkSizes, RecordPlanner, RecordReader } from '../source-format.ts';

const lineFeed = 0x0a;

export const sheetFormat = {
  createPlanner: (options: SheetOptions, sizes: ChunkSizes): RecordPlanner => new LinePlanner({ ...sizes, startByte: options.dataStartByte, startLine: options.dataStartLine }),
  createReader: (options: SheetOptions): RecordReader => new SpoolReader(options.columns.length),
  firstRecordIn: (piece: Buffer): number => piece.indexOf(lineFeed) + 1 || piece.length,
};
