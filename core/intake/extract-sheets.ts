/**
 * Rows of one sheet, or of several that are one table: an export of more records than a sheet can hold. A sheet goes on with the one before
 * only when that one was full and both begin with the same header; a sheet that a person copied or added is none.
 */
import { mostLines, type SheetFacts, type Workbook } from '../formats/sheets/workbook.ts';

export interface SheetsToExtract {
  /** Beyond the first those that may go on with it, by their names. */
  readonly sheets: readonly number[];
  /** Told of each that is begun. */
  readonly facts: SheetFacts[];
  readonly mostBytes: number;
  /** Records of a full sheet; fewer for tests. */
  readonly fullSheet: number;
}

export const fullSheetRecords = mostLines - 1;

/** Of the sheets that go on the header is left out. */
export async function* extractSheets(workbook: Workbook, { sheets, facts, mostBytes, fullSheet }: SheetsToExtract): AsyncGenerator<Uint8Array> {
  let grown = 0;
  for (const [at, sheet] of sheets.entries()) {
    // The header of the first sheet is a row of it too.
    if (at > 0 && !(facts[at - 1]?.rows === fullSheet + (at === 1 ? 1 : 0) && await beginAlike(workbook, sheets[0], sheet))) return;
    const reading = workbook.read(sheet, { lineBase: at * mostLines, skipLines: at === 0 ? 0 : 1 });
    for await (const piece of reading.lines()) {
      yield piece;
      grown += piece.length;
      if (grown >= mostBytes) break;
    }
    facts.push(reading.facts);
    if (grown >= mostBytes) return;
  }
}

const beginAlike = async (workbook: Workbook, first: number | undefined, other: number): Promise<boolean> => {
  if (first === undefined) return false;
  const header = await firstLine(workbook, first);
  return header.length > 0 && header.equals(await firstLine(workbook, other));
};

/** With its number, as the spool has it. */
const firstLine = async (workbook: Workbook, sheet: number): Promise<Buffer> => {
  for await (const piece of workbook.read(sheet, { lineBase: 0, skipLines: 0 }).lines()) return Buffer.from(piece.subarray(0, piece.indexOf(lineFeed) + 1));
  return Buffer.alloc(0);
};
const lineFeed = 0x0a;

/** Which sheets the table lies in, and how much of it was read. Where only the head was, a sheet that seems to be full goes on. */
export const extentOf = (workbook: Workbook, { sheets, facts, fullSheet }: SheetsToExtract, isHead: boolean): { readonly sheets: readonly number[]; readonly share: number } => {
  const read = sheets.slice(0, facts.length), last = read.at(-1) ?? 0;
  const seemsFull = (facts.at(-1)?.rows ?? 0) / Math.max(workbook.shareRead(last), 0.001) > fullSheet * 0.9;
  const all = isHead && seemsFull ? sheets : read;
  return { sheets: all, share: read.reduce((sum, sheet) => sum + workbook.shareRead(sheet), 0) / all.length };
};
