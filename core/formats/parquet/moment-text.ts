/** Days and times from PostgreSQL's texts to numbers since 1970. Infinite ones have none. */
import { epochDay } from '../../types/calendar.ts';

const zero = 0x30, nine = 0x39, dash = 0x2d, colon = 0x3a, blank = 0x20, point = 0x2e, plus = 0x2b;
/** Two digits, or something that makes the sum wrong: the shape is asked by the signs between, and PostgreSQL wrote it. */
const two = (text: string, at: number): number => (text.charCodeAt(at) - zero) * 10 + text.charCodeAt(at + 1) - zero;

const isDay = (text: string): boolean => text.charCodeAt(4) === dash && text.charCodeAt(7) === dash;
const dayOf = (text: string): number => epochDay(two(text, 0) * 100 + two(text, 2), two(text, 5), two(text, 8));

const anyDay = /^(\d{4,7})-(\d\d)-(\d\d)( BC)?$/;
export const parseDay = (text: string): number | null => {
  if (text.length === 10 && isDay(text)) return dayOf(text);
  const [, year, month, day, before] = anyDay.exec(text) ?? [];
  return year === undefined ? null : epochDay(before === undefined ? Number(year) : 1 - Number(year), Number(month), Number(day));
};

const anyMoment = /^(\d{4,6}-\d\d-\d\d) (\d\d):(\d\d):(\d\d)(?:\.(\d{1,6}))?(\+00)?( BC)?$/;
/** Microseconds; a `bigint` beyond what is a safe number. */
export const epochMicros = (utc: boolean) => (text: string): number | bigint | null => {
  const end = utc ? text.length - 3 : text.length;
  const isUsual = end >= 19 && end <= 26 && isDay(text) && text.charCodeAt(10) === blank && text.charCodeAt(13) === colon && text.charCodeAt(16) === colon
    // And not the C of BC.
    && (end === 19 || (text.charCodeAt(19) === point && text.charCodeAt(end - 1) <= nine)) && (!utc || (text.charCodeAt(end) === plus && text.charCodeAt(end + 1) === zero && text.charCodeAt(end + 2) === zero));
  if (!isUsual) return unusualMicros(text, utc);
  let micros = 0, unit = 1e5;
  for (let at = 20; at < end; at += 1, unit /= 10) micros += (text.charCodeAt(at) - zero) * unit;
  return microsOf(dayOf(text), two(text, 11) * 3600 + two(text, 14) * 60 + two(text, 17), micros);
};

const unusualMicros = (text: string, utc: boolean): number | bigint | null => {
  const [, date, hours, minutes, seconds, fraction = '', zone, before] = anyMoment.exec(text) ?? [];
  if (date === undefined || (zone !== undefined) !== utc) return null;
  const days = parseDay(`${date}${before ?? ''}`);
  return days === null ? null : microsOf(days, Number(hours) * 3600 + Number(minutes) * 60 + Number(seconds), Number(fraction.padEnd(6, '0')));
};

const microsOf = (days: number, seconds: number, micros: number): number | bigint => {
  const all = (days * 86_400 + seconds) * 1e6;
  // Two summands that are each exact may not be so together.
  return Math.abs(all) < Number.MAX_SAFE_INTEGER - 1e6 ? all + micros : BigInt(days * 86_400 + seconds) * 1_000_000n + BigInt(micros);
};
