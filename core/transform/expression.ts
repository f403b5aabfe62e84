/**
 * CEL for what no function does, on the engine of the rules (core/validation/cel): exact numbers, nulls, RE2, a bounded number of steps. What
 * cannot be computed is an issue of the row, never an empty cell, because an empty cell would take a value away without a word.
 */
import { issueNumber } from '../../contracts/issue-codes.ts';
import { transformInvalid, type StepOf } from '../../contracts/transform.ts';
import { civilDay } from '../types/calendar.ts';
import { zoneClockOf, type ZoneClock } from '../types/zone-clock.ts';
import { isList, TooCostly, tooCostly, type Compiled, type Instant, type PlainType, type RowValues, type Value } from '../validation/cel/cel-values.ts';
import { compileValue } from '../validation/cel/compile-expression.ts';
import type { ExpressionManner, ExpressionScope } from '../validation/cel/compiling.ts';
import { writeNumeric, type Numeric } from '../validation/cel/exact-number.ts';
import { dayText, daySeconds } from '../validation/cel/read-moment.ts';
import type { CompiledStep, Outcome, ValueKind } from './step.ts';

const failed = issueNumber('TRANSFORM_EXPRESSION_FAILED');

/** Of a cell, some nanoseconds each. */
const mostSteps = 200_000;

const valueName = 0, cellsName = 1;
const names: Readonly<Record<string, ReturnType<ExpressionScope['field']>>> = { value: { type: 'text', index: valueName }, cells: { type: { of: 'text' }, index: cellsName } };

const onlyOwnCells = 'an expression of a field sees the columns of that field only. Name the column in "columns" as well, and it is one of cells.';
const manner: ExpressionManner = {
  invalid: (why, at) => transformInvalid(`${at} ${why}`),
  unknownName: 'there is only value, the text of the cell, and cells, those of the field\'s columns in their order. A text stands in quotes.',
  unknownColumn: onlyOwnCells, knowsToday: false,
};

const clockOf = (zone: string | undefined): ZoneClock | null => {
  if (zone === undefined) return null;
  try { return zoneClockOf(zone); } catch { throw transformInvalid('its zone is no name of the IANA time zone database, as Europe/Madrid.'); }
};

const compiledOf = ({ cel, zone }: StepOf<'expression'>): ReturnType<typeof compileValue> =>
  compileValue(cel, { at: 'in its expression', zone: clockOf(zone), column: () => null, manner, field: (name) => (Object.hasOwn(names, name) ? names[name] ?? null : null) });

/** The cells of a field, as the engine sees a row. */
class Cells implements RowValues {
  readonly elements: Value[] = [];
  readonly today = 0;
  value: string | null = null;
  cells: readonly (string | null)[] = [];
  private steps = 0;

  next(value: string | null, cells: readonly (string | null)[]): void {
    this.value = value;
    this.cells = cells;
    this.steps = 0;
  }

  field(name: number): Value { return name === valueName ? this.value : this.cells; }

  source(): null { return null; }

  spend(steps: number): void {
    this.steps += steps;
    if (this.steps > mostSteps) throw tooCostly;
  }
}

/** Half a character cannot be stored. */
const halfCharacter = /\p{Cs}/u;
const yearOf = (day: number): number => civilDay(day).year;
const isWritable = (day: number): boolean => Number.isSafeInteger(day) && yearOf(day) >= 1 && yearOf(day) <= 9_999;

const momentText = ({ seconds, micros }: Instant): string | null => {
  const day = Math.floor(seconds / daySeconds);
  if (!isWritable(day)) return null;
  const clock = new Date((seconds - day * daySeconds) * 1_000).toISOString().slice(11, 19);
  return `${dayText(day)}T${clock}${micros === 0 ? '' : `.${String(micros).padStart(6, '0')}`}Z`;
};

/** Null: it has no text, as 1/3 has no last digit. */
const textOf = (type: PlainType, value: Exclude<Value, null | undefined>): string | null => {
  switch (type) {
    case 'text': return halfCharacter.test(value as string) ? null : value as string;
    case 'int': case 'decimal': return writeNumeric(value as Numeric);
    case 'bool': return value === true ? 'true' : 'false';
    case 'date': return isWritable(value as number) ? dayText(value as number) : null;
    case 'timestamp': return momentText(value as Instant);
    case 'point': case 'null': return null;
  }
};

const plainTypeOf = ({ type }: Compiled): PlainType => {
  if (isList(type)) throw transformInvalid('its expression gives a list. Make one text of it: .join(" ").');
  if (type === 'null') throw transformInvalid('its expression never gives a value.');
  return type;
};

const kinds: Readonly<Record<PlainType, ValueKind>> = { text: 'text', int: 'number', decimal: 'number', bool: 'boolean', date: 'date', timestamp: 'timestamp', point: 'point', null: 'text' };
export const kindOfExpression = (step: StepOf<'expression'>): ValueKind => kinds[plainTypeOf(compiledOf(step))];

const combines = ({ fields }: { readonly fields: readonly number[] }): boolean => fields.includes(cellsName);
/** Null: each column on its own. */
export const columnsOfExpression = (step: StepOf<'expression'>): readonly [number, number] | null => (combines(compiledOf(step)) ? [1, 16] : null);

export const expression = (step: StepOf<'expression'>): CompiledStep => {
  const compiled = compiledOf(step), type = plainTypeOf(compiled), row = new Cells();
  const ask = (value: string | null, cells: readonly (string | null)[]): Outcome => {
    row.next(value, cells);
    try {
      const result = compiled.run(row);
      return result === null ? null : result === undefined ? failed : textOf(type, result) ?? failed;
    } catch (error) {
      if (!(error instanceof TooCostly)) throw error;
      return failed;
    }
  };
  if (combines(compiled)) {
    if (compiled.fields.includes(valueName)) throw transformInvalid('its expression names both value and cells. One column is cells[0].');
    return { kind: 'combining', combine: (cells) => ask(null, cells) };
  }
  const ofNothing = ask(null, []);
  if (compiled.fields.length === 0 && ofNothing === failed) throw transformInvalid('its expression names neither value nor cells, and cannot be computed.');
  return { kind: 'text', apply: (text) => ask(text, []), ofNothing };
};
