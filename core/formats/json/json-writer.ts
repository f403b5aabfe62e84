/** JSON (one array of records) and JSON Lines (a record a line); a record is an object with its fields in order. */
import type { FormatWriter, OutputField, OutputRow } from '../format-writer.ts';
import { jsonMembers } from './json-value.ts';

const bytes = (text: string): Uint8Array => Buffer.from(text);

export class JsonLinesWriter implements FormatWriter {
  readonly opening = bytes('');
  readonly between = bytes('');
  readonly closing = bytes('');
  readonly guardedCells = 0;
  private readonly members: (row: OutputRow) => string;
  constructor(fields: readonly OutputField[]) { this.members = jsonMembers(fields); }

  encode(rows: readonly OutputRow[]): Uint8Array {
    let text = '';
    for (const row of rows) text += `{${this.members(row)}}\n`;
    return bytes(text);
  }
}

export class JsonArrayWriter implements FormatWriter {
  readonly opening = bytes('[\n');
  readonly between = bytes(',\n');
  readonly closing = bytes('\n]\n');
  readonly guardedCells = 0;
  private readonly members: (row: OutputRow) => string;
  constructor(fields: readonly OutputField[]) { this.members = jsonMembers(fields); }

  encode(rows: readonly OutputRow[]): Uint8Array {
    return bytes(rows.map((row) => `{${this.members(row)}}`).join(',\n'));
  }
}
