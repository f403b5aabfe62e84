/**
 * Lines of the row spool from records: one for each element of the chosen array, with the columns of its record repeated; a record without
 * an element has one line as well, so that none is lost. Each line carries the line of its record.
 */
import { isUtf8 } from 'node:buffer';
import { issueCodeOf } from '../../../contracts/issue-codes.ts';
import type { JsonLinesOptions, JsonOptions, XmlOptions } from '../../../contracts/parse-options.ts';
import { brokenFlag, doubtfulFlag, quotedFlag } from '../csv/record-scanner.ts';
import { cellText } from '../cell-text.ts';
import { openBracket, quote } from '../json/json-bytes.ts';
import { JsonReader } from '../json/json-reader.ts';
import { treeOf } from '../json/path-tree.ts';
import { spoolLineWith, spoolProblem, type SpoolCell } from '../row-spool/spool-cell.ts';
import type { RecordReader } from '../source-format.ts';
import { allOfThem, elementTreeOf } from '../xml/element-tree.ts';
import { XmlReader } from '../xml/xml-reader.ts';
import type { Explosion } from './exploded-json.ts';

export type NestedOptions = JsonLinesOptions | JsonOptions | XmlOptions;
export type ExplodedOptions = NestedOptions & { readonly explode: Explosion };
export const isExploded = (options: { readonly format: string; readonly explode?: unknown }): options is ExplodedOptions => options.explode !== undefined;

/** How the records themselves are read: with the whole array as their last column. */
export const recordOptions = ({ explode, ...options }: ExplodedOptions): NestedOptions => {
  const array = options.format === 'xml' ? explode.path : explode.path.filter((step) => step !== allOfThem);
  const paths = [...options.paths, array];
  return { ...options, paths, columns: paths.map((_, index) => options.columns[index] ?? '') };
};

interface ArrayReader {
  /** Reads the elements of the array that is the last cell of the record. */
  readonly begin: (record: RecordReader, bytes: Buffer) => { readonly reader: RecordReader; readonly bytes: Buffer } | null;
}

const jsonArrays = ({ explode: { paths } }: ExplodedOptions): ArrayReader => {
  const reader = new JsonReader({ tree: treeOf(paths), columnCount: paths.length, framing: 'elements' });
  return {
    begin: (record, bytes) => {
      const last = record.cellCount - 1;
      let start = record.cellStart[last] as number, end = record.cellEnd[last] as number;
      const quoted = start > 0 && bytes[start - 1] === quote && bytes[end] === quote;
      if (start === end && !quoted) return null;
      if (quoted) { start -= 1; end += 1; }
      else if (bytes[start] === openBracket) { start += 1; end -= 1; }
      reader.reset(bytes.subarray(0, end), start, end, 1);
      return { reader, bytes };
    },
  };
};

const xmlArrays = ({ explode, ...options }: ExplodedOptions): ArrayReader => {
  const name = explode.path.at(-2) ?? '';
  const restores = options.format === 'xml' && options.restoresEscapes === true;
  const reader = new XmlReader({ tree: elementTreeOf(explode.paths), columnCount: explode.paths.length, recordPath: [name], restores });
  return {
    begin: (record) => {
      const last = record.cellCount - 1;
      const length = (record.cellEnd[last] as number) - (record.cellStart[last] as number);
      if (length === 0) return null;
      const target = Buffer.allocUnsafe(length);
      const elements = target.subarray(0, record.unescapeInto(last, target, 0));
      reader.reset(elements, 0, elements.length, 1);
      return { reader, bytes: elements };
    },
  };
};

/** @param record reads records as {@link recordOptions} say */
export class RecordExploder {
  private readonly arrays: ArrayReader;
  private readonly parentCount: number;
  private readonly elementCount: number;
  private readonly none: readonly SpoolCell[];

  constructor(private readonly record: RecordReader, options: ExplodedOptions) {
    this.arrays = options.format === 'xml' ? xmlArrays(options) : jsonArrays(options);
    this.parentCount = options.paths.length;
    this.elementCount = options.explode.paths.length;
    this.none = options.explode.paths.map(() => null);
  }

  /** Of all records of a chunk, one by one: a long text beside a long array grows without end. */
  *lines(bytes: Buffer, firstLine: number): Generator<string> {
    const { record } = this;
    const isSound = isUtf8(bytes);
    record.reset(bytes, 0, bytes.length, firstLine);
    while (record.next()) {
      if (!isSound && !isUtf8(bytes.subarray(record.recordStart, record.recordEnd))) yield this.unreadable(bytes, 'TEXT_UNDECODABLE');
      else if (record.problem !== 0) yield this.unreadable(bytes, issueCodeOf(record.problem));
      else yield* this.linesOfRecord(bytes);
    }
  }

  private *linesOfRecord(bytes: Buffer): Generator<string> {
    const { record, arrays } = this;
    const parents = cellsOf(record, bytes, this.parentCount);
    const last = record.cellCount - 1;
    if (isMarked(record, last)) {
      // An array that cannot be told is no array that is not there.
      yield spoolProblem(record.line, issueCodeOf(record.brokenIssue(last)), bytes.toString('utf8', record.recordStart, record.contentEnd));
      return;
    }
    const elements = arrays.begin(record, bytes);
    let count = 0;
    while (elements?.reader.next() === true) {
      const { reader } = elements;
      const problem = reader.problem === 0 ? null : issueCodeOf(reader.problem);
      const own: readonly SpoolCell[] = problem === null
        ? cellsOf(reader, elements.bytes, this.elementCount)
        : [{ text: elements.bytes.toString('utf8', reader.recordStart, reader.contentEnd), issue: problem, rejects: true }, ...this.none.slice(1)];
      yield spoolLineWith(record.line, [...parents, ...own], [...record.unknownPaths, ...reader.unknownPaths]);
      count += 1;
    }
    if (count === 0) yield spoolLineWith(record.line, [...parents, ...this.none], record.unknownPaths);
  }

  private unreadable(bytes: Buffer, issue: ReturnType<typeof issueCodeOf>): string {
    const { record } = this;
    return spoolProblem(record.line, issue, bytes.toString('utf8', record.recordStart, record.contentEnd));
  }
}

const isMarked = (reader: RecordReader, cell: number): boolean => ((reader.cellFlags[cell] ?? 0) & (brokenFlag | doubtfulFlag)) !== 0;

const cellsOf = (reader: RecordReader, bytes: Buffer, count: number): readonly SpoolCell[] => {
  const cells: SpoolCell[] = [];
  for (let cell = 0; cell < count; cell += 1) {
    const flags = reader.cellFlags[cell] ?? 0;
    const text = cellText(reader, bytes, cell);
    if (isMarked(reader, cell)) cells.push({ text, issue: issueCodeOf(reader.brokenIssue(cell)), rejects: (flags & brokenFlag) !== 0 });
    else cells.push(text === '' && (flags & quotedFlag) === 0 ? null : text);
  }
  return cells;
};
