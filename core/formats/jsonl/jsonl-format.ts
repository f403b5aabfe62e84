/** JSON Lines (NDJSON): one JSON object, or array, a line. */
import type { JsonDetection, JsonLinesOptions } from '../../../contracts/parse-options.ts';
import { WaybillError } from '../../../contracts/errors.ts';
import type { SourceText } from '../../detect/source-text.ts';
import type { Segment } from '../../detect/sample.ts';
import { lineFeed, openBrace, openBracket } from '../json/json-bytes.ts';
import { explodedJsonColumns } from '../explode/exploded-json.ts';
import { columnsOf, featureNames, isFeature } from '../json/json-columns.ts';
import { JsonReader } from '../json/json-reader.ts';
import { treeOf } from '../json/path-tree.ts';
import { findRecordLists } from '../json/record-lists.ts';
import { firstContent, sampleLines, type SampledLines } from '../json/sampled-json.ts';
import type { SourceFormat } from '../source-format.ts';
import { goesOnBehindLine } from './goes-on-behind.ts';
import { LinePlanner } from './line-planner.ts';

const documents = ['.json', '.geojson'];
const extensions = ['.jsonl', '.ndjson', '.jsonlines', '.geojsonl', '.geojsonseq', '.ldjson'];

export const jsonLinesFormat: SourceFormat<JsonLinesOptions> = {
  detect: (text) => {
    const [start, ...others] = text.segments as readonly [Segment, ...Segment[]];
    const found = sampleLines(start.bytes, 0, start.complete);
    // A long first line looks like a document until its end is seen.
    const mayBeLines = text.overrides.format === 'jsonl' || (text.overrides.format === undefined && extensions.includes(text.extension));
    if (found.lines === 0 && mayBeLines) throw new WaybillError('FILE_ROW_TOO_LONG', `The first record does not end within the first ${text.firstBytes} bytes.`, { sampleBytes: text.firstBytes });
    const why = whyLines(text, start, found);
    if (why === null) return null;
    const records = [...found.values, ...others.flatMap(({ bytes, complete }) => sampleLines(bytes, bytes.indexOf(lineFeed) + 1 || bytes.length, complete).values)];
    return detectionOf(text, records, why);
  },
  createPlanner: (options, sizes) => new LinePlanner({ ...sizes, startByte: options.dataStartByte, startLine: options.dataStartLine }),
  createReader: (options) => new JsonReader({ tree: treeOf(options.paths, options.literals), columnCount: options.columns.length, framing: 'lines' }),
  firstRecordIn: (piece) => piece.indexOf(lineFeed) + 1 || piece.length,
};

interface Why { readonly confidence: number; readonly why: string }

/** Null: no lines of JSON. */
const whyLines = ({ overrides, extension }: SourceText, start: Segment, { lines, good }: SampledLines): Why | null => {
  if (overrides.format !== undefined) return overrides.format === 'jsonl' ? { confidence: 1, why: 'named by the operator' } : null;
  if (overrides.delimiter !== undefined || overrides.recordPath !== undefined) return null;
  const firstAt = firstContent(start.bytes, 0);
  const first = start.bytes[firstAt];
  // Of broken lines one good one will do where the name says so, unless they are a document's.
  const least = extensions.includes(extension) && !goesOnBehindLine(start.bytes, firstAt) ? 1 : documents.includes(extension) ? lines / 2 + 0.5 : lines / 2;
  if ((first !== openBrace && first !== openBracket) || lines === 0 || good < least) return null;
  if (lines > 1) return { confidence: good === lines ? 0.99 : 0.8, why: `${good} of ${lines} sampled lines are each a JSON value of their own` };
  if (extensions.includes(extension)) return { confidence: 0.9, why: 'the only line is a JSON value, and the file is named as JSON Lines' };
  const isDocument = documents.includes(extension) || first === openBracket || findRecordLists(start.bytes, start.complete).lists.some((list) => list.ofObjects);
  return isDocument ? null : { confidence: 0.7, why: 'the only line is a JSON object without a list of records in it' };
};

const detectionOf = ({ encoding, needsSpool, textStart, overrides: { explode } }: SourceText, records: readonly unknown[], why: Why): JsonDetection => {
  const plain = columnsOf(records);
  const nameOf = records.length > 0 && records.every(isFeature) ? featureNames(plain.paths) : undefined;
  const { paths, columns, guess, ...exploded } = explode !== undefined ? explodedJsonColumns(records, explode, nameOf) : nameOf === undefined ? plain : columnsOf(records, nameOf);
  return {
    options: { format: 'jsonl', encoding: encoding.value, columns, paths, ...exploded, dataStartByte: textStart, dataStartLine: 1 },
    guesses: { encoding, format: { value: 'jsonl', ...why }, columns: guess },
    needsSpool,
  };
};
