/** From a field's COPY text, as staging has just written it, back to a value of expressions. Asked only for fields that a rule names. */
import type { FieldDefinition } from '../../contracts/dataset-definition.ts';
import { pgTypeOf } from '../../contracts/pg-type-of.ts';
import { epochDay } from '../types/calendar.ts';
import { readFarDay, readFarMoment } from '../types/far-moment.ts';
import { pgTypeParts } from '../types/pg-type.ts';
import type { ZoneClock } from '../types/zone-clock.ts';
import { readNumeric, readNumericBytes, type Numeric } from './cel/exact-number.ts';
import type { CelType, Value } from './cel/cel-values.ts';
import { daySeconds, readDay, readInstant } from './cel/read-moment.ts';

export type LaneReader = (bytes: Buffer, start: number, end: number) => Value;

export const typeOfField = (field: FieldDefinition): CelType => {
  switch (field.type) {
    case 'text': case 'code': case 'country': case 'phone': case 'email': case 'other': case 'enum': case 'uuid': case 'json': return 'text';
    case 'integer': return 'int';
    case 'number': return 'decimal';
    case 'boolean': return 'bool';
    case 'date': return 'date';
    case 'timestamp': return 'timestamp';
    case 'text_list': return { of: 'text' };
    case 'point': return 'point';
  }
};

export interface LaneForm { readonly zone: ZoneClock | null; /** Dates as days since 2000-01-01. */ readonly datesAsDays: boolean }

export const createLaneReader = (field: FieldDefinition, { zone, datesAsDays }: LaneForm): LaneReader => {
  switch (field.type) {
    case 'text': case 'code': case 'country': case 'phone': case 'email': case 'other': case 'enum': case 'uuid': case 'json': return readText;
    case 'integer': case 'number': return (bytes, start, end) => readNumericBytes(bytes, start, end) ?? undefined;
    case 'boolean': return (bytes, start) => bytes[start] === 0x74;
    case 'date': return datesAsDays && pgTypeOf(field) === 'date' ? readDays : readDayText;
    case 'timestamp': return momentReader(pgTypeParts(field).base === 'timestamp without time zone' ? zone : null);
    case 'text_list': return (bytes, start, end) => listOf(readText(bytes, start, end));
    case 'point': return readPoint;
  }
};

const letters: Readonly<Record<string, string>> = { t: '\t', n: '\n', r: '\r' };
export const readText = (bytes: Buffer, start: number, end: number): string => {
  const text = bytes.toString('utf8', start, end);
  return text.includes('\\') ? text.replace(/\\(.)/gs, (_, letter: string) => letters[letter] ?? letter) : text;
};

export const daysTo2000 = 10_957;
const readDays: LaneReader = (bytes, start, end) => {
  const days = readNumericBytes(bytes, start, end);
  return typeof days === 'number' ? days + daysTo2000 : undefined;
};
const readDayText: LaneReader = (bytes, start, end) => readDay(bytes.toString('latin1', start, end)) ?? readFarDay({ bytes, start, end }, true)?.days;

const digits = (bytes: Buffer, start: number, count: number): number => {
  let number = 0;
  for (let at = start; at < start + count; at += 1) number = number * 10 + (bytes[at] as number) - 0x30;
  return number;
};
const secondLength = 'YYYY-MM-DD HH:MM:SS'.length;
const wholeOffset = secondLength + '+HH'.length;

/** The usual form, `YYYY-MM-DD HH:MM:SS` with a displacement of whole hours or none, where it lies; any other by its text. */
const momentReader = (zone: ZoneClock | null): LaneReader => (bytes, start, end) => {
  const length = end - start;
  if ((length !== secondLength && length !== wholeOffset) || bytes[start + 4] !== 0x2d || bytes[start + 10] !== 0x20) return readOddMoment(bytes, start, end, zone);
  const local = epochDay(digits(bytes, start, 4), digits(bytes, start + 5, 2), digits(bytes, start + 8, 2)) * daySeconds
    + digits(bytes, start + 11, 2) * 3600 + digits(bytes, start + 14, 2) * 60 + digits(bytes, start + 17, 2);
  if (length === secondLength) return { seconds: local - (zone?.offsetAtLocal(local) ?? 0), micros: 0 };
  const hours = digits(bytes, start + 20, 2);
  return { seconds: local - (bytes[start + secondLength] === 0x2d ? -hours : hours) * 3600, micros: 0 };
};

const readOddMoment = (bytes: Buffer, start: number, end: number, zone: ZoneClock | null): Value => {
  const text = bytes.toString('latin1', start, end);
  const far = readInstant(text, zone) === null ? readFarMoment({ bytes, start, end }, { withZone: /[Z+]/.test(text), isOurs: true }) : null;
  return far === null ? readInstant(text, zone) ?? undefined : { seconds: far.seconds, micros: far.micros };
};

/** An array literal of PostgreSQL, every element quoted or NULL. */
const listOf = (literal: string): readonly (string | null)[] =>
  [...literal.slice(1, -1).matchAll(/"((?:[^"\\]|\\.)*)"|NULL/gs)].map(([, quoted]) => (quoted === undefined ? null : quoted.replace(/\\(.)/gs, '$1')));

const readPoint: LaneReader = (bytes, start, end) => {
  const [lon, lat] = bytes.toString('latin1', start + 1, end - 1).split(',').map(readNumeric) as [Numeric | null | undefined, Numeric | null | undefined];
  return lon === null || lat === null || lon === undefined || lat === undefined ? undefined : { lat, lon };
};
