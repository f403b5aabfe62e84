/**
 * Whether a field's cell surely keeps all rules of its field, told in one look at its bytes: bounds are merged to the tightest, and nothing is
 * decoded. Only a cell that it does not pass is asked rule by rule (field-checks.ts), which also says what is amiss.
 */
import type { FieldDefinition } from '../../contracts/dataset-definition.ts';
import { pgTypeOf } from '../../contracts/pg-type-of.ts';
import type { RuleOf } from '../../contracts/rules.ts';
import { BytePattern, isPattern } from '../transform/byte-pattern.ts';
import { ByteSet } from './byte-set.ts';
import { compareNumeric, readNumeric, type Numeric } from './cel/exact-number.ts';
import { readDay } from './cel/read-moment.ts';
import { NumberRange } from './range-check.ts';
import { daysTo2000, typeOfField } from './read-lane.ts';

const ofText = 0, ofNumber = 1, ofDay = 2;
interface TextMarks { readonly least: number; readonly most: number; readonly patterns: readonly BytePattern[]; readonly sets: readonly ByteSet[] }
const noMarks: TextMarks = { least: 0, most: Infinity, patterns: [], sets: [] };

/** One class for all types, so that the loop over a row's fields calls one function. */
export class LaneScreen {
  private readonly least: number;
  private readonly most: number;
  private readonly patterns: readonly BytePattern[];
  private readonly sets: readonly ByteSet[];

  constructor(private readonly kind: number, { least, most, patterns, sets }: TextMarks, private readonly range: NumberRange) {
    this.least = least;
    this.most = most;
    this.patterns = patterns;
    this.sets = sets;
  }

  passes(bytes: Uint8Array, start: number, end: number): boolean {
    return this.kind === ofText ? this.passesText(bytes, start, end) : this.kind === ofNumber ? this.range.holds(bytes, start, end) : this.range.holdsWhole(bytes, start, end);
  }

  private passesText(bytes: Uint8Array, start: number, end: number): boolean {
    const { patterns, sets, least, most } = this;
    // No more characters than bytes.
    if (end - start > most && !hasAtMost(bytes, start, end, most)) return false;
    if (least > 0 && !hasAtLeast(bytes, start, end, least)) return false;
    for (let index = 0; index < patterns.length; index += 1) if ((patterns[index] as BytePattern).test(bytes, start, end) !== isPattern) return false;
    for (let index = 0; index < sets.length; index += 1) if (!(sets[index] as ByteSet).has(bytes, start, end)) return false;
    return true;
  }
}

/** Of COPY text, in which an escape stands for one character. */
const hasAtLeast = (bytes: Uint8Array, start: number, end: number, least: number): boolean => {
  let left = least;
  for (let at = start; at < end; at += 1) {
    const byte = bytes[at] as number;
    if (byte === 0x5c) at += 1;
    if ((byte & 0xc0) !== 0x80 && (left -= 1) === 0) return true;
  }
  return false;
};
const hasAtMost = (bytes: Uint8Array, start: number, end: number, most: number): boolean => !hasAtLeast(bytes, start, end, most + 1);

export interface ScreenForm { readonly field: FieldDefinition; /** Dates as days since 2000-01-01. */ readonly datesAsDays: boolean }

/** Null: the rules are asked one by one. They are known to fit the field's type. */
export const screenOf = (rules: readonly RuleOf<'field'>[], { field, datesAsDays }: ScreenForm): LaneScreen | null => {
  const hasValues = rules.some(({ values }) => values !== undefined);
  switch (typeOfField(field)) {
    case 'text': return textScreen(rules);
    case 'int': case 'decimal': return hasValues ? null : ordered(ofNumber, rules, readNumeric);
    case 'date': return hasValues || !datesAsDays || pgTypeOf(field) !== 'date' ? null : ordered(ofDay, rules, daysOf);
    case 'bool': case 'timestamp': case 'point': case 'null': return null;
  }
  return null;
};

const daysOf = (text: string): number | null => { const day = readDay(text); return day === null ? null : day - daysTo2000; };

const textScreen = (rules: readonly RuleOf<'field'>[]): LaneScreen | null => {
  const patterns = rules.flatMap(({ pattern }) => (pattern === undefined ? [] : [BytePattern.of(pattern)]));
  const known = patterns.filter((pattern) => pattern !== null);
  if (known.length < patterns.length) return null;
  return new LaneScreen(ofText, {
    least: Math.max(0, ...rules.map(({ minLength }) => minLength ?? 0)), most: Math.min(...rules.map(({ maxLength }) => maxLength ?? Infinity)),
    patterns: known, sets: rules.flatMap(({ values }) => (values === undefined ? [] : [new ByteSet(values)])),
  }, new NumberRange(null, null));
};

const ordered = (kind: number, rules: readonly RuleOf<'field'>[], read: (text: string) => Numeric | null): LaneScreen | null => {
  const mins = rules.flatMap(({ min }) => (min === undefined ? [] : [read(min.trim())])), maxes = rules.flatMap(({ max }) => (max === undefined ? [] : [read(max.trim())]));
  const least = tightest(mins, (order) => order > 0), most = tightest(maxes, (order) => order < 0);
  return least === undefined || most === undefined ? null : new LaneScreen(kind, noMarks, new NumberRange(least, most));
};

/** Null: there is no bound; undefined: one is none. */
const tightest = (bounds: readonly (Numeric | null)[], isTighter: (order: number) => boolean): Numeric | null | undefined =>
  bounds.reduce<Numeric | null | undefined>((found, next) => {
    if (found === undefined || next === null) return undefined;
    return found === null || isTighter(compareNumeric(next, found)) ? next : found;
  }, null);
