/** Delimited text (CSV, TSV and any other delimiter). */
import type { DelimitedOptions } from '../../../contracts/parse-options.ts';
import { detectDelimitedText } from '../../detect/detect-delimited.ts';
import type { SourceFormat } from '../source-format.ts';
import { ChunkPlanner } from './chunk-planner.ts';
import { RecordScanner } from './record-scanner.ts';
import { scanDialectOf } from './scan-dialect-of.ts';

export const csvFormat: SourceFormat<DelimitedOptions> = {
  detect: (text) => {
    const said = text.overrides.format;
    if (said !== undefined && said !== 'csv') return null;
    const detection = detectDelimitedText(text);
    const why = said === 'csv' ? { confidence: 1, why: 'named by the operator' } : { confidence: detection.guesses.delimiter.confidence, why: 'the text is of no other format that is known' };
    return { ...detection, guesses: { ...detection.guesses, format: { value: 'csv', ...why } } };
  },
  createPlanner: (options, sizes) => new ChunkPlanner({ ...sizes, dialect: scanDialectOf(options), startByte: options.dataStartByte, startLine: options.dataStartLine }),
  createReader: (options) => new RecordScanner(scanDialectOf(options), options.columns.length + 1),
  // A line end inside quotes may be taken for one of a record; whoever reads samples must bear a few odd rows.
  firstRecordIn: (piece) => piece.indexOf(0x0a) + 1 || piece.length,
};
