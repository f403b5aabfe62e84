/**
 * Rows of one sheet of an OpenDocument spreadsheet (OASIS OpenDocument 1.3, part 3, 9.1): all sheets stand in one part, the one that is
 * wanted is made into lines of the row spool. Rows that repeat are not built until those before them were taken away.
 */
import { WaybillError } from '../../../contracts/errors.ts';
import { CellText } from '../sheets/cell-text.ts';
import { numberText } from '../sheets/number-text.ts';
import { RowLines } from '../sheets/row-lines.ts';
import { emptyFacts, mostColumns, mostLines, noteMerge, type SheetStart } from '../sheets/workbook.ts';
import { appendDecoded } from '../sheets/xml-entities.ts';
import { XmlTokens, type XmlHandler } from '../sheets/xml-tokens.ts';
import { aside, attribute, tag } from './ods-names.ts';
import { durationText, isoTimeText } from './ods-values.ts';

const mostSpaces = 100_000;

interface Cell { repeated: number; columnsSpanned: number; rowsSpanned: number; type: string; value: string | null; hasFormula: boolean }
const emptyCell = (): Cell => ({ repeated: 1, columnsSpanned: 1, rowsSpanned: 1, type: '', value: null, hasFormula: false });

export class OdsRows implements XmlHandler {
  readonly tokens: XmlTokens = new XmlTokens(this);
  readonly facts = emptyFacts();
  readonly lines = new RowLines(this.facts);
  private sheet = -1;
  private depth = 0;
  private asideDepth = 0;
  private reads = false;
  private line = 0;
  private rowsRepeated = 1;
  private rowHidden = false;
  private column = 0;
  private columnDefined = 0;
  private cell: Cell | null = null;
  private paragraphs = 0;
  private inParagraph = 0;
  private pendingSpace = false;
  private readonly text_ = new CellText();

  /** @param wanted which sheet becomes lines */
  constructor(private readonly wanted: number, private readonly from: SheetStart) {}

  open(name: number): void {
    if (aside.has(name)) this.asideDepth += 1;
    if (this.asideDepth > 0) return;
    if (name === tag.cell || name === tag.covered) this.openCell();
    else if (name === tag.p || name === tag.h) this.openParagraph();
    else if (name === tag.row) this.openRow();
    else if (name === tag.s || name === tag.tab || name === tag.lineBreak) this.openBlank(name);
    else if (name === tag.table) this.openTable();
    else if (name === tag.column) this.openColumn();
  }

  close(name: number): void {
    if (aside.has(name)) { this.asideDepth -= 1; return; }
    if (this.asideDepth > 0) return;
    if (name === tag.cell || name === tag.covered) this.closeCell();
    else if (name === tag.p || name === tag.h) this.inParagraph -= 1;
    else if (name === tag.row) this.closeRow();
    else if (name === tag.table) this.depth -= 1;
  }

  text(start: number, end: number, literal: boolean): void {
    if (this.asideDepth > 0 || this.inParagraph === 0 || this.cell === null || this.depth !== 1) return;
    const raw = this.tokens.bytes.toString('utf8', start, end);
    // Part 3, 6.1.2: blanks in a row are one, at the start of a paragraph none.
    let text = (literal ? raw : appendDecoded('', raw)).replaceAll(/[\t\n\r ]+/g, ' ');
    if (this.pendingSpace && text.startsWith(' ')) text = text.slice(1);
    if (text === '') return;
    this.pendingSpace = text.endsWith(' ');
    this.text_.addText(text);
  }

  private attributes(each: (name: number) => void): void {
    for (let name = this.tokens.nextAttribute(); name !== 0; name = this.tokens.nextAttribute()) each(name);
  }

  private openTable(): void {
    this.depth += 1;
    if (this.depth !== 1) return;
    this.sheet += 1;
    this.reads = this.sheet === this.wanted;
    this.line = this.column = this.columnDefined = 0;
  }

  private openColumn(): void {
    if (!this.reads || this.depth !== 1) return;
    let count = 1, isHidden = false;
    this.attributes((name) => {
      if (name === attribute.columns) count = Math.max(1, this.tokens.number); else if (name === attribute.visibility) isHidden = this.tokens.value !== 'visible';
    });
    this.columnDefined += count;
    if (isHidden && this.columnDefined < mostColumns) this.facts.hiddenColumns += count;
  }

  private openRow(): void {
    if (!this.reads || this.depth !== 1) return;
    this.rowsRepeated = 1;
    this.rowHidden = false;
    this.attributes((name) => {
      if (name === attribute.rows) this.rowsRepeated = Math.max(1, this.tokens.number); else if (name === attribute.visibility) this.rowHidden = this.tokens.value !== 'visible';
    });
    this.line += 1;
    this.column = 0;
    this.lines.startRow(this.line + this.from.lineBase);
  }

  private closeRow(): void {
    if (!this.reads || this.depth !== 1) return;
    const before = this.facts.rows;
    const last = this.line + this.rowsRepeated - 1;
    this.lines.repeatRow(this.rowsRepeated - 1);
    this.lines.endRow();
    const filled = this.facts.rows > before;
    if (filled && last > mostLines) throw new WaybillError('FILE_WORKBOOK_INVALID', 'A row with values lies behind the last line of a sheet.', { line: this.line });
    if (filled && this.rowHidden) this.facts.hiddenRows += this.rowsRepeated;
    if (this.lines.isFull || (filled && this.rowsRepeated > 1)) this.tokens.paused = true;
    this.line = last;
  }

  private openCell(): void {
    if (!this.reads || this.depth !== 1) return;
    const cell = this.cell = emptyCell();
    this.paragraphs = 0;
    this.text_.clear();
    this.attributes((name) => {
      const { tokens } = this;
      if (name === attribute.columns) cell.repeated = Math.max(1, tokens.number);
      else if (name === attribute.type) { if (cell.type === '' || tokens.value === 'error') cell.type = tokens.value; }
      else if (name === attribute.value || name === attribute.date || name === attribute.time || name === attribute.boolean || name === attribute.string) cell.value ??= tokens.value;
      else if (name === attribute.formula) cell.hasFormula = true;
      else if (name === attribute.columnsSpanned) cell.columnsSpanned = Math.max(1, tokens.number);
      else if (name === attribute.rowsSpanned) cell.rowsSpanned = Math.max(1, tokens.number);
    });
  }

  private openParagraph(): void {
    this.inParagraph += 1;
    if (this.cell === null || this.depth !== 1) return;
    this.paragraphs += 1;
    if (this.paragraphs > 1) this.text_.addText('\n');
    this.pendingSpace = true;
  }

  private openBlank(name: number): void {
    if (this.cell === null || this.inParagraph === 0 || this.depth !== 1) return;
    let count = 1;
    if (name === tag.s) this.attributes((each) => { if (each === attribute.c) count = Math.min(mostSpaces, Math.max(1, this.tokens.number)); });
    this.text_.addText(name === tag.s ? ' '.repeat(count) : name === tag.tab ? '\t' : '\n');
    this.pendingSpace = false;
  }

  private closeCell(): void {
    const { cell } = this;
    this.cell = null;
    if (cell === null || !this.reads || this.depth !== 1) return;
    const first = this.column + 1, last = this.column + cell.repeated;
    this.column = last;
    if (cell.columnsSpanned > 1 || cell.rowsSpanned > 1) {
      noteMerge(this.facts, { firstLine: this.line, lastLine: this.line + cell.rowsSpanned - 1, firstColumn: first, lastColumn: first + cell.columnsSpanned - 1 });
    }
    if (cell.type === '' && !cell.hasFormula && this.paragraphs === 0) return;
    if (last > mostColumns) throw new WaybillError('FILE_WORKBOOK_INVALID', 'A cell with a value lies behind the last column of a sheet.', { line: this.line });
    this.write(first, cell);
    this.lines.repeatCell(last - first);
  }

  private write(column: number, { type, value, hasFormula }: Cell): void {
    const { lines } = this, shown = this.text_;
    switch (type) {
      case 'float': case 'percentage': case 'currency': this.writeNumber(column, value ?? ''); return;
      case 'date': lines.string(column, isoTimeText(value ?? '')); return;
      case 'time': lines.string(column, durationText(value ?? '')); return;
      case 'boolean': lines.string(column, value ?? ''); return;
      case 'error': lines.broken(column, shown.bytes.toString('utf8', 0, shown.length), 'SHEET_ERROR_VALUE'); return;
      case '': if (hasFormula && this.paragraphs === 0) { lines.broken(column, '', 'SHEET_FORMULA_WITHOUT_VALUE'); return; }
    }
    if (value !== null && type === 'string') { lines.string(column, value); return; }
    lines.text(column, shown.bytes, shown.length);
  }

  private writeNumber(column: number, value: string): void {
    const number = numberText(value);
    if (number?.doubtful === true) this.lines.doubtful(column, number.text, 'SHEET_DIGITS_DOUBTFUL'); else this.lines.string(column, number?.text ?? value);
  }
}
