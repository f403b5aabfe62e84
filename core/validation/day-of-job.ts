import { zoneClockOf } from '../types/zone-clock.ts';
import { dayOfInstant } from './cel/read-moment.ts';

/** What `today()` is in an import: the day on which the job was asked for, in its zone, whenever a chunk is staged again. */
export const dayOfJob = (created: Date, zone: string): number => dayOfInstant({ seconds: Math.floor(created.getTime() / 1000), micros: 0 }, zoneClockOf(zone));
