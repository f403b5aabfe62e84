/** The functions that an expression may call. A null argument gives null; so does what cannot be computed, such as the number of a text that is none. */
import type { ZoneClock } from '../../types/zone-clock.ts';
import { civilDay, epochDay } from '../../types/calendar.ts';
import { compareNumeric, negate, readNumeric, whole, isWhole, roundTo, writeNumeric, type Numeric } from './exact-number.ts';
import { isList, type CelType, type Instant, type Place, type RowValues, type Value } from './cel-values.ts';
import { dayOfInstant, dayText, readDay, readInstant } from './read-moment.ts';

type Parameter = CelType | 'number' | 'list' | 'texts';
export interface Overload {
  /** The receiver of a method is the first. */
  readonly takes: readonly Parameter[];
  readonly gives: CelType;
  readonly run: (values: readonly Value[], row: RowValues, zone: ZoneClock | null) => Value;
}

export const fits = (type: CelType, parameter: Parameter): boolean => {
  if (parameter === 'number') return type === 'int' || type === 'decimal';
  if (parameter === 'list') return isList(type);
  if (parameter === 'texts') return isList(type) && (type.of === 'text' || type.of === 'null');
  return !isList(type) && type === parameter;
};

const text = (value: Value): string => value as string;
/** Position of a character, where characters outside of the basic plane count as one. */
const hasPairs = (value: string): boolean => /[\ud800-\udfff]/.test(value);
const sizeOf = (value: string): number => (hasPairs(value) ? [...value].length : value.length);
const slice = (value: string, from: Numeric, to: Numeric | null): string | null => {
  const characters = hasPairs(value) ? [...value] : null;
  const size = characters?.length ?? value.length, end = to ?? size;
  if (typeof from !== 'number' || typeof end !== 'number' || from < 0 || end > size || from > end) return null;
  return characters === null ? value.slice(from, end) : characters.slice(from, end).join('');
};
const indexIn = (value: string, unit: number): number => (unit < 0 ? -1 : sizeOf(value.slice(0, unit)));

/** Text functions cost by the length of what they make. */
const charactersAStep = 16;
const charged = (row: RowValues, made: string): string => { row.spend(made.length / charactersAStep); return made; };

const ofText = (run: (value: string, ...more: readonly string[]) => Value, gives: CelType, count = 2): Overload => ({
  takes: Array.from({ length: count }, () => 'text' as const), gives, run: (values, row) => {
    row.spend(text(values[0]).length / charactersAStep);
    return run(...values.map(text) as [string]);
  },
});

const onDays = (run: (day: number) => number): readonly Overload[] => [
  { takes: ['date'], gives: 'int', run: ([day]) => run(day as number) },
  { takes: ['timestamp'], gives: 'int', run: ([moment], _, zone) => run(dayOfInstant(moment as Instant, zone)) },
];
const clockPart = (run: (seconds: number) => number): readonly Overload[] => [
  { takes: ['timestamp'], gives: 'int', run: ([moment], _, zone) => { const { seconds } = moment as Instant; return run(seconds + (zone?.offsetAtInstant(seconds) ?? 0)); } },
];
const modulo = (value: number, by: number): number => ((value % by) + by) % by;

const size: readonly Overload[] = [
  { takes: ['text'], gives: 'int', run: ([value]) => sizeOf(text(value)) },
  { takes: ['list'], gives: 'int', run: ([value]) => (value as readonly Value[]).length },
];
const toDecimal: readonly Overload[] = [
  { takes: ['number'], gives: 'decimal', run: ([value]) => value }, { takes: ['text'], gives: 'decimal', run: ([value]) => readNumeric(text(value)) },
];
const readWhole = (value: string): Numeric | null => {
  const number = /^[+-]?\d+$/.test(value) ? readNumeric(value) : null;
  return number === null || !isWhole(number) ? null : number;
};
const booleans: Readonly<Record<string, boolean>> = { true: true, false: false };

export const globals: Readonly<Record<string, readonly Overload[]>> = {
  size,
  int: [{ takes: ['number'], gives: 'int', run: ([value]) => whole(value as Numeric) }, { takes: ['text'], gives: 'int', run: ([value]) => readWhole(text(value)) }],
  decimal: toDecimal, double: toDecimal,
  bool: [{ takes: ['text'], gives: 'bool', run: ([value]) => booleans[text(value)] ?? null }],
  string: [
    { takes: ['text'], gives: 'text', run: ([value]) => value }, { takes: ['number'], gives: 'text', run: ([value]) => writeNumeric(value as Numeric) },
    { takes: ['bool'], gives: 'text', run: ([value]) => (value === true ? 'true' : 'false') }, { takes: ['date'], gives: 'text', run: ([value]) => dayText(value as number) },
  ],
  date: [
    { takes: ['text'], gives: 'date', run: ([value]) => readDay(text(value)) }, { takes: ['date'], gives: 'date', run: ([value]) => value },
    { takes: ['timestamp'], gives: 'date', run: ([value], _, zone) => dayOfInstant(value as Instant, zone) },
  ],
  timestamp: [{ takes: ['text'], gives: 'timestamp', run: ([value], _, zone) => readInstant(text(value), zone) }, { takes: ['timestamp'], gives: 'timestamp', run: ([value]) => value }],
  today: [{ takes: [], gives: 'date', run: (_, row) => row.today }],
  round: [
    { takes: ['number'], gives: 'int', run: ([value]) => roundTo(value as Numeric, 0) },
    { takes: ['number', 'int'], gives: 'decimal', run: ([value, places]) => roundTo(value as Numeric, places as Numeric) },
  ],
  abs: [
    { takes: ['int'], gives: 'int', run: ([value]) => positive(value as Numeric) }, { takes: ['decimal'], gives: 'decimal', run: ([value]) => positive(value as Numeric) },
  ],
};
const positive = (value: Numeric): Numeric => (compareNumeric(value, 0) < 0 ? negate(value) : value);

export const methods: Readonly<Record<string, readonly Overload[]>> = {
  size,
  startsWith: [ofText((value, other) => value.startsWith(other), 'bool')],
  endsWith: [ofText((value, other) => value.endsWith(other), 'bool')],
  contains: [ofText((value, other) => value.includes(other), 'bool')],
  indexOf: [ofText((value, other) => indexIn(value, value.indexOf(other)), 'int')],
  lastIndexOf: [ofText((value, other) => indexIn(value, value.lastIndexOf(other)), 'int')],
  trim: [ofText((value) => value.trim(), 'text', 1)],
  lowerAscii: [ofText((value) => value.replace(/[A-Z]+/g, (letters) => letters.toLowerCase()), 'text', 1)],
  upperAscii: [ofText((value) => value.replace(/[a-z]+/g, (letters) => letters.toUpperCase()), 'text', 1)],
  replace: [{ takes: ['text', 'text', 'text'], gives: 'text', run: ([value, from, to], row) => {
    row.spend(text(value).length * (1 + text(to).length) / charactersAStep);
    return charged(row, text(value).replaceAll(text(from), () => text(to)));
  } }],
  substring: [
    { takes: ['text', 'int'], gives: 'text', run: ([value, from]) => slice(text(value), from as Numeric, null) },
    { takes: ['text', 'int', 'int'], gives: 'text', run: ([value, from, to]) => slice(text(value), from as Numeric, to as Numeric) },
  ],
  split: [{ takes: ['text', 'text'], gives: { of: 'text' }, run: ([value, by], row) => { row.spend(text(value).length); return text(by) === '' ? [...text(value)] : text(value).split(text(by)); } }],
  join: [
    { takes: ['texts'], gives: 'text', run: ([values], row) => joined(values, '', row) },
    { takes: ['texts', 'text'], gives: 'text', run: ([values, by], row) => joined(values, text(by), row) },
  ],
  getFullYear: onDays((day) => civilDay(day).year), getMonth: onDays((day) => civilDay(day).month - 1),
  getDate: onDays((day) => civilDay(day).day), getDayOfMonth: onDays((day) => civilDay(day).day - 1),
  getDayOfWeek: onDays((day) => modulo(day + 4, 7)), getDayOfYear: onDays((day) => day - epochDay(civilDay(day).year, 1, 1)),
  getHours: clockPart((seconds) => Math.floor(modulo(seconds, 86_400) / 3600)), getMinutes: clockPart((seconds) => Math.floor(modulo(seconds, 3600) / 60)), getSeconds: clockPart((seconds) => modulo(seconds, 60)),
};

const joined = (values: Value, by: string, row: RowValues): string => {
  const texts = values as readonly (string | null)[];
  row.spend(texts.reduce((sum, element) => sum + (element?.length ?? 0) + by.length, 0) / charactersAStep);
  return texts.map((element) => element ?? '').join(by);
};

export const members: Readonly<Record<string, (place: Place) => Value>> = { lat: ({ lat }) => lat, lon: ({ lon }) => lon };
