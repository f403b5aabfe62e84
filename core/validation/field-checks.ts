/** What a rule of kind `field` asks of a cell, compiled for the field's type. A cell that is empty or was refused is only asked whether it had to be there. */
import type { FieldDefinition } from '../../contracts/dataset-definition.ts';
import { issueNumber } from '../../contracts/issue-codes.ts';
import type { RuleOf } from '../../contracts/rules.ts';
import { WaybillError } from '../../contracts/errors.ts';
import { compilePattern } from '../transform/pattern.ts';
import type { ZoneClock } from '../types/zone-clock.ts';
import { ByteSet } from './byte-set.ts';
import { compareNumeric, readNumeric, type Numeric } from './cel/exact-number.ts';
import { isList, type Instant, type Value } from './cel/cel-values.ts';
import { daySeconds, readDay, readInstant } from './cel/read-moment.ts';
import { numberComparer } from './range-check.ts';
import type { JudgedRow } from './judged-row.ts';
import { readText, typeOfField } from './read-lane.ts';
import { ruleInvalid } from './rule-invalid.ts';

/** Returns the number of an issue, or 0. The cell has a value, which lies at `[start, end)` of the row's bytes. */
export interface FieldCell { readonly row: JudgedRow; readonly lane: number }
export type FieldCheck = (bytes: Buffer, start: number, end: number, cell: FieldCell) => number;

const rangeBelow = issueNumber('RANGE_BELOW'), rangeAbove = issueNumber('RANGE_ABOVE');
const tooLong = issueNumber('TEXT_TOO_LONG'), tooShort = issueNumber('TEXT_TOO_SHORT');
const mismatch = issueNumber('PATTERN_MISMATCH'), unknown = issueNumber('ENUM_UNKNOWN');
/** A number of hundreds of digits. */
const tooCostlyFound = issueNumber('RULE_TOO_COSTLY');

interface CheckBasis { readonly field: FieldDefinition; readonly zone: ZoneClock | null; readonly at: string }

export const compileFieldChecks = (rule: RuleOf<'field'>, basis: CheckBasis): readonly FieldCheck[] => {
  const { minLength, maxLength, min, max, pattern, values } = rule;
  const said = [minLength, maxLength, min, max, pattern, values].some((check) => check !== undefined);
  if (!said && rule.required !== true) throw ruleInvalid('it asks nothing. Say required, minLength, maxLength, min, max, pattern or values.', basis.at);
  if ((minLength ?? 0) > (maxLength ?? Infinity)) throw ruleInvalid('minLength is more than maxLength.', basis.at);
  return [
    ...(minLength === undefined ? [] : [shortest(minLength, basis)]), ...(maxLength === undefined ? [] : [longest(maxLength, basis)]),
    ...(min === undefined ? [] : [least(min, basis)]), ...(max === undefined ? [] : [greatest(max, basis)]),
    ...(pattern === undefined ? [] : [patternCheck(pattern, basis)]), ...(values === undefined ? [] : [amongValues(values, basis)]),
  ];
};

const expectText = (name: string, { field, at }: CheckBasis): void => {
  if (typeOfField(field) !== 'text') throw ruleInvalid('it measures a text, and the field is of another type. Use min and max, or a rule of kind row.', `${at}.${name}`);
};

/** Characters of a COPY text of which each escape stands for one. */
const charactersIn = (bytes: Buffer, start: number, end: number): number => {
  let count = 0;
  for (let at = start; at < end; at += 1) {
    const byte = bytes[at] as number;
    if (byte === 0x5c) at += 1;
    if ((byte & 0xc0) !== 0x80) count += 1;
  }
  return count;
};

const shortest = (length: number, basis: CheckBasis): FieldCheck => {
  expectText('minLength', basis);
  return (bytes, start, end) => (charactersIn(bytes, start, end) < length ? tooShort : 0);
};
const longest = (length: number, basis: CheckBasis): FieldCheck => {
  expectText('maxLength', basis);
  // No more characters than bytes.
  return (bytes, start, end) => (end - start > length && charactersIn(bytes, start, end) > length ? tooLong : 0);
};

interface Ordered { readonly value: Value; readonly compare: (left: Value, right: Value) => number }

const compareInstants = (left: Value, right: Value): number => (left as Instant).seconds - (right as Instant).seconds || (left as Instant).micros - (right as Instant).micros;
const bound = (text: string, name: 'min' | 'max', { field, zone, at }: CheckBasis): Ordered => {
  const type = typeOfField(field);
  const place = `${at}.${name}`;
  const found = (value: Value, compare: Ordered['compare'], form: string): Ordered => {
    if (value === null || value === undefined) throw ruleInvalid(`it is no value of the field’s type. Write ${form}.`, place);
    return { value, compare };
  };
  if (type === 'int' || type === 'decimal') return found(readNumeric(text.trim()), (left, right) => compareNumeric(left as Numeric, right as Numeric), 'digits with a point as decimal mark');
  if (type === 'date') return found(readDay(text.trim()), (left, right) => (left as number) - (right as number), 'YYYY-MM-DD');
  if (type === 'timestamp') return found(lastOfDay(text.trim(), name, zone), compareInstants, 'YYYY-MM-DD or YYYY-MM-DDTHH:MM:SSZ');
  throw ruleInvalid('numbers, dates and times have an order, and the field is of another type. Use minLength, pattern or values.', place);
};
/** A `max` that is a date alone means the whole of that day, as in a dataset (core/types/timestamp-encoder.ts). */
const lastOfDay = (text: string, name: 'min' | 'max', zone: ZoneClock | null): Instant | null => {
  const instant = readInstant(text, zone);
  return instant === null || name === 'min' || readDay(text) === null ? instant : { seconds: instant.seconds + daySeconds - 1, micros: 999_999 };
};

const least = (text: string, basis: CheckBasis): FieldCheck => {
  const compare = cellComparer(bound(text, 'min', basis), basis.field);
  return (bytes, start, end, cell) => { const order = compare(bytes, start, end, cell); return order >= 0 ? 0 : order < 0 ? rangeBelow : tooCostlyFound; };
};
const greatest = (text: string, basis: CheckBasis): FieldCheck => {
  const compare = cellComparer(bound(text, 'max', basis), basis.field);
  return (bytes, start, end, cell) => { const order = compare(bytes, start, end, cell); return order <= 0 ? 0 : order > 0 ? rangeAbove : tooCostlyFound; };
};

/** Numbers where they lie; dates and times by their value. */
const cellComparer = ({ value, compare }: Ordered, field: FieldDefinition): FieldCheck => {
  const type = typeOfField(field);
  if (type === 'int' || type === 'decimal') return numberComparer(value as Numeric);
  return (_bytes, _start, _end, { row, lane }) => compare(row.field(lane), value);
};

const patternCheck = (pattern: string, basis: CheckBasis): FieldCheck => {
  expectText('pattern', basis);
  const compiled = patternOf(pattern, `${basis.at}.pattern`);
  return (bytes, start, end) => (compiled.testExact(readText(bytes, start, end)) ? 0 : mismatch);
};
const patternOf = (pattern: string, at: string): ReturnType<typeof compilePattern> => {
  try { return compilePattern(pattern); } catch (error) {
    if (!(error instanceof WaybillError)) throw error;
    throw ruleInvalid('RE2 cannot read it, or it repeats too much (there are no back references and no look-around; see github.com/google/re2/wiki/Syntax).', at);
  }
};

const amongValues = (values: readonly string[], basis: CheckBasis): FieldCheck => {
  const type = typeOfField(basis.field), at = `${basis.at}.values`;
  if (type === 'text') {
    const set = new ByteSet(values);
    return (bytes, start, end) => (set.has(bytes, start, end) ? 0 : unknown);
  }
  if (isList(type) || type === 'point' || type === 'bool' || type === 'null') throw ruleInvalid('a field of this type is not compared with values. Use a rule of kind row.', at);
  const allowed = values.map((text) => bound(text, 'min', { ...basis, at }));
  return (_bytes, _start, _end, { row, lane }) => { const found = row.field(lane); return found === undefined || allowed.some(({ value, compare }) => compare(found, value) === 0) ? 0 : unknown; };
};
