/** Dates of a format whose parts have fixed places, as DD/MM/YYYY: read where they lie. Anything else is for the reader of formats. */
import { isCalendarDay } from '../types/calendar.ts';
import type { ByteCell } from './byte-cell.ts';
import { declined, done } from './step.ts';

const shape = /^(?:DD|MM|YYYY)(?:[^\p{L}\p{N}\s[\]]?(?:DD|MM|YYYY)){2}$/u;

export const isFixed = (format: string): boolean => shape.test(format) && format.length <= 10 && /^[\x20-\x7e]+$/.test(format);

/** NaN-free: a character that is no digit makes a number that no calendar has. */
const twoDigits = (bytes: Uint8Array, at: number): number => {
  const tens = (bytes[at] as number) - 0x30, ones = (bytes[at + 1] as number) - 0x30;
  return tens >= 0 && tens <= 9 && ones >= 0 && ones <= 9 ? tens * 10 + ones : 10_000;
};

export const fixedDayBytes = (format: string) => {
  const year = format.indexOf('YYYY'), month = format.indexOf('MM'), day = format.indexOf('DD');
  const literals = [...format].flatMap((letter, at) => (/[DMY]/.test(letter) ? [] : [at]));
  const [first = -1, second = -1] = literals;
  const firstByte = first < 0 ? 0 : format.charCodeAt(first), secondByte = second < 0 ? 0 : format.charCodeAt(second);
  return (cell: ByteCell): number => {
    const { bytes, start, end, arena } = cell;
    if (end - start !== format.length || (first >= 0 && bytes[start + first] !== firstByte) || (second >= 0 && bytes[start + second] !== secondByte)) return declined;
    const century = twoDigits(bytes, start + year), years = twoDigits(bytes, start + year + 2);
    if (!isCalendarDay(century * 100 + years, twoDigits(bytes, start + month), twoDigits(bytes, start + day))) return declined;
    const to = arena.room(10), room = arena.bytes;
    for (let at = 0; at < 4; at += 1) room[to + at] = bytes[start + year + at] as number;
    room[to + 4] = room[to + 7] = 0x2d;
    room[to + 5] = bytes[start + month] as number;
    room[to + 6] = bytes[start + month + 1] as number;
    room[to + 8] = bytes[start + day] as number;
    room[to + 9] = bytes[start + day + 1] as number;
    cell.moveTo(to, to + 10);
    return done;
  };
};
