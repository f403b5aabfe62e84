/** What is odd about a single cell. Each check names the types that it is for; without fields it is asked of all those of the dataset. */
import type { FieldDefinition } from '../../contracts/dataset-definition.ts';
import { issueNumber } from '../../contracts/issue-codes.ts';
import type { QualityCheck, RuleOf } from '../../contracts/rules.ts';
import { civilDay, epochDay, isCalendarDay } from '../types/calendar.ts';
import type { ZoneClock } from '../types/zone-clock.ts';
import { compareNumeric, readNumeric, type Numeric } from './cel/exact-number.ts';
import { isList, type CelType, type Instant, type Place, type Value } from './cel/cel-values.ts';
import { dayOfInstant, readDay } from './cel/read-moment.ts';
import type { FieldCheck } from './field-checks.ts';
import type { JudgedRow } from './judged-row.ts';
import { looksMisread, mayBeMisread } from './misread-text.ts';
import { placeholderDays, placeholderTexts } from './placeholders.ts';
import { typeOfField } from './read-lane.ts';
import { ruleInvalid } from './rule-invalid.ts';

export interface QualityBasis { readonly zone: ZoneClock | null; readonly at: string }
export interface QualityRule {
  /** Null: asked of no such type. */
  readonly forField: (field: FieldDefinition) => FieldCheck | null;
  /** Asked of the cell's own text where its type refused it. */
  readonly ofText: ((text: string) => boolean) | null;
  readonly code: number;
}

type RowQuality = Exclude<QualityCheck, 'outlier'>;
type Asked = RuleOf<'quality'>;

export const codesOfQuality: Readonly<Record<RowQuality, number>> = {
  placeholder: issueNumber('QUALITY_PLACEHOLDER'), swapped_day_month: issueNumber('QUALITY_SWAPPED_DAY_MONTH'), swapped_coordinates: issueNumber('QUALITY_SWAPPED_COORDINATES'),
  outside_area: issueNumber('QUALITY_OUTSIDE_AREA'), mojibake: issueNumber('QUALITY_MOJIBAKE'), leading_apostrophe: issueNumber('QUALITY_LEADING_APOSTROPHE'),
};

type Odd = (value: Value, row: JudgedRow) => boolean;
const whenOdd = (code: number, isOdd: Odd): FieldCheck => (_bytes, _start, _end, { row, lane }) => {
  const value = row.field(lane);
  return value !== null && value !== undefined && isOdd(value, row) ? code : 0;
};

export const compileQuality = (rule: Asked, basis: QualityBasis): QualityRule | null => {
  if (rule.check === 'outlier') return null;
  const code = codesOfQuality[rule.check];
  const { odd, ofText } = makers[rule.check](rule, basis);
  return {
    code, ofText: ofText ?? null, forField: (field) => {
      const isOdd = odd(typeOfField(field));
      if (isOdd === null) return null;
      return rule.check === 'mojibake' ? misread(code, isOdd) : whenOdd(code, isOdd);
    },
  };
};

/** The bytes say of nearly every cell that it is not, before a text is made of it. */
const misread = (code: number, isOdd: Odd): FieldCheck => (bytes, start, end, { row, lane }) =>
  (mayBeMisread(bytes, start, end) && isOdd(row.field(lane), row) ? code : 0);

interface Made { readonly odd: (type: CelType) => Odd | null; readonly ofText?: (text: string) => boolean }
const ofTexts = (isOdd: (text: string) => boolean): Made => ({
  odd: (type) => (type === 'text' ? (value) => isOdd(value as string) : null), ofText: isOdd,
});

/** `'tis`, `'s-Hertogenbosch` and `'t Hart` are words; a spreadsheet's apostrophe stands before digits, signs and capitals. */
const apostrophe = /^'[^\p{Ll}']/u;

const makers: Readonly<Record<RowQuality, (rule: Asked, basis: QualityBasis) => Made>> = {
  placeholder: ({ values = [] }, { zone }) => {
    const isText = placeholderTexts(values), numbers = values.flatMap((text) => readNumeric(text.trim()) ?? []);
    const days = new Set([...placeholderDays, ...values].map(readDay));
    const odds: Readonly<Partial<Record<Exclude<CelType, object>, Odd>>> = {
      text: (value) => isText(value as string), date: (value) => days.has(value as number),
      timestamp: (value) => isMidnight(value as Instant, zone) && days.has(dayOfInstant(value as Instant, zone)),
      int: (value) => numbers.some((number) => compareNumeric(number, value as Numeric) === 0), decimal: (value) => numbers.some((number) => compareNumeric(number, value as Numeric) === 0),
      point: (value) => compareNumeric((value as Place).lat, 0) === 0 && compareNumeric((value as Place).lon, 0) === 0,
    };
    return { odd: (type) => (isList(type) ? null : odds[type] ?? null), ofText: isText };
  },
  swapped_day_month: (_, { zone }) => ({
    odd: (type) => {
      if (type === 'date') return (value, { today }) => isSwapped(value as number, today);
      return type === 'timestamp' ? (value, { today }) => isSwapped(dayOfInstant(value as Instant, zone), today) : null;
    },
  }),
  swapped_coordinates: (rule, basis) => {
    const isIn = areaOf(rule, basis);
    return { odd: (type) => (type === 'point' ? (value) => !isIn(value as Place) && isIn({ lat: (value as Place).lon, lon: (value as Place).lat }) : null) };
  },
  outside_area: (rule, basis) => {
    const isIn = areaOf(rule, basis);
    return { odd: (type) => (type === 'point' ? (value) => !isIn(value as Place) : null) };
  },
  mojibake: () => ({ odd: ofTexts(looksMisread).odd }),
  leading_apostrophe: () => ofTexts((text) => apostrophe.test(text)),
};

const isMidnight = ({ seconds, micros }: Instant, zone: ZoneClock | null): boolean =>
  micros === 0 && (seconds % 86_400 === 0 || (seconds + (zone?.offsetAtInstant(seconds) ?? 0)) % 86_400 === 0);

/** Nobody is swapped into the future: only what lies in it can have been swapped there. */
const isSwapped = (days: number, today: number): boolean => {
  if (days <= today) return false;
  const { year, month, day } = civilDay(days);
  return day !== month && isCalendarDay(year, day, month) && epochDay(year, day, month) <= today;
};

/** West beyond east: across the 180th meridian. */
const areaOf = ({ area }: Asked, { at }: QualityBasis): ((place: Place) => boolean) => {
  if (area === undefined) throw ruleInvalid('it needs the area: [west, south, east, north] in degrees.', at);
  const [west, south, east, north] = area.map((degrees) => readNumeric(String(degrees)) ?? 0) as [Numeric, Numeric, Numeric, Numeric];
  if (Math.abs(area[1]) > 90 || Math.abs(area[3]) > 90 || Math.abs(area[0]) > 180 || Math.abs(area[2]) > 180 || area[1] > area[3])
    throw ruleInvalid('an area is [west, south, east, north] in degrees, south not above north.', `${at}.area`);
  return ({ lat, lon }) => {
    if (compareNumeric(lat, south) < 0 || compareNumeric(lat, north) > 0) return false;
    const beyondWest = compareNumeric(lon, west) >= 0, beforeEast = compareNumeric(lon, east) <= 0;
    return compareNumeric(west, east) <= 0 ? beyondWest && beforeEast : beyondWest || beforeEast;
  };
};
