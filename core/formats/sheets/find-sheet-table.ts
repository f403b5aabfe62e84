/** Where the table begins in the spool of a sheet: header or none, of one line or several, behind title lines. */
import { WaybillError } from '../../../contracts/errors.ts';
import type { Guess, ParseOverrides } from '../../../contracts/parse-options.ts';
import { nameColumns } from '../../detect/column-names.ts';
import { explainPreamble, placeTable, trimmed, type TableRecord } from '../../detect/table-start.ts';
import { cellText } from '../cell-text.ts';
import { SpoolReader } from '../row-spool/spool-reader.ts';
import { joinHeader } from './join-header.ts';
import type { MergedCells, SheetFacts } from './workbook.ts';

export interface SheetTable {
  readonly columns: string[];
  readonly preambleLines: Guess<number>;
  readonly header: Guess<boolean>;
  readonly headerRows: Guess<number>;
  readonly dataStartByte: number;
  readonly dataStartLine: number;
}

interface SheetRecord extends TableRecord { readonly start: number; readonly end: number }

const mostRecords = 300;
/** As of JSON records. */
const mostColumns = 4_096;

/** @param start of the spool @param complete the spool ends with it */
export const findSheetTable = (start: Buffer, complete: boolean, { facts, overrides }: { readonly facts: SheetFacts; readonly overrides: ParseOverrides }): SheetTable => {
  if (facts.width > mostColumns) throw new WaybillError('FILE_TOO_MANY_COLUMNS', `The sheet has values in ${facts.width} columns.`, { columns: facts.width });
  const records = readRecords(start, complete, facts.width).filter(({ line }) => line > (overrides.preambleLines ?? 0));
  if (records.length === 0) {
    if (!complete) throw new WaybillError('FILE_ROW_TOO_LONG', 'The header does not end within the first rows.', { sampleBytes: start.length });
    throw new WaybillError('FILE_NO_RECORDS', 'The sheet has no rows there.');
  }
  const { index, header } = placeHeader(records, facts, overrides);
  const rows = header.value ? headerRowsOf(records, index, { merges: facts.merges, said: overrides.headerRows }) : { first: index, guess: { value: 0, confidence: header.confidence, why: header.why } };
  return tableOf(records, rows, { facts, overrides, header });
};

interface HeaderRows { readonly first: number; readonly guess: Guess<number> }

const tableOf = (records: readonly SheetRecord[], { first, guess }: HeaderRows, { facts, overrides, header }: { readonly facts: SheetFacts; readonly overrides: ParseOverrides; readonly header: Guess<boolean> }): SheetTable => {
  const top = records[first] as SheetRecord, topLine = top.line;
  const headerRecords = records.slice(first).filter(({ line }) => line < topLine + guess.value);
  const names = headerRecords.length === 0 ? [] : joinHeader(headerRecords, { merges: facts.merges, width: facts.width, firstLine: topLine });
  const last = headerRecords.at(-1), data = records[first + headerRecords.length];
  const before = overrides.preambleLines ?? topLine - 1;
  return {
    columns: nameColumns(trimmed(names, facts.width), facts.width),
    preambleLines: explainPreamble(before, overrides, false), header, headerRows: guess,
    dataStartByte: data?.start ?? last?.end ?? 0, dataStartLine: data?.line ?? topLine + guess.value,
  };
};

const readRecords = (start: Buffer, complete: boolean, width: number): readonly SheetRecord[] => {
  const reader = new SpoolReader(width);
  reader.reset(start, 0, start.length);
  const records: SheetRecord[] = [];
  while (records.length < mostRecords && reader.next()) {
    if (!complete && reader.recordEnd === start.length) break;
    const cells = Array.from({ length: width }, (_, cell) => cellText(reader, start, cell));
    // In a table of two columns a title is told by its one cell; elsewhere by how few cells it fills.
    const filled = cells.findLastIndex((cell) => cell !== '') + 1;
    records.push({ cells, width: width === 2 ? filled : width, line: reader.line, start: reader.recordStart, end: reader.recordEnd });
  }
  return records;
};

/** What stands still or is filtered below is what the sheet's author took for the header. */
const placeHeader = (records: readonly SheetRecord[], facts: SheetFacts, overrides: ParseOverrides): { readonly index: number; readonly header: Guess<boolean> } => {
  const place = placeTable(records, { width: facts.width, overrides });
  if (overrides.headerRows !== undefined) {
    const value = overrides.header ?? overrides.headerRows > 0;
    return { index: overrides.headerRows > 1 ? topOf(records, place.index, facts.merges) : place.index, header: { value, confidence: 1, why: 'named by the operator' } };
  }
  if (overrides.header !== undefined || overrides.preambleLines !== undefined) return place;
  const line = facts.filterLine > 0 ? facts.filterLine : facts.frozenLines;
  const index = records.findIndex((record) => record.line === line);
  const filled = records[index]?.cells.filter((cell) => cell !== '').length ?? 0;
  if (index < 0 || index > 30 || filled < facts.width * 0.5) return place;
  const why = facts.filterLine > 0 ? 'the sheet is filtered by this row' : 'the sheet keeps this row in sight above the others';
  return { index, header: { value: true, confidence: 0.97, why } };
};

/** A group above the header: cells merged over some of its columns, not over all, as a title is. */
const isGroupRow = (line: number, merges: readonly MergedCells[], width: number): boolean =>
  merges.some((merge) => merge.firstLine === line && merge.lastLine === line && merge.lastColumn > merge.firstColumn && merge.lastColumn - merge.firstColumn + 1 < width);

const topOf = (records: readonly SheetRecord[], index: number, merges: readonly MergedCells[]): number => {
  const above = records[index - 1], line = records[index]?.line ?? 0;
  return above !== undefined && above.line === line - 1 && isGroupRow(above.line, merges, above.cells.length) ? index - 1 : index;
};

const headerRowsOf = (records: readonly SheetRecord[], index: number, { merges, said }: { readonly merges: readonly MergedCells[]; readonly said: number | undefined }): HeaderRows => {
  if (said !== undefined) return { first: index, guess: { value: said, confidence: 1, why: 'named by the operator' } };
  const width = records[index]?.cells.length ?? 0, line = records[index]?.line ?? 0;
  const first = topOf(records, index, merges);
  const why = 'cells of the first header row are merged over several columns, whose names stand below';
  if (first < index) return { first, guess: { value: 2, confidence: 0.9, why } };
  if (isGroupRow(line, merges, width) && records[index + 1]?.line === line + 1) return { first: index, guess: { value: 2, confidence: 0.9, why } };
  return { first: index, guess: { value: 1, confidence: 0.95, why: 'no cells of the header are merged over several columns' } };
};
