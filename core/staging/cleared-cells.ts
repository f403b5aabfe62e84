/**
 * Cells of the text that takes a value away (the load policy's token). They become empty before anything else looks at the row; which lanes that
 * empties is told beside them, because an empty cell may mean to leave what is there.
 */
import { brokenFlag, escapedFlag } from '../formats/csv/record-scanner.ts';
import { cellText } from '../formats/cell-text.ts';
import type { RecordReader } from '../formats/source-format.ts';
import type { CopyBuffer } from '../types/copy-buffer.ts';
import type { Lane } from './lane.ts';

export interface Clearing {
  readonly token: string;
  /** Issue of each lane, or 0, where the token stands: a required value cannot be taken away. */
  readonly findings: readonly number[];
}

/** A derived key is made of its cells, and none of them is its own. */
const columnsOf = (lane: Lane): readonly number[] => {
  switch (lane.kind) {
    case 'cell': return [lane.column];
    case 'pair': case 'cells': return lane.columns;
    case 'hash': return [];
  }
};

export class ClearedCells {
  private readonly token: Buffer;
  private readonly laneColumns: readonly (readonly number[])[];
  private readonly columns: readonly number[];
  /** Of the current row. */
  private readonly lanes: number[] = [];

  constructor(private readonly clearing: Clearing, lanes: readonly Lane[]) {
    this.token = Buffer.from(clearing.token, 'utf8');
    this.laneColumns = lanes.map(columnsOf);
    this.columns = [...new Set(this.laneColumns.flat())];
  }

  /** Whether the row has a lane that is cleared: one of its cells is the token, and the others are empty. */
  mark(reader: RecordReader, bytes: Buffer): boolean {
    this.lanes.length = 0;
    let marked: number[] | null = null;
    for (const column of this.columns)
      if (this.isToken(reader, bytes, column)) { reader.cellEnd[column] = reader.cellStart[column] as number; (marked ??= []).push(column); }
    if (marked === null) return false;
    for (const [lane, columns] of this.laneColumns.entries())
      if (columns.some((column) => marked.includes(column)) && columns.every((column) => reader.cellStart[column] === reader.cellEnd[column])) this.lanes.push(lane);
    return this.lanes.length > 0;
  }

  has(lane: number): boolean { return this.lanes.includes(lane); }

  /** The last column of the line. */
  append(out: CopyBuffer): void {
    out.ascii(this.lanes.length === 0 ? '\t\\N' : `\t{${this.lanes.join(',')}}`);
  }

  private isToken(reader: RecordReader, bytes: Buffer, column: number): boolean {
    const start = reader.cellStart[column] as number, end = reader.cellEnd[column] as number, flags = reader.cellFlags[column] as number;
    if (end - start < this.token.length || (flags & brokenFlag) !== 0) return false;
    if ((flags & escapedFlag) !== 0) return cellText(reader, bytes, column) === this.clearing.token;
    return end - start === this.token.length && bytes.compare(this.token, 0, this.token.length, start, end) === 0;
  }
}
