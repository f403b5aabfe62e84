/**
 * Writes one CSV line (RFC 4180, CRLF). A null is nothing at all, an empty text is `""`, so that both can be read back.
 */
import { neutraliseFormula } from './formula-text.ts';

export interface CsvRowOptions {
  /** One character; a comma when not said. */
  readonly delimiter?: string;
  /** Whether texts that a spreadsheet would run get a leading apostrophe (design 10.19). */
  readonly neutraliseFormulas?: boolean;
}

export function encodeCsvRow(cells: readonly (string | null)[], options: CsvRowOptions = {}): string {
  const delimiter = options.delimiter ?? ',';
  // A lone null would be a blank line, which readers skip.
  if (cells.length === 1 && cells[0] === null) return '""\r\n';
  const neutralise = options.neutraliseFormulas === true;
  return `${cells.map((cell) => encodeCell(cell, delimiter, neutralise)).join(delimiter)}\r\n`;
}

function encodeCell(cell: string | null, delimiter: string, neutralise: boolean): string {
  if (cell === null) return '';
  const text = neutralise ? neutraliseFormula(cell) : cell;
  return needsQuotes(text, delimiter) ? `"${text.replaceAll('"', '""')}"` : text;
}

/** Outer blanks are quoted because many readers trim them. */
const needsQuotes = (text: string, delimiter: string): boolean =>
  text === '' || text.includes(delimiter) || /["\r\n]/.test(text) || /^\s|\s$/.test(text);
