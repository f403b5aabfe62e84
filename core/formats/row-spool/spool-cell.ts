/**
 * The row spool: rows of sources that cannot be read at a byte (workbooks, typed columns, exploded records), as UTF-8 lines that can. A line
 * is the record's own line number (a sheet's row, from 1) and its cells, separated by tabs. Nothing at all is an empty cell. What a text
 * cannot stand for begins with a backslash: `\e` an empty text, `\!7;` a cell for which issue 7 is the finding and that rejects its row,
 * `\?7;` a value with finding 7 beside it. A first cell `\#7;` is the text of a row that has no cells because of issue 7; a cell `\~` is none, but
 * the name of a place that has a value and no column. Inside a cell tab, line feed, carriage return and backslash are escaped as in COPY's text form.
 */
import { issueNumber, type IssueCode } from '../../../contracts/issue-codes.ts';

/** Null: no value. */
export type SpoolCell = string | null | { readonly text: string; readonly issue: IssueCode; readonly rejects: boolean };

const special = /[\\\t\n\r]/;
const specials = /[\\\t\n\r]/g;
const escapes: Readonly<Record<string, string>> = { '\\': '\\\\', '\t': '\\t', '\n': '\\n', '\r': '\\r' };
const escaped = (text: string): string => (special.test(text) ? text.replace(specials, (sign) => escapes[sign] ?? sign) : text);

export const spoolCell = (cell: SpoolCell): string => {
  if (cell === null) return '';
  if (typeof cell === 'string') return cell === '' ? '\\e' : escaped(cell);
  return `\\${cell.rejects ? '!' : '?'}${issueNumber(cell.issue)};${escaped(cell.text)}`;
};

/** One line of the spool with its end. */
export const spoolLine = (line: number, cells: readonly SpoolCell[]): string => {
  let text = String(line);
  for (const cell of cells) text += `\t${spoolCell(cell)}`;
  return `${text}\n`;
};

/** A row that could not be read. */
export const spoolProblem = (line: number, issue: IssueCode, text: string): string => `${line}\t\\#${issueNumber(issue)};${escaped(text)}\n`;

/** @param unknown names of places, as readers make them (json/path-tree.ts: no signs that need an escape) */
export const spoolLineWith = (line: number, cells: readonly SpoolCell[], unknown: readonly string[]): string =>
  spoolLine(line, cells).slice(0, -1) + unknown.map((path) => `\t\\~${escaped(path)}`).join('') + '\n';
