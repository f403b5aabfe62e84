/**
 * Workbooks (ECMA-376, transitional): a part holds its rows packed, so that a file is put together without packing anything again. A sheet
 * that is full goes on in the next one; our own reader knows such sheets for one table.
 */
import { WaybillError } from '../../../contracts/errors.ts';
import type { Companion, FileWriter, PartPlace, WrittenPart } from '../file-writer.ts';
import type { OutputField, OutputRow } from '../format-writer.ts';
import { mostColumns, mostLines } from '../sheets/workbook.ts';
import { deflatePiece, openPieces, type DeflatedPiece } from '../zip/deflated-piece.ts';
import { joinPieces, pieceOf, zipFile, type ZipEntry } from '../zip/zip-file.ts';
import { columnLetters } from './cell-reference.ts';
import { cellWriter, mostCellCharacters, type WriteCell } from './xlsx-cells.ts';
import { frameEntries, sheetClosing, sheetOpening, sheetPart } from './xlsx-frame.ts';

/** So many become one text. */
const rowsAtOnce = 1000;

/** Beside the header. */
export const sheetRows = mostLines - 1;

export class XlsxWriter implements FileWriter {
  readonly companions: readonly Companion[] = [];
  readonly writeLines = null;
  readonly assemblesInOrder = false;
  guardedCells = 0;
  private readonly cells: readonly WriteCell[];
  private readonly letters: readonly string[];

  /** @param rowsOfSheet fewer for tests */
  constructor(private readonly fields: readonly OutputField[], private readonly rowsOfSheet = sheetRows) {
    if (fields.length > mostColumns) throw new WaybillError('EXPORT_FORMAT_UNFIT', `A sheet has at most ${mostColumns} columns.`, { format: 'xlsx' });
    const long = fields.find(({ name }) => name.length > mostCellCharacters);
    if (long !== undefined) throw new WaybillError('EXPORT_FIELDS_INVALID', 'A name is longer than a cell.', { field: long.field.name });
    this.cells = fields.map(({ field }) => cellWriter(field, () => { this.guardedCells += 1; }));
    this.letters = fields.map((_, index) => columnLetters(index + 1));
  }

  /** A piece for each sheet that the part's rows lie in. */
  async *writePart(batches: AsyncIterable<readonly OutputRow[]>, { firstRow, rows }: PartPlace): AsyncGenerator<Uint8Array> {
    const source = new RowSource(batches);
    try {
      for (let row = firstRow; row < firstRow + rows;) {
        const inSheet = row % this.rowsOfSheet;
        const count = Math.min(this.rowsOfSheet - inSheet, firstRow + rows - row);
        yield* deflatePiece(this.encoded(source, { line: inSheet + 2, count }));
        row += count;
      }
      await source.end();
    } finally {
      await source.close();
    }
  }

  async *assemble(parts: readonly WrittenPart[]): AsyncGenerator<Uint8Array> {
    const rows = parts.reduce((sum, part) => sum + part.rows, 0);
    const sheets = Math.max(1, Math.ceil(rows / this.rowsOfSheet));
    const pieces = await this.piecesBySheet(parts, sheets);
    yield* zipFile([...frameEntries(sheets), ...pieces.map((own, index) => this.sheetEntry(own, { index, rows }))]);
  }

  private sheetEntry(pieces: readonly DeflatedPiece[], { index, rows }: { readonly index: number; readonly rows: number }): ZipEntry {
    const opening = pieceOf(sheetOpening(this.fields, Math.min(this.rowsOfSheet, rows - index * this.rowsOfSheet)));
    return joinPieces(sheetPart(index + 1), [opening, ...pieces, pieceOf(sheetClosing)]);
  }

  private async piecesBySheet(parts: readonly WrittenPart[], sheets: number): Promise<readonly (readonly DeflatedPiece[])[]> {
    const bySheet: DeflatedPiece[][] = Array.from({ length: sheets }, () => []);
    for (const part of parts) {
      const first = Math.floor(part.firstRow / this.rowsOfSheet);
      for (const [index, piece] of (await openPieces(part)).entries()) bySheet[first + index]?.push(piece);
    }
    return bySheet;
  }

  private async *encoded(source: RowSource, { line, count }: { readonly line: number; readonly count: number }): AsyncGenerator<Uint8Array> {
    for (let done = 0; done < count;) {
      const rows = await source.take(Math.min(rowsAtOnce, count - done));
      if (rows.length === 0) return;
      let text = '';
      for (const [index, row] of rows.entries()) text += this.row(row, line + done + index);
      done += rows.length;
      yield Buffer.from(text);
    }
  }

  private row(row: OutputRow, line: number): string {
    const { cells, letters } = this;
    let text = '';
    for (let index = 0; index < cells.length; index += 1) {
      const value = row[index];
      if (value !== null && value !== undefined) text += `<c r="${letters[index] as string}${line}"${(cells[index] as WriteCell)(value)}`;
    }
    // A row of nothing but nulls is a record too; without any cell its line would be a blank one.
    return `<row r="${line}">${text === '' ? `<c r="A${line}" t="inlineStr"><is/></c>` : text}</row>`;
  }
}

/** Rows of batches, so many as are wanted. */
class RowSource {
  private readonly batches: AsyncIterator<readonly OutputRow[]>;
  private batch: readonly OutputRow[] = [];
  private at = 0;

  constructor(batches: AsyncIterable<readonly OutputRow[]>) { this.batches = batches[Symbol.asyncIterator](); }

  /** None: there are no more. */
  async take(most: number): Promise<readonly OutputRow[]> {
    while (this.at >= this.batch.length) {
      const next = await this.batches.next();
      if (next.done === true) return [];
      this.batch = next.value;
      this.at = 0;
    }
    const rows = this.batch.slice(this.at, this.at + most);
    this.at += rows.length;
    return rows;
  }

  /** The batches are read to their end, where they say whether they were whole. */
  async end(): Promise<void> {
    while ((await this.batches.next()).done !== true);
  }

  /** Also when the part is broken off: what is read has to be let go. */
  async close(): Promise<void> { await this.batches.return?.(); }
}
