/**
 * Dates and times of workbooks: days since an epoch, as a double (ECMA-376 part 1, 18.17.4). The 1900 system counts 1900-02-29, a day that
 * never was. Written as ISO 8601 to the millisecond, which is what the double holds.
 */
export const valueKinds = { general: 0, date: 1, dateTime: 2, time: 3, duration: 4, dateTimeUtc: 5 } as const;
export type ValueKind = (typeof valueKinds)[keyof typeof valueKinds];

const dayMs = 86_400_000;
const leapDay1900 = 60;
/** 9999-12-31 in each system. */
const lastDay = { 1900: 2_958_465, 1904: 2_957_003 } as const;
/** Day 0 as days since 1970-01-01. */
const epochAfterLeap = -25_569, epochBeforeLeap = -25_568, epoch1904 = -24_107;

const two = (number: number): string => String(number).padStart(2, '0');

const clock = (ms: number, hours: number): string => {
  const rest = ms % 1000;
  return `${two(hours)}:${two(Math.floor(ms / 60_000) % 60)}:${two(Math.floor(ms / 1000) % 60)}${rest === 0 ? '' : `.${String(rest).padStart(3, '0').replace(/0+$/, '')}`}`;
};

/** Null: the number is no day of the calendar. */
export const serialText = (serial: number, kind: ValueKind, is1904: boolean): string | null => {
  if (!Number.isFinite(serial)) return null;
  if (kind === valueKinds.duration) return duration(serial);
  if (serial < 0) return null;
  const total = Math.round(serial * dayMs);
  const day = Math.floor(total / dayMs), ms = total - day * dayMs;
  if (day > lastDay[is1904 ? 1904 : 1900]) return null;
  if (kind === valueKinds.time && day === 0) return clock(ms, Math.floor(ms / 3_600_000));
  const since = dayOf(day, is1904);
  // Day 0 of the 1900 system is none; a time without a day is written so.
  if (since === null) return day === 0 && ms > 0 ? clock(ms, Math.floor(ms / 3_600_000)) : null;
  const date = new Date(since * dayMs).toISOString().slice(0, 10);
  return kind === valueKinds.date && ms === 0 ? date : `${date}T${clock(ms, Math.floor(ms / 3_600_000))}${kind === valueKinds.dateTimeUtc ? 'Z' : ''}`;
};

const dayOf = (day: number, is1904: boolean): number | null => {
  if (is1904) return day + epoch1904;
  if (day === 0 || day === leapDay1900) return null;
  return day + (day < leapDay1900 ? epochBeforeLeap : epochAfterLeap);
};

const duration = (serial: number): string => {
  const ms = Math.round(Math.abs(serial) * dayMs);
  return `${serial < 0 && ms > 0 ? '-' : ''}${clock(ms, Math.floor(ms / 3_600_000))}`;
};

/** The serial number (1900 system) of a moment from 1900-03-01 to 9999-12-31; null when it cannot be written so. */
export const serialOf = (msSince1970: number): number | null => {
  const serial = msSince1970 / dayMs - epochAfterLeap;
  return serial > leapDay1900 && serial < lastDay[1900] + 1 ? serial : null;
};
