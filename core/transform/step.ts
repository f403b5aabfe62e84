/** What a step of a transform is to the program that runs it. */
import type { ByteCell } from './byte-cell.ts';

/** A text, nothing (an empty cell), or the number of an issue. */
export type Outcome = string | null | number;

/** What a text means, so that steps that do not fit together are refused when they are defined. */
export type ValueKind = 'text' | 'number' | 'boolean' | 'date' | 'timestamp' | 'partial_date' | 'point' | 'phone' | 'country' | 'language' | 'hash';

export interface TextStep {
  readonly kind: 'text';
  /** Of a text that is not empty. */
  readonly apply: (text: string) => Outcome;
  /** Of nothing; default: nothing. */
  readonly ofNothing?: Outcome;
  /** The same on bytes, for the cells that a byte loop is enough for: {@link declined} for any other. */
  readonly bytes?: (cell: ByteCell) => number;
}

/** Makes one text of several. */
export interface CombiningStep {
  readonly kind: 'combining';
  readonly combine: (values: readonly (string | null)[]) => Outcome;
}
export type CompiledStep = TextStep | CombiningStep;

/** Of {@link TextStep.bytes}: the cell was changed in place, is nothing, or is left to the way over texts. Above 0: an issue. */
export const done = 0;
export const nothing = -1;
export const declined = -2;
