/**
 * Dates and times in listed formats become ISO 8601. Where two formats read different dates of one cell, the column may tell which is meant, when
 * they differ in the order of day and month; else nobody knows: an issue, never the first that fits.
 */
import { issueNumber } from '../../contracts/issue-codes.ts';
import { transformInvalid, type StepOf } from '../../contracts/transform.ts';
import { epochDay } from '../types/calendar.ts';
import { zoneClockOf, type ZoneClock } from '../types/zone-clock.ts';
import type { ByteCell } from './byte-cell.ts';
import { formatsByOrder, type ColumnDates, type FormatsByOrder } from './column-dates.ts';
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

/** Whether there are cells that two of its formats read with day and month swapped. */
export const leavesOrderOpen = ({ formats, pivot }: StepOf<'date'>): boolean => formatsByOrder(formats.map((format) => new DateFormat(format, pivot ?? 1))) !== null;

export const date = (step: StepOf<'date'>, column: ColumnDates | null = null): TextStep => {
  const formats = step.formats.map((format) => new DateFormat(format, step.pivot));
  const times = formats.filter(({ hasTime }) => hasTime).length;
  if (formats.some(({ hasDay }) => !hasDay)) throw transformInvalid('a format has no day; the function partial_date keeps years and months.');
  if (times !== 0 && times !== formats.length) throw transformInvalid('some of its formats have a time and some have none.');
  if (times === 0 && step.zone !== undefined) throw transformInvalid('a zone is for formats with a time.');
  const zone = zoneOf(step.zone);
  const reader = new DateReader(formats, { zone, column });
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

/** Whether a format took it as a date, be it one that the zone's clock does not show. */
const isTaken = (outcome: Outcome): boolean => outcome !== invalid && outcome !== noSuchDay;
interface Range { readonly bytes: Uint8Array; readonly start: number; readonly end: number }
interface Reading { readonly zone: ZoneClock | null | undefined; readonly column: ColumnDates | null }

class DateReader {
  private readonly zone: ZoneClock | null | undefined;
  private readonly column: ColumnDates | null;
  private readonly byOrder: FormatsByOrder | null;

  constructor(private readonly formats: readonly DateFormat[], { zone, column }: Reading) {
    this.zone = zone;
    this.column = column;
    this.byOrder = column === null ? null : formatsByOrder(formats);
  }

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
    if (this.column !== null && this.byOrder !== null) return this.readInColumn({ bytes, start, end }, this.byOrder, this.column);
    return this.readBy(this.formats, { bytes, start, end });
  }

  /** What is counted does not depend on the order in use, so that a column that was staged again is judged the same. */
  private readInColumn(range: Range, { dmy, mdy, others }: FormatsByOrder, { order, evidence }: ColumnDates): Outcome {
    const dayFirst = this.readBy(dmy, range), monthFirst = this.readBy(mdy, range), other = this.readBy(others, range);
    let found: Outcome = dayFirst === noSuchDay ? dayFirst : monthFirst;
    if (isTaken(dayFirst) && isTaken(monthFirst)) {
      if (dayFirst === monthFirst) evidence.same += 1;
      else evidence.either += 1;
      found = dayFirst === monthFirst || order === 'dmy' ? dayFirst : order === 'mdy' ? monthFirst : ambiguous;
    } else if (isTaken(dayFirst)) {
      // Another separator proves nothing; that there is no such day does.
      if (monthFirst === noSuchDay) evidence.dmyOnly += 1;
      found = dayFirst;
    } else if (isTaken(monthFirst)) {
      if (dayFirst === noSuchDay) evidence.mdyOnly += 1;
      found = monthFirst;
    }
    if (!isTaken(other)) return found === invalid ? other : found;
    return !isTaken(found) || found === other ? other : ambiguous;
  }

  private readBy(formats: readonly DateFormat[], { bytes, start, end }: Range): Outcome {
    let found: Outcome = invalid;
    for (const format of formats) {
      const answer = format.scan(bytes, start, end);
      if (answer === mismatch) continue;
      if (answer === impossible) { if (!isTaken(found)) found = noSuchDay; continue; }
      const text = format.hasTime ? isoMoment(format, this.zone) ?? notInZone : isoDay(format);
      if (isTaken(found) && found !== text) return ambiguous;
      found = text;
    }
    return found;
  }
}
