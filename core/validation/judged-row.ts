/**
 * The row that is being staged, as rules see it: a field's value is read from its COPY text when a rule first asks for it, and kept until the
 * next row. Where there are no rules there is none of this.
 */
import { tooCostly, type RowValues, type Value } from './cel/cel-values.ts';
import type { LaneReader } from './read-lane.ts';

/** How a field's cell was taken. */
export const laneTaken = 0, laneRefused = 1, laneMissing = 2;

/** Steps of a row's rules, some nanoseconds each: enough for what people write, an end for what would hold up the job. */
const mostSteps = 200_000;
const nothing = Buffer.alloc(0);

export interface RowForm {
  /** One a lane. */
  readonly readers: readonly LaneReader[];
  /** The one source column of a lane, or -1. */
  readonly columns: readonly number[];
  /** Day of the job, since 1970. */
  readonly today: number;
}

export class JudgedRow implements RowValues {
  readonly starts: Int32Array;
  readonly ends: Int32Array;
  readonly states: Uint8Array;
  readonly elements: Value[] = [];
  readonly cells: readonly { readonly row: JudgedRow; readonly lane: number }[];
  bytes: Buffer = nothing;
  private readonly values: Value[];
  /** Rows in which a value was read. */
  private readonly read: Float64Array;
  private turn = 0;
  private steps = 0;

  private readonly readers: readonly LaneReader[];
  private readonly columns: readonly number[];
  private readonly textOfColumn: (column: number) => string | null | undefined;
  readonly today: number;

  constructor({ readers, columns, today }: RowForm, textOfColumn: (column: number) => string | null | undefined) {
    this.readers = readers;
    this.columns = columns;
    this.textOfColumn = textOfColumn;
    this.today = today;
    this.cells = readers.map((_, lane) => ({ row: this, lane }));
    this.starts = new Int32Array(readers.length);
    this.ends = new Int32Array(readers.length);
    this.states = new Uint8Array(readers.length);
    this.values = readers.map(() => null);
    this.read = new Float64Array(readers.length);
  }

  /** Another row begins. */
  next(): void {
    this.turn += 1;
    this.steps = 0;
  }

  isNull(lane: number): boolean {
    if (lane < 0) return true;
    const start = this.starts[lane] as number;
    return this.states[lane] === laneMissing || (this.ends[lane] === start + 2 && this.bytes[start] === 0x5c && this.bytes[start + 1] === 0x4e);
  }

  /** Whether nobody has said yet that the cell is missing. */
  isFree(lane: number): boolean { return lane < 0 || this.states[lane] !== laneMissing; }

  /** The cell as it stands in the file; null: it is empty, or the field has several or none. */
  textOf(lane: number): string | null | undefined {
    const column = this.columns[lane] ?? -1;
    return column < 0 ? null : this.textOfColumn(column);
  }

  isRefused(lane: number): boolean { return lane >= 0 && this.states[lane] === laneRefused; }

  field(lane: number): Value {
    if (lane < 0) return null;
    if (this.read[lane] === this.turn) return this.values[lane];
    const value = this.states[lane] === laneRefused ? undefined : this.isNull(lane) ? null : (this.readers[lane] as LaneReader)(this.bytes, this.starts[lane] as number, this.ends[lane] as number);
    // A number of hundreds of digits: nothing is said of it, neither good nor bad.
    if (value === undefined && this.states[lane] !== laneRefused) throw tooCostly;
    this.read[lane] = this.turn;
    this.values[lane] = value;
    return value;
  }

  source(column: number): string | null | undefined { return this.textOfColumn(column); }

  spend(steps: number): void {
    this.steps += steps;
    if (this.steps > mostSteps) throw tooCostly;
  }
}
