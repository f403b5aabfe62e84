/**
 * CSV and TSV (RFC 4180 with a choice of signs). Nothing at all is a null, a quoted nothing an empty text. In a file of one column a null
 * has to be a quoted nothing, since an empty line is no record; an empty text cannot be told from it there and is refused.
 */
import { WaybillError } from '../../../contracts/errors.ts';
import type { CsvDialect } from '../../../contracts/export-request.ts';
import type { FormatWriter, OutputField, OutputRow } from '../format-writer.ts';
import { portableText } from '../portable-text.ts';
import { CsvLineEncoder } from './csv-line-encoder.ts';
import type { CellKind } from './csv-line-encoder.ts';
import { neutraliseFormula } from './formula-text.ts';

export interface CsvWriterOptions extends CsvDialect { readonly delimiter: string }

const textTypes: ReadonlySet<string> = new Set(['text', 'country', 'phone', 'email', 'code', 'enum', 'other']);
const plainTypes: ReadonlySet<string> = new Set(['integer', 'number', 'boolean', 'date', 'uuid']);
/** Delimiters that stand in numbers and times too. */
const ofPlainTypes = /[-+.:]/;
const byteOrderMark = '\ufeff';
const special = /[\^$.*+?()[\]{}|\\/-]/g;

type WriteCell = (text: string) => string;

export class CsvWriter implements FormatWriter {
  readonly opening: Uint8Array;
  readonly between = Buffer.alloc(0);
  readonly closing = Buffer.alloc(0);
  private guardedTexts = 0;
  /** Null: of one column, a null is written in another way. */
  private readonly lines: CsvLineEncoder | null;
  private readonly cells: readonly WriteCell[];
  private readonly quote: WriteCell;
  /** What must be quoted: signs of the dialect, and outer blanks, which many readers trim. */
  private readonly needsQuotes: RegExp;
  private readonly lineEnd: string;

  constructor(private readonly fields: readonly OutputField[], private readonly options: CsvWriterOptions) {
    const { quote, delimiter, header, bom } = options;
    this.lineEnd = options.lineEnd === 'lf' ? '\n' : '\r\n';
    this.quote = (text) => `${quote}${text.replaceAll(quote, quote + quote)}${quote}`;
    this.needsQuotes = new RegExp(`^$|[${delimiter.replace(special, '\\$&')}${quote}\r\n]|^\\s|\\s$`);
    this.cells = fields.map(({ field }) => this.cellOf(field.type, portableText(field)));
    this.lines = fields.length === 1 ? null : new CsvLineEncoder(
      fields.map(({ field: { type } }, index) => ({ kind: this.kindOf(type), cell: this.cells[index] as WriteCell })), { delimiter, quote, lineEnd: this.lineEnd });
    const names = header ? fields.map(({ name }) => this.quoted(name)).join(delimiter) + this.lineEnd : '';
    this.opening = Buffer.from(`${bom ? byteOrderMark : ''}${names}`);
  }

  get guardedCells(): number { return this.guardedTexts + (this.lines?.guardedCells ?? 0); }

  get encodeLines(): ((messages: Buffer) => Uint8Array) | undefined {
    return this.lines?.encode.bind(this.lines);
  }

  encode(rows: readonly OutputRow[]): Uint8Array {
    const { cells, lineEnd, options: { delimiter } } = this;
    let text = '';
    for (const row of rows) {
      let line = '';
      for (let index = 0; index < cells.length; index += 1) {
        const value = row[index];
        if (index > 0) line += delimiter;
        if (value !== null && value !== undefined) line += (cells[index] as WriteCell)(value);
      }
      text += (cells.length === 1 ? this.onlyCell(row, line) : line) + lineEnd;
    }
    return Buffer.from(text);
  }

  private onlyCell([value]: OutputRow, line: string): string {
    if (value !== '') return line === '' ? this.quote('') : line;
    const name = this.fields[0]?.field.name ?? '';
    throw new WaybillError('EXPORT_UNWRITABLE', `In a file of one column an empty text of ${name} could not be told from no value; export a second field with it.`, { field: name });
  }

  private kindOf(type: string): CellKind {
    if (textTypes.has(type)) return this.options.guardFormulas ? 'guarded' : 'text';
    if (type === 'json') return 'text';
    if (ofPlainTypes.test(this.options.delimiter) || (!plainTypes.has(type) && type !== 'timestamp')) return 'other';
    return type === 'timestamp' ? 'time' : type === 'date' ? 'day' : 'plain';
  }

  private cellOf(type: string, portable: WriteCell): WriteCell {
    if (!this.options.guardFormulas || !textTypes.has(type)) return (value) => this.quoted(portable(value));
    return (value) => {
      const guarded = neutraliseFormula(value);
      if (guarded.length !== value.length) this.guardedTexts += 1;
      return this.quoted(guarded);
    };
  }

  private quoted(text: string): string {
    return this.needsQuotes.test(text) ? this.quote(text) : text;
  }
}
