/** Dates and times in expressions: ISO 8601 only, so that nothing has to be guessed. */
import { civilDay, epochDay, isCalendarDay } from '../../types/calendar.ts';
import { zoneClockOf, type ZoneClock } from '../../types/zone-clock.ts';
import type { Instant } from './cel-values.ts';

const dayShape = /^(\d{4})-(\d\d)-(\d\d)$/;
const momentShape = /^(\d{4}-\d\d-\d\d)(?:[T ](\d\d):(\d\d)(?::(\d\d)(?:\.(\d{1,6}))?)?(Z|[+-]\d\d(?::?\d\d(?::?\d\d)?)?)?)?$/;
export const daySeconds = 86_400;

export const readDay = (text: string): number | null => {
  const [, year, month, day] = (dayShape.exec(text) ?? []).map(Number);
  return year === undefined || month === undefined || day === undefined || !isCalendarDay(year, month, day) ? null : epochDay(year, month, day);
};

const offsetOf = (text: string): number => {
  if (text === 'Z') return 0;
  const [hours = '', minutes = '00', seconds = '00'] = text.slice(1).match(/\d\d/g) ?? [];
  return (text.startsWith('-') ? -1 : 1) * (Number(hours) * 3600 + Number(minutes) * 60 + Number(seconds));
};

/** A time without offset is one of the zone's clock; null as well where that time is not one instant. */
export const readInstant = (text: string, zone: ZoneClock | null): Instant | null => {
  const [, dayText = '', hour = '00', minute = '00', second = '00', fraction = '', offset] = momentShape.exec(text) ?? [];
  const day = readDay(dayText);
  if (day === null || Number(hour) > 23 || Number(minute) > 59 || Number(second) > 59) return null;
  const local = day * daySeconds + Number(hour) * 3600 + Number(minute) * 60 + Number(second);
  const displacement = offset === undefined ? zone?.offsetAtLocal(local) ?? 0 : offsetOf(offset);
  return Number.isNaN(displacement) ? null : { seconds: local - displacement, micros: Number(fraction.padEnd(6, '0')) };
};

/** The day of an instant on the zone's calendar. */
export const dayOfInstant = ({ seconds }: Instant, zone: ZoneClock | null): number => Math.floor((seconds + (zone?.offsetAtInstant(seconds) ?? 0)) / daySeconds);

export const dayText = (day: number): string => {
  const { year, month, day: ofMonth } = civilDay(day);
  return `${String(year).padStart(4, '0')}-${String(month).padStart(2, '0')}-${String(ofMonth).padStart(2, '0')}`;
};

export const clockOf = (zone: string): ZoneClock | null => zoneClockOf(zone);
