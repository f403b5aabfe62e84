/** An XML document: elements at one path from the root are its records, wherever they stand. */
import type { XmlOptions } from '../../../contracts/parse-options.ts';
import type { SourceFormat } from '../source-format.ts';
import { detectXml } from './detect-xml.ts';
import { elementTreeOf } from './element-tree.ts';
import { findRecord } from './sampled-xml.ts';
import { XmlPlanner } from './xml-planner.ts';
import { XmlReader } from './xml-reader.ts';

export const xmlFormat: SourceFormat<XmlOptions> = {
  detect: detectXml,
  createPlanner: ({ dataStartByte, dataStartLine, recordPath }, sizes) => new XmlPlanner({ ...sizes, startByte: dataStartByte, startLine: dataStartLine, recordPath }),
  createReader: ({ paths, columns, recordPath, restoresEscapes }) =>
    new XmlReader({ tree: elementTreeOf(paths), columnCount: columns.length, recordPath, restores: restoresEscapes ?? false }),
  firstRecordIn: (piece, { recordPath }) => findRecord(piece, recordPath.at(-1) ?? ''),
};
