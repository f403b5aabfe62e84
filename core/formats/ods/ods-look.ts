/**
 * Which sheets an OpenDocument spreadsheet has, and which of them have a table: one pass over the part that they share. Cells are counted and
 * never built, however often they repeat, so that the pass costs what the XML has of bytes (package-parts.ts bounds them) and nothing else.
 */
import { WaybillError } from '../../../contracts/errors.ts';
import type { WorkbookSheet } from '../sheets/workbook.ts';
import { XmlTokens, type XmlHandler } from '../sheets/xml-tokens.ts';
import { aside, attribute, mostSheets, tag } from './ods-names.ts';

interface SeenSheet { readonly name: string; readonly hidden: boolean; wideRows: number }

export class OdsLook implements XmlHandler {
  readonly tokens: XmlTokens = new XmlTokens(this);
  private readonly seen: SeenSheet[] = [];
  private readonly hiddenStyles = new Set<string>();
  private styleName = '';
  private depth = 0;
  private asideDepth = 0;
  private rowsRepeated = 1;
  private cells = 0;
  private cellsRepeated = 1;
  private filled = false;

  get sheets(): readonly (WorkbookSheet & { readonly hasTable: boolean })[] {
    return this.seen.map(({ name, hidden, wideRows }) => ({ name, hidden, hasTable: wideRows > 1 }));
  }

  open(name: number): void {
    if (aside.has(name)) this.asideDepth += 1;
    if (this.asideDepth > 0) return;
    if (name === tag.table) this.openTable();
    else if (name === tag.style) this.attributes((each) => { if (each === attribute.name) this.styleName = this.tokens.value; });
    else if (name === tag.tableProperties) this.noteHiddenStyle();
    else if (this.depth !== 1) return;
    else if (name === tag.cell || name === tag.covered) this.openCell();
    else if (name === tag.p || name === tag.h) this.filled = true;
    else if (name === tag.row) this.openRow();
  }

  close(name: number): void {
    if (aside.has(name)) { this.asideDepth -= 1; return; }
    if (this.asideDepth > 0) return;
    if (name === tag.table) { this.depth -= 1; return; }
    if (this.depth !== 1) return;
    if (name === tag.cell || name === tag.covered) { if (this.filled) this.cells += this.cellsRepeated; } else if (name === tag.row) this.closeRow();
  }

  text(): void { /* What is in a cell says nothing here. */ }

  private attributes(each: (name: number) => void): void {
    for (let name = this.tokens.nextAttribute(); name !== 0; name = this.tokens.nextAttribute()) each(name);
  }

  private noteHiddenStyle(): void {
    this.attributes((name) => { if (name === attribute.display && this.tokens.value === 'false' && this.hiddenStyles.size < mostSheets) this.hiddenStyles.add(this.styleName); });
  }

  private openTable(): void {
    this.depth += 1;
    if (this.depth !== 1) return;
    let sheetName = '', style = '';
    this.attributes((name) => {
      if (name === attribute.name && sheetName === '') sheetName = this.tokens.value; else if (name === attribute.styleName) style = this.tokens.value;
    });
    if (this.seen.length >= mostSheets) throw new WaybillError('FILE_WORKBOOK_TOO_LARGE', `The spreadsheet has more than ${mostSheets} sheets.`, { mostSheets });
    this.seen.push({ name: sheetName, hidden: this.hiddenStyles.has(style), wideRows: 0 });
  }

  private openRow(): void {
    this.rowsRepeated = 1;
    this.cells = 0;
    this.attributes((name) => { if (name === attribute.rows) this.rowsRepeated = Math.max(1, this.tokens.number); });
  }

  private closeRow(): void {
    const sheet = this.seen.at(-1);
    if (sheet !== undefined && this.cells > 1) sheet.wideRows += this.rowsRepeated;
  }

  /** As OdsRows has it: what has a type, a formula or a paragraph has a value. */
  private openCell(): void {
    this.cellsRepeated = 1;
    this.filled = false;
    this.attributes((name) => {
      if (name === attribute.columns) this.cellsRepeated = Math.max(1, this.tokens.number);
      else if (name === attribute.formula || (name === attribute.type && this.tokens.valueEnd > this.tokens.valueStart)) this.filled = true;
    });
  }
}
