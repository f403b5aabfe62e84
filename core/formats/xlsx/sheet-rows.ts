/** The rows of one sheet (ECMA-376 part 1, 18.3): its XML goes in, lines of the row spool and what else is known of it come out. */
import { WaybillError } from '../../../contracts/errors.ts';
import { CellText } from '../sheets/cell-text.ts';
import { numberText } from '../sheets/number-text.ts';
import { RowLines } from '../sheets/row-lines.ts';
import { serialText, valueKinds } from '../sheets/serial-date.ts';
import { emptyFacts, mostColumns, mostLines, noteMerge, type SheetStart } from '../sheets/workbook.ts';
import { tagOf, XmlTokens, type XmlHandler } from '../sheets/xml-tokens.ts';
import { cellReference, rangeReference } from './cell-reference.ts';
import type { CellStyles } from './cell-styles.ts';
import type { SharedStrings } from './shared-strings.ts';

const [row, c, v, f, is, t, rPh, col, pane, mergeCell, autoFilter, sheetData] =
  [tagOf('row'), tagOf('c'), tagOf('v'), tagOf('f'), tagOf('is'), tagOf('t'), tagOf('rPh'), tagOf('col'), tagOf('pane'), tagOf('mergeCell'), tagOf('autoFilter'), tagOf('sheetData')];
const [r, s, hidden, min, max, ySplit, state, ref] = [tagOf('r'), tagOf('s'), tagOf('hidden'), tagOf('min'), tagOf('max'), tagOf('ySplit'), tagOf('state'), tagOf('ref')];

const invalid = (what: string, line: number): WaybillError => new WaybillError('FILE_WORKBOOK_INVALID', `The sheet is broken at line ${line}: ${what}.`, { line });

/** `t` of a cell by its first letters. */
type CellType = 'number' | 'shared' | 'text' | 'inline' | 'boolean' | 'error' | 'date';
const typeOf = (bytes: Buffer, start: number, end: number): CellType => {
  switch (bytes[start]) {
    case 0x73: return end - start === 1 ? 'shared' : 'text';
    case 0x69: return 'inline';
    case 0x62: return 'boolean';
    case 0x65: return 'error';
    case 0x64: return 'date';
    case undefined: default: return 'number';
  }
};

export interface WorkbookParts {
  readonly strings: SharedStrings | null;
  readonly styles: CellStyles | null;
  readonly is1904: boolean;
}

export class SheetRows implements XmlHandler {
  readonly facts = emptyFacts();
  readonly lines = new RowLines(this.facts);
  readonly tokens: XmlTokens = new XmlTokens(this);
  private readonly cellText = new CellText();
  private inData = false;
  private line = 0;
  private skipped = false;
  private column = 0;
  private style = 0;
  private type: CellType = 'number';
  private hasFormula = false;
  private hasValue = false;
  private inInline = false;
  private collects = false;
  private phoneticDepth = 0;

  constructor(private readonly parts: WorkbookParts, private readonly from: SheetStart) {}

  open(tag: number): void {
    if (tag === c) this.openCell();
    else if (tag === v) { this.collects = true; this.hasValue = true; }
    else if (tag === row && this.inData) this.openRow();
    else if (tag === f) this.hasFormula = true;
    else if (tag === is) { this.inInline = true; this.hasValue = false; }
    else if (tag === t) this.openText();
    else if (tag === rPh) this.phoneticDepth += 1;
    else this.openOther(tag);
  }

  close(tag: number): void {
    if (tag === c) this.closeCell();
    else if (tag === v || tag === t) this.collects = false;
    else if (tag === row && this.inData) this.closeRow();
    else if (tag === is) this.inInline = false;
    else if (tag === rPh) this.phoneticDepth -= 1;
    else if (tag === sheetData) this.inData = false;
  }

  text(start: number, end: number, literal: boolean): void {
    if (this.collects) this.cellText.add(this.tokens.bytes, start, end, literal);
  }

  private openOther(tag: number): void {
    const { tokens, facts } = this;
    if (tag === sheetData) { this.inData = true; return; }
    if (tag !== col && tag !== mergeCell && tag !== pane && tag !== autoFilter) return;
    let range = null, isHidden = false, isFrozen = false, split = 0, first = 1, last = 1;
    for (let name = tokens.nextAttribute(); name !== 0; name = tokens.nextAttribute()) {
      if (name === hidden) isHidden = tokens.flag;
      else if (name === ref) range = rangeReference(tokens.value);
      else if (name === min) first = tokens.number;
      else if (name === max) last = tokens.number;
      else if (name === ySplit) split = tokens.number;
      else if (name === state) isFrozen = tokens.value.startsWith('frozen');
    }
    if (tag === col && isHidden && first > 0 && last < mostColumns) facts.hiddenColumns += Math.max(0, last - first + 1);
    if (tag === pane && isFrozen && split > 0) facts.frozenLines = split;
    if (tag === autoFilter && range !== null) facts.filterLine = range.firstLine;
    if (tag === mergeCell && range !== null) noteMerge(facts, range);
  }

  private openRow(): void {
    const { tokens } = this;
    let line = this.line + 1, isHidden = false;
    for (let name = tokens.nextAttribute(); name !== 0; name = tokens.nextAttribute()) {
      if (name === r) line = tokens.number; else if (name === hidden) isHidden = tokens.flag;
    }
    if (line <= this.line) throw invalid('its rows are not in order', line);
    if (line > mostLines) throw invalid('a sheet has no such line', line);
    this.line = line;
    this.column = 0;
    this.skipped = line <= this.from.skipLines;
    if (this.skipped) return;
    if (isHidden) this.facts.hiddenRows += 1;
    this.lines.startRow(line + this.from.lineBase);
  }

  private closeRow(): void {
    if (this.skipped) return;
    this.lines.endRow();
    // Shared texts can make a megabyte of thirty bytes of XML.
    if (this.lines.isFull) this.tokens.paused = true;
  }

  private openCell(): void {
    const { tokens } = this;
    let column = this.column + 1;
    this.style = 0;
    this.type = 'number';
    for (let name = tokens.nextAttribute(); name !== 0; name = tokens.nextAttribute()) {
      if (name === r) column = cellReference(tokens.bytes, tokens.valueStart, tokens.valueEnd);
      else if (name === s) this.style = tokens.number;
      else if (name === t) this.type = typeOf(tokens.bytes, tokens.valueStart, tokens.valueEnd);
    }
    if (column <= this.column) throw invalid('its cells are not in order', this.line);
    if (column > mostColumns) throw invalid('a sheet has no such column', this.line);
    this.column = column;
    this.hasFormula = this.hasValue = false;
    this.cellText.clear();
  }

  private openText(): void {
    if (!this.inInline || this.phoneticDepth > 0) return;
    this.hasValue = true;
    this.collects = true;
  }

  private closeCell(): void {
    this.collects = false;
    if (this.skipped || !this.inData) return;
    const { column, cellText, lines } = this;
    // A formula that an application wrote without working it out has no value at all; `<v/>` is one that came to an empty text.
    if (!this.hasValue || (cellText.length === 0 && this.type !== 'text' && this.type !== 'inline')) {
      if (this.hasFormula) lines.broken(column, '', 'SHEET_FORMULA_WITHOUT_VALUE');
      // Our own writer's row of nothing but nulls (xlsx-rows.ts).
      else if (this.type === 'inline') lines.nothing(column);
      return;
    }
    switch (this.type) {
      case 'shared': this.shared(); return;
      case 'number': this.number(); return;
      case 'text': case 'inline': this.plainText(); return;
      case 'boolean': lines.string(column, cellText.ascii === '1' || cellText.ascii === 'true' ? 'true' : 'false'); return;
      case 'error': lines.broken(column, cellText.ascii, 'SHEET_ERROR_VALUE'); return;
      case 'date': lines.string(column, cellText.ascii.replace(/T00:00(?::00(?:\.0+)?)?Z?$/, '')); return;
    }
  }

  private shared(): void {
    const { strings } = this.parts;
    const number = Number(this.cellText.ascii);
    if (strings === null) throw invalid('the texts that its cells share are missing', this.line);
    if (!Number.isInteger(number) || !strings.find(number)) throw invalid('it names a shared text that is not there', this.line);
    this.lines.raw(this.column, strings.slab, strings.start, strings.end);
  }

  private plainText(): void {
    const { cellText, lines, column } = this;
    if (cellText.unescape()) lines.text(column, cellText.bytes, cellText.length);
    else lines.broken(column, cellText.bytes.toString('utf8', 0, cellText.length), 'TEXT_HALF_SURROGATE');
  }

  private number(): void {
    const { cellText, lines, column, parts } = this;
    const style = this.style > 0 ? parts.styles?.of(this.style) : undefined;
    if (style !== undefined && style.kind !== valueKinds.general) {
      const text = cellText.ascii.trim();
      const date = serialText(Number(text), style.kind, parts.is1904);
      if (date === null) lines.broken(column, text, 'SHEET_DATE_IMPOSSIBLE'); else lines.string(column, date);
      return;
    }
    if (style === undefined || style.padded === 0) {
      if (isShortNumber(cellText)) { lines.raw(column, cellText.bytes, 0, cellText.length); return; }
    }
    this.longNumber(style?.padded ?? 0);
  }

  private longNumber(padded: number): void {
    const { lines, column } = this;
    const plain = this.cellText.ascii.trim();
    const number = numberText(plain);
    if (number === null) { this.plainText(); return; }
    const text = /^\d+$/.test(number.text) ? number.text.padStart(padded, '0') : number.text;
    if (number.doubtful) lines.doubtful(column, text, 'SHEET_DIGITS_DOUBTFUL'); else lines.string(column, text);
  }
}

/** Of at most 15 characters, and nothing but digits with a point and a sign: the number as it stands. */
const isShortNumber = ({ bytes, length }: CellText): boolean => {
  if (length > 15) return false;
  for (let at = 0; at < length; at += 1) {
    const byte = bytes[at] as number;
    if ((byte < 0x30 || byte > 0x39) && byte !== 0x2e && byte !== 0x2d) return false;
  }
  return true;
};
