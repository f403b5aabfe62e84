/** Fields that several columns make only together: date and time, day and month and year, latitude and longitude, street and number, first and last name. */
import type { ReadField } from './read-field.ts';
import type { ScoredColumn } from './score-pair.ts';

export interface CombinedField {
  readonly field: string;
  /** From 0, in the order in which they are put together. */
  readonly columns: readonly number[];
  readonly confidence: number;
  readonly auto: boolean;
}

export interface CombineOrder {
  readonly columns: readonly ScoredColumn[];
  readonly fields: readonly ReadField[];
  readonly proposals: readonly unknown[];
}

export const combineColumns = (_: CombineOrder): readonly CombinedField[] => [];
