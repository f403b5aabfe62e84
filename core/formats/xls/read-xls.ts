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
import { compoundFiles } from './compound-file.ts';
import { allRows, rowsOfSheet, WorkbookStream, type RowRange, type TextCell } from './workbook-stream.ts';
import { compoundFile } from './xls-workbook.ts';

/** Texts before BIFF8 are in the code page of their machine. */
sheetjs.set_cptable(codePages);

export interface ReadXlsSheet {
  readonly name: string;
  readonly hidden: boolean;
  readonly facts: SheetFacts;
  /** Lines of the row spool. */
  readonly spool: readonly Uint8Array[];
}

/** A text stands once in the file and in as many cells as its writer likes. */
export const mostSpoolBytes = 96 * 1024 * 1024;
const pieceBytes = 448 * 1024;
/** That objects are made of at a time, 36 MB of numbers. */
const cellsAtOnce = 60_000;

/** `bytes` are changed meanwhile. Throws FILE_ENCRYPTED, FILE_WORKBOOK_INVALID, FILE_ROW_TOO_LONG and FILE_EXPANDS_TOO_MUCH. */
export const readXls = (bytes: Uint8Array, cells = cellsAtOnce): readonly ReadXlsSheet[] => {
  const stream = refused(() => streamOf(bytes));
  const sheets = new SheetLines();
  try {
    for (const part of stream?.parts(cells) ?? [allRows]) {
      stream?.show(part);
      const book = refused(() => parse(stream?.bytes ?? bytes));
      if (stream !== null) addTexts(book, stream.textCells(part));
      sheets.take(book, part);
    }
  } finally {
    stream?.restore();
  }
  return sheets.end();
};

/** Of one that has several sheets by its kind. What has one only, before BIFF5, is small. */
const streamOf = (bytes: Uint8Array): WorkbookStream | null => {
  const whole = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  if (!whole.subarray(0, compoundFile.length).equals(compoundFile)) return null;
  const container = compoundFiles.read(whole, { type: 'buffer' });
  const content = (compoundFiles.find(container, '/Workbook') ?? compoundFiles.find(container, '/Book'))?.content;
  return Buffer.isBuffer(content) && content[0] === 0x09 && content[1] === 0x08 ? new WorkbookStream(content) : null;
};

const tooMuch = (): WaybillError => new WaybillError('FILE_EXPANDS_TOO_MUCH', `The rows of the workbook are larger than ${mostSpoolBytes} bytes.`, { mostSpoolBytes });

/** As the parser gives it with `dense`; its own types leave these open. */
interface DenseSheet {
  readonly '!type'?: string;
  readonly '!data'?: (sheetjs.CellObject[] | undefined)[];
  readonly '!rows'?: readonly ({ readonly hidden?: boolean } | undefined)[];
  readonly '!cols'?: readonly ({ readonly hidden?: boolean } | undefined)[];
  readonly '!merges'?: readonly sheetjs.Range[];
}

const refused = <Result>(read: () => Result): Result => {
  try {
    return read();
  } catch (error) {
    if (isWaybillError(error)) throw error;
    const said = error instanceof Error ? error.message : '';
    if (/password|encrypt/i.test(said)) throw new WaybillError('FILE_ENCRYPTED', 'The workbook is protected with a password.');
    // What the parser says may hold a value.
    throw new WaybillError('FILE_WORKBOOK_INVALID', 'The workbook cannot be read.');
  }
};

const parse = (bytes: Uint8Array): sheetjs.WorkBook => sheetjs.read(bytes, {
  type: 'buffer', dense: true, cellNF: true, cellStyles: true, cellFormula: true, cellText: false, cellHTML: false, cellDates: false, bookVBA: false,
});

const addTexts = (book: sheetjs.WorkBook, cells: Iterable<TextCell>): void => {
  for (const { row, column, text } of cells) {
    const data = (book.Sheets[book.SheetNames[Math.floor(row / rowsOfSheet)] ?? ''] as DenseSheet | undefined)?.['!data'];
    if (data !== undefined) (data[row % rowsOfSheet] ??= [])[column] = { t: 's', v: text };
  }
};

interface BegunSheet { readonly name: string; readonly hidden: boolean; readonly facts: SheetFacts; readonly spool: Uint8Array[] }

/** Lines of every sheet, of one part of the rows after the other; parts are in the order of the sheets. */
class SheetLines {
  private readonly sheets = new Map<number, BegunSheet>();
  private written: { readonly sheet: BegunSheet; readonly lines: RowLines } | null = null;
  private total = 0;

  take(book: sheetjs.WorkBook, part: RowRange): void {
    const is1904 = book.Workbook?.WBProps?.date1904 === true;
    book.SheetNames.forEach((name, index) => {
      const sheet = book.Sheets[name] as DenseSheet | undefined;
      if (sheet === undefined || (sheet['!type'] ?? 'sheet') !== 'sheet') return;
      const into = this.sheets.get(index) ?? { name, hidden: (book.Workbook?.Sheets?.[index]?.Hidden ?? 0) > 0, facts: factsOf(sheet), spool: [] };
      this.sheets.set(index, into);
      const from = part.from - index * rowsOfSheet, to = part.to - index * rowsOfSheet, rows = sheet['!rows'] ?? [];
      sheet['!data']?.forEach((row, at) => {
        if (row === undefined || at < from || at >= to || at >= mostLines) return;
        this.takeRow(into, { row, line: at + 1, is1904 });
        if (rows[at]?.hidden === true) into.facts.hiddenRows += 1;
      });
    });
  }

  end(): readonly ReadXlsSheet[] {
    this.keep(0);
    return [...this.sheets].sort(([one], [other]) => one - other).map(([, sheet]) => sheet);
  }

  private takeRow(sheet: BegunSheet, { row, line, is1904 }: { readonly row: readonly sheetjs.CellObject[]; readonly line: number; readonly is1904: boolean }): void {
    if (this.written?.sheet !== sheet) this.keep(0);
    const { lines } = this.written ??= { sheet, lines: new RowLines(sheet.facts) };
    lines.startRow(line);
    row.forEach((cell, column) => { if (column < mostColumns) writeCell(lines, column + 1, { cell, is1904 }); });
    lines.endRow();
    this.keep(pieceBytes);
  }

  private keep(least: number): void {
    const piece = this.written?.lines.take(least) ?? null;
    if (piece !== null) {
      this.total += piece.length;
      if (this.total > mostSpoolBytes) throw tooMuch();
      this.written?.sheet.spool.push(Uint8Array.from(piece));
    }
    if (least === 0) this.written = null;
  }
}

const factsOf = (sheet: DenseSheet): SheetFacts => {
  const facts = emptyFacts();
  facts.hiddenColumns = (sheet['!cols'] ?? []).filter((column) => column?.hidden === true).length;
  for (const { s, e } of sheet['!merges'] ?? []) noteMerge(facts, { firstLine: s.r + 1, lastLine: e.r + 1, firstColumn: s.c + 1, lastColumn: e.c + 1 });
  return facts;
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
