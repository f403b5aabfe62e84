/**
 * One moment read from a cell: date, clock time and displacement from UTC, as the column needs them.
 * - `timestamp with time zone`: the cell's own offset, else that of the plan's zone at that local time.
 * - `timestamp without time zone`: the clock time as it stands; a cell with an offset becomes the clock time of the plan's zone at that
 *   instant, unless that clock time exists twice there, for then the instant could not be told any more.
 */
import { issueNumber } from '../../contracts/issue-codes.ts';
import type { DateReading } from '../../contracts/plan-document.ts';
import { civilDay, epochDay } from './calendar.ts';
import { DateResolver } from './date-resolver.ts';
import { DateShape, noDate } from './date-shape.ts';
import { TimeShape } from './time-shape.ts';
import { zoneClockOf, type ZoneClock } from './zone-clock.ts';

const timestampInvalid = issueNumber('TIMESTAMP_INVALID');
const timeNotInZone = issueNumber('TIME_NOT_IN_ZONE');
const daySeconds = 86_400;

export interface MomentOptions {
  readonly reading: DateReading;
  readonly zone: string;
  readonly withZone: boolean;
}

export class Moment {
  year = 0;
  month = 0;
  day = 0;
  hour = 0;
  minute = 0;
  second = 0;
  /** Seconds east of UTC; 0 for a column without zone. */
  offset = 0;
  /** The cell is a date alone. */
  dateOnly = false;
  readonly time = new TimeShape();
  readonly resolver: DateResolver;
  private readonly shape = new DateShape();
  private readonly clock: ZoneClock | null;
  private readonly withZone: boolean;

  constructor(options: MomentOptions) {
    this.resolver = new DateResolver(options.reading);
    this.clock = zoneClockOf(options.zone);
    this.withZone = options.withZone;
  }

  /** 0, or the number of an issue. The cell is trimmed. */
  read(bytes: Uint8Array, start: number, end: number): number {
    const kind = this.shape.scan(bytes, start, end);
    if (kind === noDate || !this.readTime(bytes, end)) {
      this.resolver.evidence.invalid++;
      return timestampInvalid;
    }
    const issue = this.resolver.resolve(kind, this.shape);
    if (issue !== 0) return issue;
    this.takeFields();
    if (this.hour === 24 && !this.setLocal(this.localSeconds())) return timestampInvalid;
    if (this.withZone) return this.placeInZone();
    return this.time.hasOffset ? this.moveToZone() : 0;
  }

  /** Seconds since 1970: of the instant, or of the clock time where the column has no zone. */
  seconds(): number {
    return this.localSeconds() - this.offset;
  }

  private readTime(bytes: Uint8Array, end: number): boolean {
    this.dateOnly = this.shape.next === end;
    if (!this.dateOnly) return this.time.scan(bytes, this.shape.next, end, this.shape.compact);
    this.time.midnight();
    return true;
  }

  private takeFields(): void {
    this.year = this.resolver.year;
    this.month = this.resolver.month;
    this.day = this.resolver.day;
    this.hour = this.time.hour;
    this.minute = this.time.minute;
    this.second = this.time.second;
    this.offset = 0;
  }

  private localSeconds(): number {
    return epochDay(this.year, this.month, this.day) * daySeconds + this.hour * 3600 + this.minute * 60 + this.second;
  }

  private placeInZone(): number {
    if (this.time.hasOffset) this.offset = this.time.offset;
    else if (this.clock !== null) this.offset = this.clock.offsetAtLocal(this.localSeconds());
    return this.offset === this.offset ? 0 : timeNotInZone;
  }

  private moveToZone(): number {
    const instant = this.localSeconds() - this.time.offset;
    const local = instant + (this.clock === null ? 0 : this.clock.offsetAtInstant(instant));
    if (this.clock !== null && Number.isNaN(this.clock.offsetAtLocal(local))) return timeNotInZone;
    return this.setLocal(local) ? 0 : timestampInvalid;
  }

  /** False when that is outside the years 1 to 9999. */
  private setLocal(local: number): boolean {
    const dayNumber = Math.floor(local / daySeconds);
    const date = civilDay(dayNumber);
    const clock = local - dayNumber * daySeconds;
    this.year = date.year;
    this.month = date.month;
    this.day = date.day;
    this.hour = Math.floor(clock / 3600);
    this.minute = Math.floor(clock / 60) % 60;
    this.second = clock % 60;
    return date.year >= 1 && date.year <= 9999;
  }
}
