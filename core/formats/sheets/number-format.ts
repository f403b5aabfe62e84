/** What a number format (ECMA-376 part 1, 18.8.31) makes of a number: a day, a time, or a number still. */
import { valueKinds, type ValueKind } from './serial-date.ts';

const { general, date, dateTime, time, duration, dateTimeUtc } = valueKinds;

/** Those that every application knows without their text; 27 to 58 are days and times in East Asia. */
const builtIn: Readonly<Record<number, ValueKind>> = {
  14: date, 15: date, 16: date, 17: date, 18: time, 19: time, 20: time, 21: time, 22: dateTime, 45: time, 46: duration, 47: time,
  27: date, 28: date, 29: date, 30: date, 31: date, 32: time, 33: time, 34: time, 35: time, 36: date,
  50: date, 51: date, 52: date, 53: date, 54: date, 55: time, 56: time, 57: date, 58: date,
};
export const builtInKind = (id: number): ValueKind => builtIn[id] ?? general;

const quoted = /"[^"]*"|\\.|_.|\*./g;
const bracketed = /\[(?!(?:h+|m+|s+)\])[^\][]*\]/gi;

/** Excel itself ends at 255 characters. */
const mostCharacters = 1000;

export const kindOfFormat = (code: string): ValueKind => {
  if (code.length > mostCharacters) return general;
  const [first = ''] = splitSections(code);
  const plain = first.replace(quoted, '').replace(bracketed, '');
  if (/^general$/i.test(plain.trim())) return general;
  if (/\[(?:h+|m+|s+)\]/i.test(plain)) return duration;
  const hasClock = /[hs]|am\/pm|a\/p/i.test(plain);
  const hasDay = /[yd]|mmm/i.test(plain) || (!hasClock && /m/i.test(plain));
  if (hasDay && hasClock) return /"Z"\s*$/.test(first) || /\\Z$/.test(first) ? dateTimeUtc : dateTime;
  if (hasDay) return date;
  return hasClock ? time : general;
};

/** Sections are parted by semicolons that are not quoted. */
const splitSections = (code: string): readonly string[] => code.match(/(?:"[^"]*"?|\\.|[^;])+/g) ?? [];

/** A format of zeros alone (`00000`, as for postal codes): how many; else 0. */
export const paddedWidth = (code: string): number => (/^0{2,15}$/.test(code) ? code.length : 0);
