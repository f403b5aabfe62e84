/**
 * The records of a workbook (BIFF5 and BIFF8, [MS-XLS] 2.1.4), of which a part's cells are shown to the parser at a time: it makes an object
 * of some 600 bytes of each cell that it sees. What it shall not see is called a record that it passes over; nothing is moved. Cells with
 * shared texts are read here, and it never sees them: it takes 32 s for 790,000 texts, of which 29 s to look for the borders between records.
 */
import { SharedTexts, type RecordBody } from './shared-texts.ts';

const type = { bof: 0x0809, eof: 0x0a, boundSheet: 0x85, sst: 0xfc, goesOn: 0x3c, labelSst: 0xfd, mulRk: 0xbd, passedOver: 0x1d } as const;
/** NUMBER, BOOLERR, RK, MULRK, LABELSST, LABEL, RSTRING. Formulas are not among them: some stand for others, and their texts behind them. */
const cellTypes: ReadonlySet<number> = new Set([0x0203, 0x0205, 0x027e, type.mulRk, type.labelSst, 0x0204, 0xd6]);
/** BLANK and MULBLANK: a format without a value. */
const blankTypes: ReadonlySet<number> = new Set([0x0201, 0xbe]);
const noRow = -1;

/** Rows of all sheets, numbered through: {@link rowsOfSheet} for each. */
export interface RowRange { readonly from: number; readonly to: number }
export const rowsOfSheet = 65_536;
export const allRows: RowRange = { from: 0, to: Infinity };
export interface TextCell { readonly row: number; readonly column: number; readonly text: string }

/** Of each record that the parser does not see all the time. */
interface Hidden { readonly places: number[]; readonly types: number[]; readonly rows: number[] }

export class WorkbookStream {
  private readonly hidden: Hidden = { places: [], types: [], rows: [] };
  /** Cells of a row. */
  private readonly counts = new Map<number, number>();
  private readonly textRecords: RecordBody[] = [];
  private texts: SharedTexts | null = null;

  constructor(readonly bytes: Buffer) { this.walk(sheetStarts(bytes)); }

  /** Ranges of about so many cells, in their order; one row more than that is a range of its own. */
  parts(cells: number): readonly RowRange[] {
    const borders: number[] = [0];
    let count = 0;
    for (const row of [...this.counts.keys()].sort((one, other) => one - other)) {
      const more = this.counts.get(row) ?? 0;
      if (count > 0 && count + more > cells) {
        borders.push(row);
        count = 0;
      }
      count += more;
    }
    return borders.map((from, index) => ({ from, to: borders[index + 1] ?? Infinity }));
  }

  show(range: RowRange): void { this.name((kind, row) => kind !== type.labelSst && isIn(range, row)); }

  restore(): void { this.name(() => true); }

  /** Cells with shared texts. */
  *textCells(range: RowRange): Generator<TextCell> {
    const { bytes, hidden: { places, types, rows } } = this;
    for (let index = 0; index < places.length; index += 1) {
      const row = rows[index] as number, at = places[index] as number;
      if (types[index] !== type.labelSst || !isIn(range, row)) continue;
      this.texts ??= new SharedTexts(bytes, this.textRecords);
      yield { row, column: bytes.readUInt16LE(at + 6), text: this.texts.text(bytes.readUInt32LE(at + 10)) };
    }
  }

  private name(isSeen: (kind: number, row: number) => boolean): void {
    const { bytes, hidden: { places, types, rows } } = this;
    for (let index = 0; index < places.length; index += 1) {
      const kind = types[index] as number;
      bytes.writeUInt16LE(isSeen(kind, rows[index] as number) ? kind : type.passedOver, places[index]);
    }
  }

  private walk(starts: ReadonlyMap<number, number>): void {
    let depth = 0, sheet: number | undefined, isInTexts = false;
    eachRecord(this.bytes, (kind, at, length) => {
      isInTexts = kind === type.sst || (isInTexts && kind === type.goesOn);
      if (isInTexts) this.noteTexts(kind, at, length);
      else if (kind === type.bof) {
        depth += 1;
        if (depth === 1) sheet = starts.get(at);
      } else if (kind === type.eof) depth -= 1;
      else if (depth === 1 && sheet !== undefined) this.noteCell(kind, { at, length, sheet });
    });
  }

  private noteTexts(kind: number, at: number, length: number): void {
    if (kind === type.sst) {
      this.textRecords.length = 0;
      this.hide(kind, at, noRow);
    }
    this.textRecords.push({ start: at + 4, end: at + 4 + length });
  }

  private noteCell(kind: number, { at, length, sheet }: { readonly at: number; readonly length: number; readonly sheet: number }): void {
    if (length < (kind === type.labelSst ? 10 : 6)) return;
    if (blankTypes.has(kind)) this.hide(kind, at, noRow);
    if (!cellTypes.has(kind)) return;
    const row = sheet * rowsOfSheet + this.bytes.readUInt16LE(at + 4);
    this.hide(kind, at, row);
    this.counts.set(row, (this.counts.get(row) ?? 0) + (kind === type.mulRk ? Math.floor((length - 6) / 6) : 1));
  }

  private hide(kind: number, at: number, row: number): void {
    this.hidden.places.push(at);
    this.hidden.types.push(kind);
    this.hidden.rows.push(row);
  }
}

const isIn = ({ from, to }: RowRange, row: number): boolean => row >= from && row < to;

const eachRecord = (bytes: Buffer, visit: (kind: number, at: number, length: number) => void): void => {
  for (let at = 0; at + 4 <= bytes.length;) {
    const length = bytes.readUInt16LE(at + 2);
    if (at + 4 + length > bytes.length) return;
    visit(bytes.readUInt16LE(at), at, length);
    at += 4 + length;
  }
};

/** Where sheets begin, in the order of their places, as the parser numbers them. */
const sheetStarts = (bytes: Buffer): ReadonlyMap<number, number> => {
  const starts = new Set<number>();
  eachRecord(bytes, (kind, at, length) => { if (kind === type.boundSheet && length >= 4) starts.add(bytes.readUInt32LE(at + 4)); });
  return new Map([...starts].sort((one, other) => one - other).map((start, index) => [start, index]));
};
