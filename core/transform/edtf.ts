/** Extended Date/Time Format, levels 0 and 1 (Library of Congress, 2019): partial, uncertain and approximate dates as texts. */
import { isCalendarDay } from '../types/calendar.ts';

const dateShape = /^(-?\d{2}(?:\d\d|\dX|XX))(?:-(\d\d|XX)(?:-(\d\d|XX))?)?$/;
const longYear = /^Y-?\d{5,12}$/;
const moment = /^(\d{4})-(\d\d)-(\d\d)T([01]\d|2[0-3]):[0-5]\d:[0-5]\d(?:Z|[+-](?:0\d|1[0-5])(?::?[0-5]\d)?)?$/;

/** Seasons stand where a month would. */
const isSeason = (month: string): boolean => /^2[1-4]$/.test(month);

/** The Gregorian calendar repeats after 400 years, so that years before the first have days too. */
const isDay = (year: string, month: string, day: string): boolean => isCalendarDay(((Number(year) % 400) + 400) % 400 + 400, Number(month), Number(day));

const isDate = (text: string): boolean => {
  if (longYear.test(text)) return true;
  const [, year = '', month, day] = dateShape.exec(text) ?? [];
  if (year === '') return false;
  if (month === undefined) return true;
  if (year.endsWith('X')) return false;
  if (month === 'XX') return day === undefined || day === 'XX';
  if (day === undefined) return isSeason(month) || (Number(month) >= 1 && Number(month) <= 12);
  return day === 'XX' ? Number(month) >= 1 && Number(month) <= 12 : isDay(year, month, day);
};

const isQualified = (text: string): boolean => isDate(text.replace(/[?~%]$/, ''));

export const isEdtf = (text: string): boolean => {
  const [from = '', to, ...more] = text.split('/');
  if (more.length > 0) return false;
  if (to !== undefined) return [from, to].every((end) => end === '' || end === '..' || isQualified(end)) && /\d/.test(text);
  const [, year, month, day] = moment.exec(text) ?? [];
  return year === undefined || month === undefined || day === undefined ? isQualified(text) : isDay(year, month, day);
};
