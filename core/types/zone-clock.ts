/**
 * The clocks of an IANA zone: which displacement from UTC a local time has, or that it does not exist or exists twice. Asking Intl
 * costs about 3 µs, so it is asked twice a day of the calendar (and some thirty times for a day near a change of the clocks) and
 * the answer is kept. At most one change is looked for within three days; the tz database holds no closer ones since 1900.
 */
import { WaybillError } from '../../contracts/errors.ts';

const daySeconds = 86_400;
const mostDaysKept = 50_000;

/** Local seconds below `gone` have the displacement `before`, from `sure` on `after`; between them the time is not one instant. */
interface DayOfClock {
  readonly gone: number;
  readonly sure: number;
  readonly before: number;
  readonly after: number;
}

export class ZoneClock {
  private readonly format: Intl.DateTimeFormat;
  private readonly days = new Map<number, DayOfClock>();
  private lastNumber = Number.NaN;
  private lastDay: DayOfClock = { gone: 0, sure: 0, before: 0, after: 0 };

  constructor(zone: string) {
    this.format = zoneFormat(zone);
  }

  /** Seconds east of UTC at a local time (seconds since 1970 on the zone's own clock); NaN when it does not exist or exists twice. */
  offsetAtLocal(localSeconds: number): number {
    const number = Math.floor(localSeconds / daySeconds);
    if (number !== this.lastNumber) {
      this.lastDay = this.dayOf(number);
      this.lastNumber = number;
    }
    const day = this.lastDay;
    if (localSeconds < day.gone) return day.before;
    return localSeconds >= day.sure ? day.after : Number.NaN;
  }

  /** Seconds east of UTC at an instant (seconds since 1970 UTC). */
  offsetAtInstant(seconds: number): number {
    const day = this.dayOf(Math.floor(seconds / daySeconds));
    return day.before === day.after ? day.before : this.askIntl(seconds);
  }

  private askIntl(seconds: number): number {
    const parts = this.format.formatToParts(Math.floor(seconds) * 1000);
    const name = parts.find((part) => part.type === 'timeZoneName')?.value ?? '';
    const match = /([+-])(\d\d):(\d\d)(?::(\d\d))?/.exec(name);
    if (match === null) return 0;
    const size = Number(match[2]) * 3600 + Number(match[3]) * 60 + Number(match[4] ?? 0);
    return match[1] === '-' ? -size : size;
  }

  private dayOf(number: number): DayOfClock {
    const known = this.days.get(number);
    if (known !== undefined) return known;
    if (this.days.size >= mostDaysKept) this.days.clear();
    const day = this.clockFrom((number - 1) * daySeconds, (number + 2) * daySeconds);
    this.days.set(number, day);
    return day;
  }

  private clockFrom(from: number, to: number): DayOfClock {
    const before = this.askIntl(from);
    const after = this.askIntl(to);
    if (before === after) return { gone: Number.POSITIVE_INFINITY, sure: Number.POSITIVE_INFINITY, before, after };
    let low = from;
    let high = to;
    while (high - low > 1) {
      const middle = Math.floor((low + high) / 2);
      if (this.askIntl(middle) === before) low = middle;
      else high = middle;
    }
    return { gone: high + Math.min(before, after), sure: high + Math.max(before, after), before, after };
  }
}

const zoneFormat = (zone: string): Intl.DateTimeFormat => {
  try {
    return new Intl.DateTimeFormat('en-US', { timeZone: zone, timeZoneName: 'longOffset', year: 'numeric' });
  } catch (cause) {
    throw new WaybillError('OPTION_INVALID', 'the zone is not a name of the IANA time zone database', { option: 'zone' }, { cause });
  }
};

/** Names for which the clock is UTC itself, without any look-up. */
const utcNames = new Set(['utc', 'etc/utc', 'z', 'gmt', 'etc/gmt', 'zulu', 'etc/zulu', 'uct', 'etc/uct', 'universal', 'etc/universal']);

/** Null: UTC. */
export const zoneClockOf = (zone: string): ZoneClock | null => (utcNames.has(zone.toLowerCase()) ? null : new ZoneClock(zone));
