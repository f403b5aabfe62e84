/** Day, month and year in columns of their own become one date; with `partial`, what is missing makes it a partial one (EDTF). */
import { issueNumber } from '../../contracts/issue-codes.ts';
import { transformInvalid, type DatePart, type StepOf } from '../../contracts/transform.ts';
import { isCalendarDay } from '../types/calendar.ts';
import { foldDate, shortYear } from './date-format.ts';
import { monthOfWord } from './month-words.ts';
import type { CombiningStep, Outcome } from './step.ts';

const missing = issueNumber('TRANSFORM_DATE_PARTS'), noSuchDay = issueNumber('DATE_IMPOSSIBLE');
const pad = (number: number, width = 2): string => String(number).padStart(width, '0');

/** NaN: not a number; 0: not said. Spreadsheets write 4.0 for 4. */
const numberOf = (text: string | null): number => {
  const trimmed = (text ?? '').trim().replace(/\.0+$/, '');
  return trimmed === '' ? 0 : /^\d{1,4}$/.test(trimmed) ? Number(trimmed) : Number.NaN;
};
const monthOf = (text: string | null): number => (text === null ? 0 : monthOfWord(foldDate(text).trim().replace(/\.$/, '')) || numberOf(text));

const yearOf = (text: string | null, pivot: number | undefined): number => {
  const digits = (text ?? '').trim().replace(/\.0+$/, '').length, year = numberOf(text);
  if (digits > 2) return year;
  return digits === 2 ? (pivot === undefined ? Number.NaN : shortYear(year, pivot)) : digits === 0 ? 0 : Number.NaN;
};

export const dateParts = ({ order, partial, pivot }: StepOf<'date_parts'>): CombiningStep => {
  if (new Set(order).size !== order.length || !order.includes('year')) throw transformInvalid('its order names each part once, and the year among them.');
  if (!partial && order.length < 3) throw transformInvalid('a date needs day, month and year; "partial": true keeps what there is.');
  if (order.includes('day') && !order.includes('month')) throw transformInvalid('a day needs its month.');
  const place = (part: DatePart): number => order.indexOf(part);
  return {
    kind: 'combining',
    combine: (values): Outcome => {
      if (values.every((value) => value === null)) return null;
      const at = (part: DatePart): string | null => values[place(part)] ?? null;
      const year = yearOf(at('year'), pivot), month = monthOf(at('month')), day = numberOf(at('day'));
      if (!(year > 0) || Number.isNaN(month) || Number.isNaN(day) || month > 12 || day > 31) return missing;
      if (month > 0 && day > 0) return isCalendarDay(year, month, day) ? `${pad(year, 4)}-${pad(month)}-${pad(day)}` : noSuchDay;
      if (!partial || day > 0) return missing;
      return month > 0 ? `${pad(year, 4)}-${pad(month)}` : pad(year, 4);
    },
  };
};
