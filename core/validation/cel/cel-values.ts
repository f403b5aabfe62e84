/** What expressions compute with. Types are known when an expression is defined, so a value carries none. */
import type { Numeric } from './exact-number.ts';

export type PlainType = 'text' | 'int' | 'decimal' | 'bool' | 'date' | 'timestamp' | 'point' | 'null';
export interface ListType { readonly of: PlainType }
export type CelType = PlainType | ListType;

/** Seconds since 1970 and microseconds behind them. */
export interface Instant { readonly seconds: number; readonly micros: number }
export interface Place { readonly lat: Numeric; readonly lon: Numeric }

/**
 * A date is the number of its day since 1970. null: there is no value. undefined: there is one and it cannot be told, as the cell was refused:
 * what depends on it is not known either.
 */
export type Value = string | Numeric | boolean | Instant | Place | readonly Value[] | null | undefined;

/** The row that an expression is asked of. */
export interface RowValues {
  field(index: number): Value;
  source(column: number): string | null | undefined;
  /** Day of the job, since 1970. */
  readonly today: number;
  /** Elements of the lists that are being walked through. */
  readonly elements: Value[];
  /** Throws {@link tooCostly} when the row has used up its steps. */
  spend(steps: number): void;
}

export interface Compiled {
  readonly type: CelType;
  readonly run: (row: RowValues) => Value;
  /** Of a literal: it is the same for every row. */
  readonly literal?: Value;
  /** Of a field by its name alone: which it is. */
  readonly field?: number;
}

/** One object for all, since a stack a row would cost more than the row. */
export class TooCostly extends Error {}
export const tooCostly = new TooCostly('an expression took too many steps');

export const isList = (type: CelType): type is ListType => typeof type === 'object';
export const isNumeric = (type: CelType): boolean => type === 'int' || type === 'decimal';
export const sameType = (left: CelType, right: CelType): boolean => (isList(left) && isList(right) ? left.of === right.of : left === right);

const words: Readonly<Record<PlainType, string>> = {
  text: 'a text', int: 'a whole number', decimal: 'a number', bool: 'a yes/no value', date: 'a date', timestamp: 'a time', point: 'a point', null: 'null',
};
export const nameOfType = (type: CelType): string => (isList(type) ? 'a list' : words[type]);
