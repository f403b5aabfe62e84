/** `BC23`: column 55, line 23. */
import type { MergedCells } from '../sheets/workbook.ts';

/** The column of a reference, from 1; 0 when there is none. */
export const cellReference = (bytes: Uint8Array, start: number, end: number): number => {
  let column = 0;
  for (let at = start; at < end; at += 1) {
    const letter = ((bytes[at] as number) & 0xdf) - 0x40;
    if (letter < 1 || letter > 26 || column > 0xffff) break;
    column = column * 26 + letter;
  }
  return column;
};

const range = /^\$?([A-Za-z]{1,3})\$?(\d{1,7})(?::\$?([A-Za-z]{1,3})\$?(\d{1,7}))?$/;
const columnOf = (letters: string): number => cellReference(Buffer.from(letters), 0, letters.length);

export const rangeReference = (text: string): MergedCells | null => {
  const [, first, firstLine, last, lastLine] = range.exec(text) ?? [];
  if (first === undefined) return null;
  return { firstLine: Number(firstLine), lastLine: Number(lastLine ?? firstLine), firstColumn: columnOf(first), lastColumn: columnOf(last ?? first) };
};

export const columnLetters = (column: number): string => {
  let letters = '';
  for (let rest = column; rest > 0; rest = Math.floor((rest - 1) / 26)) letters = String.fromCharCode(0x41 + ((rest - 1) % 26)) + letters;
  return letters;
};
