/**
 * Lines of the row spool from records: one for each element of the chosen array, with the columns of its record repeated (and of the elements
 * of arrays on the way to it); a record without an element has one line as well, so that none is lost. Each line carries the line of its record.
 */
import { isUtf8 } from 'node:buffer';
import { issueCodeOf } from '../../../contracts/issue-codes.ts';
import type { JsonLinesOptions, JsonOptions, ParquetOptions, ValuePath, XmlOptions } from '../../../contracts/parse-options.ts';
import { brokenFlag, doubtfulFlag, quotedFlag } from '../csv/record-scanner.ts';
import { cellText } from '../cell-text.ts';
import { openBracket, quote } from '../json/json-bytes.ts';
import { JsonReader } from '../json/json-reader.ts';
import { treeOf } from '../json/path-tree.ts';
import { spoolLineWith, spoolProblem, type SpoolCell } from '../row-spool/spool-cell.ts';
import type { RecordReader } from '../source-format.ts';
import { allOfThem, elementTreeOf } from '../xml/element-tree.ts';
import { XmlReader } from '../xml/xml-reader.ts';
import { levelsOf, type Explosion, type ExplosionLevel } from './explode-path.ts';

export type NestedOptions = JsonLinesOptions | JsonOptions | XmlOptions | (ParquetOptions & { readonly paths: readonly ValuePath[] });
export type ExplodedOptions = NestedOptions & { readonly explode: Explosion };
export const isExploded = (options: { readonly format: string; readonly explode?: unknown }): options is ExplodedOptions => options.explode !== undefined;

/** How the records themselves are read: with the whole array as their last column. */
export const recordOptions = ({ explode, ...options }: ExplodedOptions): NestedOptions => {
  const paths = [...options.paths, arrayPath(options, explode)];
  return { ...options, paths, columns: paths.map((_, index) => options.columns[index] ?? '') };
};

const arrayPath = ({ format }: Pick<NestedOptions, 'format'>, { path }: ExplosionLevel): readonly string[] => (format === 'xml' ? path : path.filter((step) => step !== allOfThem));

interface ArrayReader {
  readonly columnCount: number;
  /** Reads the elements of the array that is the last cell of the record. */
  readonly begin: (record: RecordReader, bytes: Buffer) => { readonly reader: RecordReader; readonly bytes: Buffer } | null;
}

/** @param paths those of an element's own columns, and behind them that of the array in it, where there is one */
const jsonArrays = ({ paths }: ExplosionLevel): ArrayReader['begin'] => {
  const reader = new JsonReader({ tree: treeOf(paths), columnCount: paths.length, framing: 'elements' });
  return (record, bytes) => {
    const last = record.cellCount - 1;
    let start = record.cellStart[last] as number, end = record.cellEnd[last] as number;
    const quoted = start > 0 && bytes[start - 1] === quote && bytes[end] === quote;
    if (start === end && !quoted) return null;
    if (quoted) { start -= 1; end += 1; }
    else if (bytes[start] === openBracket) { start += 1; end -= 1; }
    reader.reset(bytes.subarray(0, end), start, end, 1);
    return { reader, bytes };
  };
};

const xmlArrays = ({ path, paths }: ExplosionLevel, restores: boolean): ArrayReader['begin'] => {
  const reader = new XmlReader({ tree: elementTreeOf(paths), columnCount: paths.length, recordPath: [path.at(-2) ?? ''], restores });
  return (record) => {
    const last = record.cellCount - 1;
    const length = (record.cellEnd[last] as number) - (record.cellStart[last] as number);
    if (length === 0) return null;
    const target = Buffer.allocUnsafe(length);
    const elements = target.subarray(0, record.unescapeInto(last, target, 0));
    reader.reset(elements, 0, elements.length, 1);
    return { reader, bytes: elements };
  };
};

const arrayReaders = (options: ExplodedOptions): readonly ArrayReader[] => {
  const restores = options.format === 'xml' && options.restoresEscapes === true;
  return levelsOf(options.explode).map((level, index, levels) => {
    const inner = levels[index + 1];
    const read = { ...level, paths: inner === undefined ? level.paths : [...level.paths, arrayPath(options, inner)] };
    return { columnCount: level.paths.length, begin: options.format === 'xml' ? xmlArrays(read, restores) : jsonArrays(read) };
  });
};

/** A record, or an element of an array on the way, whose last cell is the next array. */
interface Parent {
  readonly reader: RecordReader;
  readonly bytes: Buffer;
  /** Of its own and of those that it stands in. */
  readonly cells: readonly SpoolCell[];
  readonly unknown: readonly string[];
}

/** @param record reads records as {@link recordOptions} say */
export class RecordExploder {
  private readonly arrays: readonly ArrayReader[];
  private readonly parentCount: number;
  private readonly columnCount: number;

  constructor(private readonly record: RecordReader, options: ExplodedOptions) {
    this.arrays = arrayReaders(options);
    this.parentCount = options.paths.length;
    this.columnCount = this.arrays.reduce((count, array) => count + array.columnCount, this.parentCount);
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
    const { record } = this;
    const last = record.cellCount - 1;
    // An array that cannot be told is no array that is not there.
    if (isMarked(record, last)) yield this.unreadable(bytes, issueCodeOf(record.brokenIssue(last)));
    else yield* this.linesBelow(0, { reader: record, bytes, cells: cellsOf(record, bytes, this.parentCount), unknown: record.unknownPaths });
  }

  private *linesBelow(depth: number, parent: Parent): Generator<string> {
    const elements = this.arrays[depth]?.begin(parent.reader, parent.bytes) ?? null;
    let count = 0;
    while (elements?.reader.next() === true) {
      yield* this.linesOfElement(depth, parent, elements);
      count += 1;
    }
    if (count === 0) yield this.line(parent);
  }

  private *linesOfElement(depth: number, parent: Parent, { reader, bytes }: Pick<Parent, 'reader' | 'bytes'>): Generator<string> {
    const unknown = [...parent.unknown, ...reader.unknownPaths];
    if (reader.problem !== 0) {
      const text = bytes.toString('utf8', reader.recordStart, reader.contentEnd);
      // A null among objects is an element that has nothing.
      yield text === 'null' ? this.line(parent) : this.line({ cells: [...parent.cells, { text, issue: issueCodeOf(reader.problem), rejects: true }], unknown });
      return;
    }
    const cells = [...parent.cells, ...cellsOf(reader, bytes, this.arrays[depth]?.columnCount ?? 0)];
    const last = reader.cellCount - 1;
    if (depth === this.arrays.length - 1) yield this.line({ cells, unknown });
    else if (isMarked(reader, last)) yield this.line({ cells: [...cells, { text: cellText(reader, bytes, last), issue: issueCodeOf(reader.brokenIssue(last)), rejects: true }], unknown });
    else yield* this.linesBelow(depth + 1, { reader, bytes, cells, unknown });
  }

  /** What is not there has empty cells. */
  private line({ cells, unknown }: Pick<Parent, 'cells' | 'unknown'>): string {
    const none = Array.from({ length: this.columnCount - cells.length }, () => null);
    return spoolLineWith(this.record.line, [...cells, ...none], unknown);
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
