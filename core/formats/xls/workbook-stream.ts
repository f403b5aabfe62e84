/**
 * The records of a workbook (BIFF5 and BIFF8, [MS-XLS] 2.1.4), of which a part's cells are shown to the parser at a time: it makes an object
 * of some 400 bytes of each cell that it sees. What it shall not see is called a record that it passes over; nothing is moved.
 */
const type = { bof: 0x0809, eof: 0x0a, boundSheet: 0x85, passedOver: 0x1d } as const;
/** NUMBER, BOOLERR, RK, MULRK, LABELSST, LABEL, RSTRING. Formulas are not among them: some stand for others, and their texts behind them. */
const cellTypes: ReadonlySet<number> = new Set([0x0203, 0x0205, 0x027e, 0xbd, 0xfd, 0x0204, 0xd6]);
const mulRk = 0xbd;
/** BLANK and MULBLANK: a format without a value. */
const blankTypes: ReadonlySet<number> = new Set([0x0201, 0xbe]);
const noRow = -1;

/** Rows of all sheets, numbered through: {@link rowsOfSheet} for each. */
export interface RowRange { readonly from: number; readonly to: number }
export const rowsOfSheet = 65_536;
export const allRows: RowRange = { from: 0, to: Infinity };

interface Cells { readonly places: number[]; readonly types: number[]; readonly rows: number[] }

export class WorkbookStream {
  private readonly cells: Cells = { places: [], types: [], rows: [] };
  /** Cells of a row. */
  private readonly counts = new Map<number, number>();

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

  show({ from, to }: RowRange): void {
    const { places, types, rows } = this.cells;
    for (let index = 0; index < places.length; index += 1) {
      const row = rows[index] as number;
      this.bytes.writeUInt16LE(row >= from && row < to ? types[index] as number : type.passedOver, places[index]);
    }
  }

  restore(): void { this.show({ from: noRow, to: Infinity }); }

  private walk(starts: ReadonlyMap<number, number>): void {
    let depth = 0, sheet: number | undefined;
    eachRecord(this.bytes, (kind, at, length) => {
      if (kind === type.bof) {
        depth += 1;
        if (depth === 1) sheet = starts.get(at);
      } else if (kind === type.eof) depth -= 1;
      else if (depth === 1 && sheet !== undefined) this.note(kind, { at, length, sheet });
    });
  }

  private note(kind: number, { at, length, sheet }: { readonly at: number; readonly length: number; readonly sheet: number }): void {
    const isBlank = blankTypes.has(kind);
    if (length < 6 || !(isBlank || cellTypes.has(kind))) return;
    const row = isBlank ? noRow : sheet * rowsOfSheet + this.bytes.readUInt16LE(at + 4);
    const { places, types, rows } = this.cells;
    places.push(at);
    types.push(kind);
    rows.push(row);
    if (!isBlank) this.counts.set(row, (this.counts.get(row) ?? 0) + (kind === mulRk ? Math.floor((length - 6) / 6) : 1));
  }
}

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
