/**
 * The one place where a name becomes SQL text (design 9). Values never pass here: they are parameters.
 */
import { WaybillError } from '../contracts/errors.ts';

export interface TableName {
  readonly schema: string;
  readonly name: string;
}

export const quoteIdentifier = (name: string): string => {
  if (name.length === 0 || name.includes('\u0000')) throw new WaybillError('INTERNAL', 'A name is empty or holds a NUL character.');
  return `"${name.replaceAll('"', '""')}"`;
};

export const quoteTable = (table: TableName): string => `${quoteIdentifier(table.schema)}.${quoteIdentifier(table.name)}`;

/** For our own constants and definitions (enum values, comments) in DDL, which takes no parameters. Never for a cell value. */
export const quoteLiteral = (text: string): string => {
  if (text.includes('\u0000')) throw new WaybillError('INTERNAL', 'A literal holds a NUL character.');
  const quoted = `'${text.replaceAll("'", "''")}'`;
  // Backslashes mean themselves only under standard_conforming_strings; E'' means the same under both settings.
  return text.includes('\\') ? ` E${quoted.replaceAll('\\', '\\\\')}` : quoted;
};
