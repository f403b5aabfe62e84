/** Which sheet of a workbook is read: the one that was named, else the first that a person sees and that has a table. */
import { WaybillError } from '../../../contracts/errors.ts';
import type { Guess } from '../../../contracts/parse-options.ts';
import type { Workbook } from './workbook.ts';

export interface SheetChoice {
  readonly index: number;
  readonly guess: Guess<string>;
}

/** A table shows in so much of its sheet's XML, and in so many sheets; all looks together read no more of a workbook. */
const lookBytes = 8 * 1024 * 1024, lookSheets = 60, mostLookBytes = 64 * 1024 * 1024;
const namedSheets = 12;

export const chooseSheet = async (workbook: Workbook, said: string | undefined): Promise<SheetChoice> => {
  const { sheets } = workbook;
  if (said !== undefined) return namedChoice(workbook, said);
  if (sheets.length === 1) return { index: 0, guess: { value: sheets[0]?.name ?? '', confidence: 1, why: 'it is the only sheet' } };
  const tables = await tablesOf(workbook);
  const visible = sheets.flatMap(({ hidden }, index) => (hidden ? [] : [index]));
  const index = tables[0] ?? visible[0] ?? 0;
  const why = tables.length === 0 ? 'no sheet shows a table in its first rows; this is the first one' : tables.length === 1 ? 'the only visible sheet that has a table' : `the first of ${tables.length} visible sheets that have a table`;
  return { index, guess: { value: sheets[index]?.name ?? '', confidence: tables.length === 1 ? 0.9 : tables.length === 0 ? 0.5 : 0.7, why: `${why}; the others are ${namesBeside(workbook, [index])}` } };
};

/** When the sheets turned out to be one table. */
export const oneTableGuess = (workbook: Workbook, sheets: readonly number[]): Guess<string> => {
  const value = workbook.sheets[sheets[0] ?? 0]?.name ?? '', why = `${sheets.length} sheets are one table, as Waybill writes them`;
  const others = namesBeside(workbook, sheets);
  return others === '' ? { value, confidence: 1, why } : { value, confidence: 0.9, why: `${why}; the others are ${others}` };
};

const namesBeside = ({ sheets }: Workbook, chosen: readonly number[]): string => {
  const others = sheets.filter((_, at) => !chosen.includes(at)).map((sheet) => `“${sheet.name}”${sheet.hidden ? ' (hidden)' : ''}`);
  return `${others.slice(0, namedSheets).join(', ')}${others.length > namedSheets ? ` and ${others.length - namedSheets} more` : ''}`;
};

const namedChoice = ({ sheets }: Workbook, said: string): SheetChoice => {
  const number = /^#(\d+)$/.exec(said)?.[1];
  const byName = sheets.findIndex(({ name }) => name === said);
  const index = byName >= 0 ? byName : number === undefined ? sheets.findIndex(({ name }) => name.trim().toLowerCase() === said.trim().toLowerCase()) : Number(number) - 1;
  const sheet = sheets[index];
  if (sheet === undefined) throw new WaybillError('FILE_SHEET_UNKNOWN', `The workbook has no sheet of this name or number; it has ${sheets.length}.`, { sheets: sheets.length });
  return { index, guess: { value: sheet.name, confidence: 1, why: `named by the operator${sheet.hidden ? '; the sheet is hidden' : ''}` } };
};

/** Sheets that are not looked at any more show no table. */
const tablesOf = async (workbook: Workbook): Promise<readonly number[]> => {
  const found: number[] = [];
  let left = mostLookBytes;
  for (const [index, { hidden }] of workbook.sheets.slice(0, lookSheets).entries()) {
    if (hidden) continue;
    const { hasTable, readBytes } = await workbook.look(index, Math.min(lookBytes, left));
    if (hasTable) found.push(index);
    left -= readBytes;
    if (left <= 0) break;
  }
  return found;
};
