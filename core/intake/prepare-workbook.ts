/**
 * A workbook is recognised by what is in it, one sheet of it extracted into the row spool, and the table found there. Null: the object is
 * no workbook.
 */
import { WaybillError } from '../../contracts/errors.ts';
import { sheetFormats, type Guess, type SheetDetection, type SheetFormat } from '../../contracts/parse-options.ts';
import { chooseSheet, oneTableGuess } from '../formats/sheets/choose-sheet.ts';
import { findSheetTable } from '../formats/sheets/find-sheet-table.ts';
import type { SheetFacts, Workbook } from '../formats/sheets/workbook.ts';
import { extentOf, extractSheets, fullSheetRecords, type SheetsToExtract } from './extract-sheets.ts';
import { expandsTooMuch, guardGrowth, harmlessBytes } from './growth-guard.ts';
import { openWorkbook } from './open-workbook.ts';
import type { PreparedSource, PrepareOrder } from './prepare-source.ts';
import { openStored, type SourceStore } from './source-store.ts';

/** A shared text can stand in a million cells. */
const mostRatio = 200;
const headBytes = 1024 * 1024, mostHeadBytes = 64 * 1024 * 1024;

export const prepareWorkbook = async (store: SourceStore, { key, bytes }: { readonly key: string; readonly bytes: number }, order: PrepareOrder): Promise<PreparedSource | null> => {
  const workbook = await openWorkbook(await openStored(store, key), order);
  if (workbook === null) {
    refuseSheetOptions(order);
    return null;
  }
  try {
    const { format } = order.overrides;
    if (format !== undefined && format !== workbook.format) throw notThatFormat();
    return await extract(store, workbook, { order, packedBytes: bytes });
  } finally {
    workbook.close();
  }
};

const notThatFormat = (): WaybillError => new WaybillError('OPTION_INVALID', 'The content is not of the format that was named.', { option: 'format' });

const refuseSheetOptions = ({ overrides: { format, sheet, headerRows } }: PrepareOrder): void => {
  if (sheetFormats.some((name) => name === format)) throw notThatFormat();
  if (sheet !== undefined) throw new WaybillError('OPTION_INVALID', 'The file is no workbook and has no sheets.', { option: 'sheet' });
  if (headerRows !== undefined) throw new WaybillError('OPTION_INVALID', 'Header rows are counted in workbooks only.', { option: 'headerRows' });
};

interface Packed { readonly order: PrepareOrder; readonly packedBytes: number }

const extract = async (store: SourceStore, workbook: Workbook, packed: Packed): Promise<PreparedSource> => {
  const { order } = packed, { overrides, spool, mostBytes = Infinity } = order;
  const choice = await chooseSheet(workbook, overrides.sheet);
  const { bytes, extraction } = await writeRows(store, workbook, { ...packed, chosen: choice.index });
  const { facts } = extraction, [first] = facts;
  if (bytes === 0 || first === undefined) throw new WaybillError('FILE_EMPTY', 'The sheet has no cell with a value.');
  const { sheets, share } = extentOf(workbook, extraction, bytes >= mostBytes);
  const all = { ...first, width: Math.max(...facts.map(({ width }) => width)) };
  const sheet = sheets.length > 1 ? oneTableGuess(workbook, sheets) : choice.guess;
  const detection = await detectSheet(store, { key: spool, bytes }, { workbook, facts: all, order, sheet });
  return { detection, key: spool, bytes, wholeBytes: mostBytes === Infinity ? bytes : Math.max(bytes, Math.round(bytes / Math.max(share, 0.001))) };
};

interface Written { readonly bytes: number; readonly extraction: SheetsToExtract }

/** The sheets that may be one table, when the choice is among them and they are; else the chosen one. */
const writeRows = async (store: SourceStore, workbook: Workbook, { chosen, ...packed }: Packed & { readonly chosen: number }): Promise<Written> => {
  const { overrides, mostBytes = Infinity } = packed.order;
  if (overrides.sheet !== undefined || !workbook.oneTable.includes(chosen)) return writeSheets(store, workbook, { ...packed, sheets: [chosen] });
  const written = await writeSheets(store, workbook, { ...packed, sheets: workbook.oneTable });
  const isOne = written.extraction.facts.length > 1 || written.bytes >= mostBytes || workbook.oneTable[0] === chosen;
  return isOne ? written : writeSheets(store, workbook, { ...packed, sheets: [chosen] });
};

const writeSheets = async (store: SourceStore, workbook: Workbook, { order, packedBytes, sheets }: Packed & { readonly sheets: readonly number[] }): Promise<Written> => {
  const { spool, signal, mostBytes = Infinity, fullSheet = fullSheetRecords } = order;
  const extraction: SheetsToExtract = { sheets, facts: [], mostBytes, fullSheet };
  const judge = (grown: number): void => { if (grown > harmlessBytes && grown > packedBytes * mostRatio) throw expandsTooMuch(packedBytes, mostRatio); };
  const { bytes } = await store.write(spool, guardGrowth(store, { pieces: extractSheets(workbook, extraction), judge, signal }));
  return { bytes, extraction };
};

interface Extracted { readonly workbook: Workbook; readonly facts: SheetFacts; readonly order: PrepareOrder; readonly sheet: Guess<string> }

const detectSheet = async (store: SourceStore, spool: { readonly key: string; readonly bytes: number }, { workbook, facts, order: { overrides }, sheet }: Extracted): Promise<SheetDetection> => {
  const table = await findTable(store, spool, { facts, overrides });
  const { columns, preambleLines, header, headerRows, dataStartByte, dataStartLine } = table;
  const hidden = hiddenGuess(workbook, facts, sheet.value);
  return {
    options: {
      format: workbook.format, encoding: 'utf-8', columns, dataStartByte, dataStartLine, sheet: sheet.value,
      preambleLines: preambleLines.value, header: header.value, headerRows: headerRows.value,
    },
    guesses: {
      encoding: { value: 'utf-8', confidence: 1, why: 'the texts of a workbook are in Unicode' }, format: formatGuess(workbook.format),
      sheet, preambleLines, header, headerRows, ...(hidden === null ? {} : { hidden }),
    },
    needsSpool: true,
  };
};

const findTable = async (store: SourceStore, { key, bytes }: { readonly key: string; readonly bytes: number }, look: Parameters<typeof findSheetTable>[2]): Promise<ReturnType<typeof findSheetTable>> => {
  for (let length = headBytes; ; length *= 8) {
    const start = await store.readRange(key, 0, Math.min(bytes, length));
    try {
      return findSheetTable(start, start.length >= bytes, look);
    } catch (error) {
      if (!(error instanceof WaybillError) || error.code !== 'FILE_ROW_TOO_LONG' || length >= Math.min(bytes, mostHeadBytes)) throw error;
    }
  }
};

const words: Readonly<Record<SheetFormat, string>> = { xlsx: 'an Excel workbook', ods: 'an OpenDocument spreadsheet', xls: 'an old Excel workbook' };
const formatGuess = (format: SheetFormat): Guess<SheetFormat> => ({ value: format, confidence: 1, why: `the content is ${words[format]}` });

const count = (number: number, what: string): readonly string[] => (number === 0 ? [] : [`${number} ${what}${number === 1 ? '' : 's'}`]);

const hiddenGuess = ({ sheets }: Workbook, { hiddenRows, hiddenColumns }: SheetFacts, chosen: string): Guess<string> | null => {
  const inSheet = [...count(hiddenRows, 'row'), ...count(hiddenColumns, 'column')];
  const isHidden = sheets.some((sheet) => sheet.hidden && sheet.name === chosen);
  if (inSheet.length === 0 && !isHidden) return null;
  const value = isHidden ? ['the sheet', ...inSheet].join(', ') : inSheet.join(', ');
  return { value, confidence: 0.5, why: 'hidden in the spreadsheet; what is hidden is read as everything else' };
};
