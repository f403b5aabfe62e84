/**
 * Old Excel workbooks (BIFF2 to BIFF8) through SheetJS, whole in memory. Its parser may run out of memory or never end on a hostile file,
 * so it is called on a thread of its own only (worker/workbook-thread.ts), with limits of both.
 */
import * as sheetjs from '@e965/xlsx';
import * as codePages from '@e965/xlsx/dist/cpexcel.full.mjs';
import { isWaybillError, WaybillError } from '../../../contracts/errors.ts';
import { kindOfFormat, paddedWidth } from '../sheets/number-format.ts';
import { numberText } from '../sheets/number-text.ts';
import { RowLines } from '../sheets/row-lines.ts';
import { serialText, valueKinds } from '../sheets/serial-date.ts';
import { emptyFacts, mostColumns, mostLines, noteMerge, type SheetFacts } from '../sheets/workbook.ts';

/** Texts before BIFF8 are in the code page of their machine. */
sheetjs.set_cptable(codePages);

export interface ReadXlsSheet {
  readonly name: string;
  readonly hidden: boolean;
  readonly facts: SheetFacts;
  /** Lines of the row spool. */
  readonly spool: Uint8Array;
}

/** A text stands once in the file and in as many cells as its writer likes. */
export const mostSpoolBytes = 192 * 1024 * 1024;

/** Throws FILE_ENCRYPTED, FILE_WORKBOOK_INVALID, FILE_ROW_TOO_LONG and FILE_EXPANDS_TOO_MUCH. */
export const readXls = (bytes: Uint8Array): readonly ReadXlsSheet[] => {
  const book = parse(bytes);
  const is1904 = book.Workbook?.WBProps?.date1904 === true;
  let total = 0;
  return book.SheetNames.flatMap((name, index) => {
    const sheet = book.Sheets[name] as DenseSheet | undefined;
    if (sheet === undefined || (sheet['!type'] ?? 'sheet') !== 'sheet') return [];
    const read = readSheet(sheet, is1904);
    total += read.spool.length;
    if (total > mostSpoolBytes) throw tooMuch();
    return [{ name, hidden: (book.Workbook?.Sheets?.[index]?.Hidden ?? 0) > 0, ...read }];
  });
};

const tooMuch = (): WaybillError => new WaybillError('FILE_EXPANDS_TOO_MUCH', `The rows of the workbook are larger than ${mostSpoolBytes} bytes.`, { mostSpoolBytes });

/** As the parser gives it with `dense`; its own types leave these open. */
interface DenseSheet {
  readonly '!type'?: string;
  readonly '!data'?: readonly (readonly sheetjs.CellObject[] | undefined)[];
  readonly '!rows'?: readonly ({ readonly hidden?: boolean } | undefined)[];
  readonly '!cols'?: readonly ({ readonly hidden?: boolean } | undefined)[];
  readonly '!merges'?: readonly sheetjs.Range[];
}

const parse = (bytes: Uint8Array): sheetjs.WorkBook => {
  try {
    return sheetjs.read(bytes, { type: 'buffer', dense: true, cellNF: true, cellStyles: true, cellFormula: true, cellText: false, cellHTML: false, cellDates: false, bookVBA: false });
  } catch (error) {
    if (isWaybillError(error)) throw error;
    const said = error instanceof Error ? error.message : '';
    if (/password|encrypt/i.test(said)) throw new WaybillError('FILE_ENCRYPTED', 'The workbook is protected with a password.');
    // What the parser says may hold a value.
    throw new WaybillError('FILE_WORKBOOK_INVALID', 'The workbook cannot be read.');
  }
};

const readSheet = (sheet: DenseSheet, is1904: boolean): { readonly facts: SheetFacts; readonly spool: Uint8Array } => {
  const facts = emptyFacts();
  const lines = new RowLines(facts);
  const pieces: Uint8Array[] = [];
  let total = 0;
  const rows = sheet['!rows'] ?? [];
  sheet['!data']?.forEach((row, at) => {
    if (row === undefined || at >= mostLines) return;
    lines.startRow(at + 1);
    row.forEach((cell, column) => { if (column < mostColumns) writeCell(lines, column + 1, { cell, is1904 }); });
    lines.endRow();
    if (rows[at]?.hidden === true) facts.hiddenRows += 1;
    const piece = lines.take(1024 * 1024);
    if (piece === null) return;
    total += piece.length;
    if (total > mostSpoolBytes) throw tooMuch();
    pieces.push(piece);
  });
  const rest = lines.take(0);
  facts.hiddenColumns = (sheet['!cols'] ?? []).filter((column) => column?.hidden === true).length;
  for (const { s, e } of sheet['!merges'] ?? []) noteMerge(facts, { firstLine: s.r + 1, lastLine: e.r + 1, firstColumn: s.c + 1, lastColumn: e.c + 1 });
  return { facts, spool: Buffer.concat(rest === null ? pieces : [...pieces, rest]) };
};

/** BErr of [MS-XLS] 2.5.10. */
const errors: Readonly<Record<number, string>> = { 0: '#NULL!', 7: '#DIV/0!', 15: '#VALUE!', 23: '#REF!', 29: '#NAME?', 36: '#NUM!', 42: '#N/A', 43: '#GETTING_DATA' };

interface OneCell { readonly cell: sheetjs.CellObject; readonly is1904: boolean }

const writeCell = (lines: RowLines, column: number, { cell, is1904 }: OneCell): void => {
  const { v: value } = cell;
  if (value === undefined || value === null) {
    if (cell.f !== undefined) lines.broken(column, '', 'SHEET_FORMULA_WITHOUT_VALUE');
    return;
  }
  switch (cell.t) {
    case 's': lines.string(column, String(value).replaceAll(/\r\n?/g, '\n')); return;
    case 'b': lines.string(column, value === true ? 'true' : 'false'); return;
    case 'e': lines.broken(column, errors[Number(value)] ?? '#N/A', 'SHEET_ERROR_VALUE'); return;
    case 'n': writeNumber(lines, column, { cell, is1904 }); return;
    case 'd': lines.string(column, value instanceof Date ? value.toISOString() : String(value)); return;
    case 'z':
  }
};

const writeNumber = (lines: RowLines, column: number, { cell, is1904 }: OneCell): void => {
  const value = Number(cell.v), code = typeof cell.z === 'string' ? cell.z : '';
  const kind = kindOfFormat(code);
  if (kind !== valueKinds.general) {
    const date = serialText(value, kind, is1904);
    if (date === null) lines.broken(column, String(value), 'SHEET_DATE_IMPOSSIBLE'); else lines.string(column, date);
    return;
  }
  const number = numberText(String(value));
  const text = number?.text ?? String(value);
  const padded = /^\d+$/.test(text) ? text.padStart(paddedWidth(code), '0') : text;
  if (number?.doubtful === true) lines.doubtful(column, padded, 'SHEET_DIGITS_DOUBTFUL'); else lines.string(column, padded);
};
