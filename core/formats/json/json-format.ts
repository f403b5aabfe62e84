/** A JSON document: an array of records, an object with one inside, or one object that is the only record. */
import type { JsonOptions } from '../../../contracts/parse-options.ts';
import type { SourceFormat } from '../source-format.ts';
import { detectJson } from './detect-json.ts';
import { ElementPlanner } from './element-planner.ts';
import { JsonReader } from './json-reader.ts';
import { treeOf } from './path-tree.ts';
import { findElement, recordKeys } from './sampled-json.ts';

export const jsonFormat: SourceFormat<JsonOptions> = {
  detect: (text) => detectJson(text, 'json'),
  createPlanner: ({ dataStartByte, dataStartLine, recordPath, container }, sizes) =>
    new ElementPlanner({ ...sizes, startByte: dataStartByte, startLine: dataStartLine, recordPath, container }),
  createReader: ({ paths, literals, columns }) => new JsonReader({ tree: treeOf(paths, literals), columnCount: columns.length, framing: 'elements' }),
  firstRecordIn: (piece, options) => findElement(piece, recordKeys(options)),
};
