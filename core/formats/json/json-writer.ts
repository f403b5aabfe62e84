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

/** A document with one list, an element a record. */
export abstract class JsonListWriter implements FormatWriter {
  readonly opening: Uint8Array;
  readonly between = bytes(',\n');
  readonly closing: Uint8Array;
  readonly guardedCells = 0;

  constructor(before: string, behind: string) {
    this.opening = bytes(`${before}\n`);
    this.closing = bytes(`\n${behind}\n`);
  }

  encode(rows: readonly OutputRow[]): Uint8Array {
    return bytes(rows.map((row) => this.element(row)).join(',\n'));
  }

  protected abstract element(row: OutputRow): string;
}

export class JsonArrayWriter extends JsonListWriter {
  private readonly members: (row: OutputRow) => string;

  constructor(fields: readonly OutputField[]) {
    super('[', ']');
    this.members = jsonMembers(fields);
  }

  protected element(row: OutputRow): string { return `{${this.members(row)}}`; }
}
