/**
 * Dates and times in listed formats become ISO 8601. Where two formats read different dates of one cell, nobody knows which is meant: an
 * issue, never the first that fits.
 */
import { issueNumber } from '../../contracts/issue-codes.ts';
import { transformInvalid, type StepOf } from '../../contracts/transform.ts';
import { epochDay } from '../types/calendar.ts';
import { zoneClockOf, type ZoneClock } from '../types/zone-clock.ts';
import type { ByteCell } from './byte-cell.ts';
import { DateFormat, foldDate, impossible, mismatch } from './date-format.ts';
import { fixedDayBytes, isFixed } from './fixed-date.ts';
import { declined, done, nothing, type Outcome, type TextStep } from './step.ts';

const invalid = issueNumber('TRANSFORM_DATE_INVALID'), ambiguous = issueNumber('TRANSFORM_DATE_AMBIGUOUS');
const noSuchDay = issueNumber('DATE_IMPOSSIBLE'), notInZone = issueNumber('TIME_NOT_IN_ZONE');

const pad = (number: number, width = 2): string => String(number).padStart(width, '0');
const isoDay = ({ year, month, day }: DateFormat): string => `${pad(year, 4)}-${pad(month)}-${pad(day)}`;

const isoOffset = (seconds: number): string => {
  if (seconds === 0) return 'Z';
  const size = Math.abs(seconds), rest = size % 60;
  return `${seconds < 0 ? '-' : '+'}${pad(Math.floor(size / 3_600))}:${pad(Math.floor(size / 60) % 60)}${rest === 0 ? '' : `:${pad(rest)}`}`;
};

/** Null: the clock of the zone does not show this time, or shows it twice. */
const isoMoment = (format: DateFormat, zone: ZoneClock | null | undefined): string | null => {
  const { year, month, day, hour, minute, second, fraction, offset } = format;
  const local = `${isoDay(format)}T${pad(hour)}:${pad(minute)}:${pad(second)}${fraction === '' ? '' : `.${fraction}`}`;
  if (!Number.isNaN(offset)) return local + isoOffset(offset);
  if (zone === undefined) return local;
  const there = zone === null ? 0 : zone.offsetAtLocal(epochDay(year, month, day) * 86_400 + hour * 3_600 + minute * 60 + second);
  return Number.isNaN(there) ? null : local + isoOffset(there);
};

/** The zone of a step; undefined: none is said. */
const zoneOf = (zone: string | undefined): ZoneClock | null | undefined => {
  if (zone === undefined) return undefined;
  try { return zoneClockOf(zone); } catch { throw transformInvalid('its zone is no name of the IANA time zone database, as Europe/Madrid.'); }
};

export const givesTime = (step: StepOf<'date'>): boolean => step.formats.some((format) => new DateFormat(format, step.pivot ?? 1).hasTime);

export const date = (step: StepOf<'date'>): TextStep => {
  const formats = step.formats.map((format) => new DateFormat(format, step.pivot));
  const times = formats.filter(({ hasTime }) => hasTime).length;
  if (formats.some(({ hasDay }) => !hasDay)) throw transformInvalid('a format has no day; the function partial_date keeps years and months.');
  if (times !== 0 && times !== formats.length) throw transformInvalid('some of its formats have a time and some have none.');
  if (times === 0 && step.zone !== undefined) throw transformInvalid('a zone is for formats with a time.');
  const zone = zoneOf(step.zone);
  const reader = new DateReader(formats, zone);
  const [only] = formats;
  return {
    kind: 'text',
    apply: (text) => {
      const bytes = Buffer.from(foldDate(text), 'utf8');
      return reader.read(bytes, 0, bytes.length);
    },
    bytes: only !== undefined && formats.length === 1 && isFixed(step.formats[0] ?? '') ? fixedDayBytes(step.formats[0] ?? '') : reader.bytes,
  };
};

const isPlain = (bytes: Uint8Array, start: number, end: number): boolean => {
  for (let at = start; at < end; at += 1) if ((bytes[at] as number) >= 0x80) return false;
  return true;
};

class DateReader {
  constructor(private readonly formats: readonly DateFormat[], private readonly zone: ZoneClock | null | undefined) {}

  /** Formats take letters in any case, so that plain characters need no folding. */
  readonly bytes = (cell: ByteCell): number => {
    const { bytes, start, end, arena } = cell;
    if (!isPlain(bytes, start, end)) return declined;
    const outcome = this.read(bytes, start, end);
    if (typeof outcome !== 'string') return outcome ?? nothing;
    const to = arena.room(outcome.length), room = arena.bytes;
    for (let at = 0; at < outcome.length; at += 1) room[to + at] = outcome.charCodeAt(at);
    cell.moveTo(to, to + outcome.length);
    return done;
  };

  read(bytes: Uint8Array, cellStart: number, cellEnd: number): Outcome {
    let start = cellStart, end = cellEnd;
    while (start < end && (bytes[start] as number) <= 0x20) start += 1;
    while (end > start && (bytes[end - 1] as number) <= 0x20) end -= 1;
    if (start === end) return null;
    let found: Outcome = invalid;
    for (const format of this.formats) {
      const answer = format.scan(bytes, start, end);
      if (answer === mismatch) continue;
      if (answer === impossible) { if (typeof found === 'number') found = noSuchDay; continue; }
      const text = format.hasTime ? isoMoment(format, this.zone) ?? notInZone : isoDay(format);
      if (typeof found === 'string' && found !== text) return ambiguous;
      found = text;
    }
    return found;
  }
}
