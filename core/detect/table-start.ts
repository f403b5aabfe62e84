/** Where the table begins: after title lines, and with or without a header. */
import type { Guess, ParseOverrides } from '../../contracts/parse-options.ts';
import type { ScanDialect } from '../formats/csv/record-scanner.ts';
import { kindOf } from './cell-kind.ts';
import { nameColumns } from './column-names.ts';
import { judgeHeader } from './header-evidence.ts';
import { readRecords, type SampledRecord } from './sampled-records.ts';
import type { Segment } from './sample.ts';

export interface TableStart {
  readonly preambleLines: Guess<number>;
  readonly header: Guess<boolean>;
  readonly columns: string[];
  /** In the segment: where the first record starts, or the segment's end. */
  readonly dataStart: number;
  readonly dataStartLine: number;
  /** Byte in the segment where a quote of the header opens that never closes. */
  readonly unclosedQuoteAt: number | null;
}

export interface TableQuery {
  /** The start of the file. */
  readonly segment: Segment;
  readonly scan: ScanDialect;
  /** Cells of most records. */
  readonly width: number;
  readonly overrides: ParseOverrides;
  /** The first line names the delimiter (`sep=;`). */
  readonly namesDelimiter: boolean;
}

const maxPreambleRecords = 30;

/** Null when the segment ends before the header does. */
export function findTableStart(query: TableQuery): TableStart | null {
  const { segment, scan, overrides } = query;
  const skippedLines = overrides.preambleLines ?? (query.namesDelimiter ? 1 : 0);
  const from = afterLines(segment.bytes, skippedLines);
  const records = readRecords(segment, scan, { records: 300, cells: 20_000, startByte: from, startLine: skippedLines + 1 });
  if (records.length === 0) return segment.complete ? emptyTable(query, skippedLines) : null;
  const { index, header } = placeTable(records, query);
  const first = records[index] as SampledRecord;
  const following = records.slice(index + 1);
  const data = header.value ? following[0] : first;
  return {
    preambleLines: explainPreamble(first.line - 1, overrides, query.namesDelimiter),
    header,
    columns: header.value ? nameColumns(trimmed(first.cells, query.width), Math.max(query.width, trimmed(first.cells, query.width).length)) : nameColumns([], Math.max(first.width, query.width)),
    unclosedQuoteAt: header.value && first.unclosedQuoteAt >= 0 ? first.unclosedQuoteAt : null,
    ...(data === undefined ? behind(segment.bytes, first) : { dataStart: data.start, dataStartLine: data.line }),
  };
}

/** Records of any kind of table, delimited or a sheet's. */
export type TableRecord = Pick<SampledRecord, 'cells' | 'width' | 'line'>;

export interface TablePlace {
  /** Of the header, or of the first record when there is none. */
  readonly index: number;
  readonly header: Guess<boolean>;
}

/** @param records at least one */
export function placeTable(records: readonly TableRecord[], { width, overrides }: Pick<TableQuery, 'width' | 'overrides'>): TablePlace {
  const index = overrides.preambleLines === undefined ? countPreamble(records, width) : 0;
  const header = overrides.header === undefined
    ? judgeHeader(records[index]?.cells ?? [], records.slice(index + 1, index + 101).map(({ cells }) => cells))
    : { value: overrides.header, confidence: 1, why: 'named by the operator' };
  return { index, header };
}

/** Empty cells at a header's end that no record has come from a trailing delimiter. */
export function trimmed(cells: readonly string[], width: number): readonly string[] {
  let length = cells.length;
  while (length > width && (cells[length - 1] ?? '').trim() === '') length--;
  return cells.slice(0, length);
}

/** Behind the header and the blank lines that follow it. */
function behind(bytes: Uint8Array, header: SampledRecord): { readonly dataStart: number; readonly dataStartLine: number } {
  let [at, line] = [header.start, header.line];
  while (at < header.end || bytes[at] === 10 || bytes[at] === 13) {
    if (bytes[at] === 10 || (bytes[at] === 13 && bytes[at + 1] !== 10)) line++;
    at++;
  }
  return { dataStart: at, dataStartLine: line };
}

function emptyTable(query: TableQuery, lines: number): TableStart {
  const { bytes } = query.segment;
  return {
    preambleLines: explainPreamble(lines, query.overrides, query.namesDelimiter),
    header: { value: query.overrides.header ?? false, confidence: query.overrides.header === undefined ? 0.5 : 1, why: 'nothing follows the lines before the table' },
    columns: [], dataStart: bytes.length, dataStartLine: lines + 1, unclosedQuoteAt: null,
  };
}

export function explainPreamble(lines: number, overrides: ParseOverrides, namesDelimiter: boolean): Guess<number> {
  if (overrides.preambleLines !== undefined) return { value: lines, confidence: 1, why: 'named by the operator' };
  if (lines === 0) return { value: 0, confidence: 0.95, why: 'the table begins on the first line' };
  if (namesDelimiter && lines === 1) return { value: 1, confidence: 0.99, why: 'the first line names the delimiter for a spreadsheet' };
  return { value: lines, confidence: 0.85, why: `the first ${lines} lines are blank, comments or titles: they lack the cells that the records below have` };
}

/** The position behind the first lines, quotes not looked at. */
export function afterLines(bytes: Uint8Array, lines: number): number {
  let at = 0;
  for (let line = 0; line < lines && at < bytes.length; line++) {
    while (at < bytes.length && bytes[at] !== 10 && bytes[at] !== 13) at++;
    at += bytes[at] === 13 && bytes[at + 1] === 10 ? 2 : 1;
  }
  return Math.min(at, bytes.length);
}

function countPreamble(records: readonly TableRecord[], width: number): number {
  if (width < 2) return 0;
  const filledBelow = median(records.slice(0, 100).filter((record) => record.width === width).map(filled));
  let index = 0;
  while (index < Math.min(maxPreambleRecords, records.length - 1) && isPreamble(records, index, { width, filledBelow })) index++;
  // Titles alone, with no table below them, are no titles.
  return (records[index]?.width ?? 0) >= Math.max(2, width - 1) ? index : 0;
}

/** Doubtful lines stay in the table, where they are seen as rows with too few cells; a line taken for a title is seen by nobody. */
function isPreamble(records: readonly TableRecord[], index: number, table: { readonly width: number; readonly filledBelow: number }): boolean {
  const [record, next] = [records[index] as TableRecord, records[index + 1] as TableRecord];
  const { width, filledBelow } = table;
  const isComment = (record.cells[0] ?? '').startsWith('#');
  if (record.width !== width && (isComment || record.width <= width / 2)) return true;
  if (isComment && filled(record) <= 1 && width >= 3) return true;
  // Spreadsheets pad title lines with delimiters to the table's width.
  if (width >= 3 && filled(record) <= Math.max(1, width / 4) && filledBelow >= width / 2 && filled(next) <= filled(record) + width * 0.1) return laterHeader(records, index, width);
  if (width >= 3 && filled(record) <= Math.max(1, width / 4) && filledBelow >= width / 2) return isHeader(records, index + 1);
  return record.width < width && isHeader(records, index + 1);
}

const laterHeader = (records: readonly TableRecord[], index: number, width: number): boolean =>
  records.slice(index + 1, index + 10).some((record, at) => filled(record) >= width * 0.6 && isHeader(records, index + 1 + at));

function isHeader(records: readonly TableRecord[], index: number): boolean {
  const rest = records.slice(index + 1, index + 50).map(({ cells }) => cells);
  const judged = judgeHeader(records[index]?.cells ?? [], rest);
  return rest.length > 0 && judged.value && judged.confidence >= 0.8;
}

const filled = (record: TableRecord): number => record.cells.filter((cell) => kindOf(cell) !== 'empty').length;

function median(numbers: readonly number[]): number {
  return [...numbers].sort((a, b) => a - b)[numbers.length >> 1] ?? 0;
}
