/**
 * Days outside of the years 1 to 9999 where the text cannot be a slip of somebody's hand: with their era, as PostgreSQL reads them and our exports
 * have them (`0044-03-15 BC`, `12024-01-01 AD`), or a sign and more than four digits (`+12024-01-01`, ISO 8601-1:2019, 5.2.2.3). `12024-01-01`
 * is read in an export of ours only, which had it so once. A minus is not read: whether there is a year 0 before it depends on who wrote it
 * (XML Schema 1.0 has none, 1.1 and ISO 8601 have). The limits are PostgreSQL's ("Date/Time Types", table 8.9).
 */
import { civilDay, epochDay, type CivilDay } from './calendar.ts';

const farDay = /^(\+?)(\d{4,7})-(\d\d)-(\d\d)( BC| AD)?$/;
/** `12024-01-01 10:00:00.5+00`, and with `T` and `Z`. */
const farMoment = /^(\+?\d{4,6}-\d\d-\d\d)[ T](\d\d):(\d\d):(\d\d)(?:\.(\d{1,9}))?(Z|\+00)?( BC| AD)?$/;
/** Longer is none of them; shorter than a usual one is not either. */
const longest = 48;

const daySeconds = 86_400;
/** 4714-11-24 BC: the Julian day 0. */
const firstDay = -2_440_588;
const lastDay = epochDay(5_874_897, 12, 31);
const lastMomentDay = epochDay(294_276, 12, 31);

export interface FarDay extends CivilDay {
  /** Since 1970-01-01. */
  readonly days: number;
  readonly text: string;
}

export interface FarMoment {
  /** Since 1970: of the instant, or of the clock time where there is no zone. */
  readonly seconds: number;
  readonly micros: number;
  readonly fractionDigits: number;
  readonly text: string;
}

interface Cell { readonly bytes: Uint8Array; readonly start: number; readonly end: number }

/** @param isOurs of a file that was exported here */
export const readFarDay = ({ bytes, start, end }: Cell, isOurs: boolean): FarDay | null => (end - start > longest ? null : farDayOf(textOf(bytes, start, end), isOurs));

export const readFarMoment = ({ bytes, start, end }: Cell, { withZone, isOurs }: { readonly withZone: boolean; readonly isOurs: boolean }): FarMoment | null => {
  const [, date, hour, minute, second, written = '', zone, era = ''] = (end - start > longest ? null : farMoment.exec(textOf(bytes, start, end))) ?? [];
  if (date === undefined || hour === undefined || minute === undefined || second === undefined || (zone !== undefined) !== withZone) return null;
  const day = farDayOf(`${date}${era}`, isOurs), fraction = written.replace(/0+$/, '');
  if (day === null || day.days > lastMomentDay || Number(hour) > 23 || Number(minute) > 59 || Number(second) > 59) return null;
  return {
    seconds: day.days * daySeconds + Number(hour) * 3600 + Number(minute) * 60 + Number(second), micros: Number(fraction.slice(0, 6).padEnd(6, '0')), fractionDigits: fraction.length,
    text: `${day.text.replace(' BC', '')} ${hour}:${minute}:${second}${fraction === '' ? '' : `.${fraction}`}${withZone ? '+00' : ''}${day.year < 1 ? ' BC' : ''}`,
  };
};

const textOf = (bytes: Uint8Array, start: number, end: number): string => Buffer.from(bytes.buffer, bytes.byteOffset + start, end - start).toString('latin1');

const farDayOf = (written: string, isOurs: boolean): FarDay | null => {
  const [, sign = '', digits, month, day, era = ''] = farDay.exec(written) ?? [];
  if (digits === undefined || (sign !== '' && era !== '') || (sign === '' && era === '' && !isOurs)) return null;
  const year = era === ' BC' ? 1 - Number(digits) : Number(digits);
  if (year >= 1 && year <= 9999) return null;
  const text = `${String(Number(digits)).padStart(4, '0')}-${month ?? ''}-${day ?? ''}${era === ' BC' ? era : ''}`;
  const days = epochDay(year, Number(month), Number(day));
  const found = civilDay(days);
  const isDay = found.year === year && found.month === Number(month) && found.day === Number(day) && days >= firstDay && days <= lastDay;
  return isDay ? { ...found, days, text } : null;
};
