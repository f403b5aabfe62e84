/** Text in columns of a fixed width, a record a line. */
import type { FixedOptions } from '../../../contracts/parse-options.ts';
import { lineFeed } from '../json/json-bytes.ts';
import { LinePlanner } from '../jsonl/line-planner.ts';
import type { SourceFormat } from '../source-format.ts';
import { detectFixed } from './detect-fixed.ts';
import { FixedReader } from './fixed-reader.ts';

export const fixedFormat: SourceFormat<FixedOptions> = {
  detect: detectFixed,
  createPlanner: ({ dataStartByte, dataStartLine }, sizes) => new LinePlanner({ ...sizes, startByte: dataStartByte, startLine: dataStartLine }),
  createReader: ({ widths, guessed }) => new FixedReader({ widths, guessed }),
  firstRecordIn: (piece) => piece.indexOf(lineFeed) + 1 || piece.length,
};
