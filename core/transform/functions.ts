/** The functions of transforms by name: what each takes, what it gives, and how it is made ready. docs/transforms.md shows each. */
import type { StepOf, TransformName, TransformStep } from '../../contracts/transform.ts';
import { booleanWords } from './boolean-words.ts';
import { collapse } from './collapse.ts';
import { coordinates } from './coordinates.ts';
import type { ColumnDates } from './column-dates.ts';
import { country } from './country.ts';
import { date, givesTime } from './date.ts';
import { dateParts } from './date-parts.ts';
import { columnsOfExpression, expression, kindOfExpression } from './expression.ts';
import { extract } from './extract.ts';
import { coalesce, constant, fallback, join } from './fallback.ts';
import { hash } from './hash.ts';
import { language } from './language.ts';
import { lower, title, upper } from './letter-case.ts';
import { normalize } from './normalize.ts';
import { number } from './number.ts';
import { partialDate } from './partial-date.ts';
import { personName } from './person-name.ts';
import { phone } from './phone.ts';
import { replace } from './replace.ts';
import { split } from './split.ts';
import type { CompiledStep, ValueKind } from './step.ts';
import { substring } from './substring.ts';
import { trim } from './trim.ts';
import { units } from './units.ts';
import { valueMap } from './value-map.ts';

export interface TransformFunction<Name extends TransformName> {
  /** @param column whose day and month the step tells apart by what the whole of it says */
  readonly compile: (step: StepOf<Name>, column?: ColumnDates) => CompiledStep;
  /** Kinds that it reads; `any` text, whatever it means. */
  readonly takes: readonly ValueKind[] | 'any';
  /** `same`: what it was given. */
  readonly gives: ValueKind | 'same' | ((step: StepOf<Name>) => ValueKind);
  /** Of several columns, or of none: how many a step takes. Absent: each on its own. */
  readonly columns?: (step: StepOf<Name>) => readonly [number, number] | null;
}

const text = { takes: 'any', gives: 'text' } as const;
const same = { takes: 'any', gives: 'same' } as const;
/** Reads a notation, so what a step before has read already is none. */
const reads = <Kind extends ValueKind>(gives: Kind) => ({ takes: ['text'], gives } as const);
const many = 16;

export const transformFunctions: { readonly [Name in TransformName]: TransformFunction<Name> } = {
  trim: { compile: trim, ...same },
  collapse: { compile: collapse, ...same },
  upper: { compile: upper, ...text },
  lower: { compile: lower, ...text },
  title: { compile: title, ...text },
  normalize: { compile: normalize, ...same },
  split: { compile: split, ...text },
  substring: { compile: substring, ...text },
  replace: { compile: replace, ...text },
  extract: { compile: extract, ...text },
  default: { compile: fallback, ...same },
  constant: { compile: constant, ...text, columns: () => [0, 0] },
  join: { compile: join, ...text, columns: () => [1, many] },
  coalesce: { compile: coalesce, ...same, columns: () => [1, many] },
  number: { compile: number, ...reads('number') },
  units: { compile: units, takes: ['text', 'number'], gives: 'number' },
  boolean: { compile: booleanWords, ...reads('boolean') },
  date: { compile: date, takes: ['text'], gives: (step) => (givesTime(step) ? 'timestamp' : 'date') },
  date_parts: { compile: dateParts, takes: ['text', 'number'], gives: ({ partial }) => (partial ? 'partial_date' : 'date'), columns: ({ order }) => [order.length, order.length] },
  partial_date: { compile: partialDate, ...reads('partial_date') },
  name: { compile: personName, ...text },
  phone: { compile: phone, ...reads('phone') },
  country: { compile: country, ...reads('country') },
  language: { compile: language, ...reads('language') },
  coordinates: { compile: coordinates, takes: ['text', 'number'], gives: 'point', columns: () => [1, 2] },
  map: { compile: valueMap, ...text },
  hash: { compile: hash, takes: 'any', gives: 'hash' },
  expression: { compile: expression, takes: 'any', gives: kindOfExpression, columns: columnsOfExpression },
};

const functionOf = (step: TransformStep): TransformFunction<TransformName> => transformFunctions[step.fn] as TransformFunction<TransformName>;

/** A cell of blanks says nothing to whoever reads a notation, as to a type that is no text. */
const told = (text: string): boolean => text.trim() !== '';
const pastBlanks = (step: CompiledStep): CompiledStep => (step.kind === 'combining'
  ? { ...step, combine: (values) => step.combine(values.map((value) => (value !== null && told(value) ? value : null))) }
  : { ...step, apply: (text) => (told(text) ? step.apply(text) : step.ofNothing ?? null) });

export const compileStep = (step: TransformStep, column?: ColumnDates): CompiledStep => {
  const { compile, takes } = functionOf(step), compiled = compile(step, column);
  return takes === 'any' ? compiled : pastBlanks(compiled);
};
export const takesOf = (step: TransformStep): readonly ValueKind[] | 'any' => functionOf(step).takes;
export const columnsOf = (step: TransformStep): readonly [number, number] | null => functionOf(step).columns?.(step) ?? null;
export const givesOf = (step: TransformStep, given: ValueKind): ValueKind => {
  const { gives } = functionOf(step);
  return gives === 'same' ? given : typeof gives === 'string' ? gives : gives(step);
};
