/** Plain tables for terminals. Headers, file names and texts of a definition come from others: what would move the cursor is replaced. */
import { stripVTControlCharacters } from 'node:util';

export type Align = 'left' | 'right';
export interface Column {
  readonly title: string;
  readonly align?: Align;
}

const controls = /[\u0000-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069]/g;
export const printable = (text: string): string => stripVTControlCharacters(text).replace(controls, '·');

/** East Asian wide characters and emoji take two places. */
const wide = /[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6\u{1f300}-\u{1faff}\u{20000}-\u{3fffd}]/u;
const none = /\p{Mark}/u;
const widthOf = (text: string): number => [...text].reduce((sum, character) => sum + (none.test(character) ? 0 : wide.test(character) ? 2 : 1), 0);

export const shorten = (text: string, most: number): string => {
  const characters = [...text];
  return characters.length <= most ? text : `${characters.slice(0, most - 1).join('')}…`;
};

const pad = (text: string, width: number, align: Align): string => {
  const space = ' '.repeat(Math.max(0, width - widthOf(text)));
  return align === 'right' ? space + text : text + space;
};

export const textTable = (columns: readonly Column[], rows: readonly (readonly string[])[]): string => {
  const cells = rows.map((row) => columns.map((_, index) => printable(row[index] ?? '')));
  const widths = columns.map(({ title }, index) => Math.max(widthOf(title), ...cells.map((row) => widthOf(row[index] ?? ''))));
  const line = (row: readonly string[]): string =>
    row.map((cell, index) => pad(cell, widths[index] ?? 0, columns[index]?.align ?? 'left')).join('  ').trimEnd();
  return [line(columns.map(({ title }) => title)), ...cells.map(line)].join('\n');
};

export const indent = (text: string, by = '  '): string => text.split('\n').map((line) => by + line).join('\n');
