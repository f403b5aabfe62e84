/** What staging is told of a plan: its fields, where each comes from and how it is written. */
import type { RecordReader } from '../formats/source-format.ts';
import type { CellEncoder, PairEncoder } from '../types/cell-encoder.ts';
import type { CellsEncoder } from '../transform/transform-encoder.ts';
import type { TransformProgram } from '../transform/transform-program.ts';
import type { DateEvidence } from '../types/date-evidence.ts';
import type { KeyHasher } from '../types/derived-key.ts';
import type { Clearing } from './cleared-cells.ts';
import type { RowForm } from '../validation/judged-row.ts';
import type { RowRules } from '../validation/row-rules.ts';

/** One staged field: where its text comes from and how it is written. */
export type Lane =
  | { readonly kind: 'cell'; readonly field: string; readonly column: number; readonly encoder: CellEncoder; readonly whenBlank: number }
  | { readonly kind: 'pair'; readonly field: string; readonly columns: readonly [number, number]; readonly encoder: PairEncoder; readonly whenBlank: number }
  | { readonly kind: 'cells'; readonly field: string; readonly columns: readonly number[]; readonly encoder: CellsEncoder; readonly whenBlank: number }
  | { readonly kind: 'hash'; readonly field: string; readonly sources: readonly HashSource[]; readonly hasher: KeyHasher };

/** Cells of a derived key: as they stand in the file, or the one text that transforms make of them. */
export interface HashSource { readonly columns: readonly number[]; readonly program: TransformProgram | null }

/** Where an issue of a lane is shown; null: in no one column. */
export const columnOf = (lane: Lane): number | null => {
  switch (lane.kind) {
    case 'cell': return lane.column;
    case 'cells': return lane.columns[0] ?? null;
    case 'pair': case 'hash': return null;
  }
};

export interface StagerSpec {
  readonly reader: RecordReader;
  readonly columnCount: number;
  readonly lanes: readonly Lane[];
  /** The source was transcoded: U+FFFD then marks bytes that could not be decoded. */
  readonly transcoded: boolean;
  /** A file of rejected rows or of an export that came back: an apostrophe that guards a formula is none of the cell's. */
  readonly restoresFormulas: boolean;
  /** The quote is an apostrophe. */
  readonly apostropheQuotes?: boolean;
  /** A file of our own export: a quoted nothing is an empty text, not a null. */
  readonly quotedNothingIsText?: boolean;
  /** Rules and row filter of the import; absent: there are none, and they cost nothing. */
  readonly judgement?: { readonly rules: RowRules; readonly form: RowForm } | null;
  /** Lanes of the key, where equal keys are always written alike; empty otherwise. */
  readonly hashedLanes: readonly number[];
  /** A cell of this text takes the field's value away; such lanes are told in a last column. */
  readonly clearing?: Clearing;
  /** Counts of the columns whose order of day and month is judged when all is staged: where one rejected row stops the job, else absent. */
  readonly openDates?: readonly DateEvidence[];
}

export interface ChunkRange {
  readonly firstRow: number;
  readonly firstLine: number;
}
