/**
 * Dates with a time, in the shapes of date-shape.ts and time-shape.ts; a date alone is its midnight. Decimals of a second beyond what
 * the column keeps are refused unless they are zeros. A `max` that is a date alone means the whole of that day.
 */
import type { FieldDefinition } from '../../contracts/dataset-definition.ts';
import { WaybillError } from '../../contracts/errors.ts';
import { issueNumber } from '../../contracts/issue-codes.ts';
import type { DateReading } from '../../contracts/plan-document.ts';
import { trimmedEnd, trimmedStart } from './cell-edges.ts';
import type { CopyBuffer } from './copy-buffer.ts';
import type { DateEvidence } from './date-evidence.ts';
import { blankCell, type CellEncoder } from './encoder.ts';
import { readFarMoment, type FarMoment } from './far-moment.ts';
import { Moment } from './moment.ts';
import { pgTypeParts } from './pg-type.ts';
import { writeClock, writeDay, writeFourDigits, writeTwoDigits } from './write-digits.ts';

const precisionLoss = issueNumber('TIMESTAMP_PRECISION_LOSS');
const timestampInvalid = issueNumber('TIMESTAMP_INVALID');
const rangeBelow = issueNumber('RANGE_BELOW');
const rangeAbove = issueNumber('RANGE_ABOVE');

interface Bound {
  readonly seconds: number;
  readonly micros: number;
}

interface BoundContext {
  readonly zone: string;
  readonly withZone: boolean;
}

const boundOf = (text: string | undefined, context: BoundContext, isMax: boolean): Bound | null => {
  if (text === undefined) return null;
  const bytes = Buffer.from(text.trim(), 'utf8');
  const moment = new Moment({ ...context, reading: { order: null, source: 'operator' } });
  if (moment.read(bytes, 0, bytes.length) !== 0)
    throw new WaybillError('DATASET_INVALID', 'min or max of a timestamp field is not a time; write YYYY-MM-DD or YYYY-MM-DD HH:MM:SS');
  return isMax && moment.dateOnly
    ? { seconds: moment.seconds() + 86_399, micros: 999_999 }
    : { seconds: moment.seconds(), micros: moment.time.micros };
};

const isBefore = (a: Bound, b: Bound): boolean => a.seconds < b.seconds || (a.seconds === b.seconds && a.micros < b.micros);

export class TimestampEncoder implements CellEncoder {
  readonly evidence: DateEvidence;
  private readonly moment: Moment;
  private readonly withZone: boolean;
  private readonly decimals: number;
  private readonly min: Bound | null;
  private readonly max: Bound | null;

  constructor(field: FieldDefinition, reading: DateReading, zone: string, private readonly farYears = false) {
    const { base, modifiers } = pgTypeParts(field);
    this.withZone = base !== 'timestamp without time zone';
    this.moment = new Moment({ reading, zone, withZone: this.withZone });
    this.evidence = this.moment.resolver.evidence;
    this.decimals = modifiers[0] ?? 6;
    this.min = boundOf(field.min, { zone, withZone: this.withZone }, false);
    this.max = boundOf(field.max, { zone, withZone: this.withZone }, true);
  }

  encode(bytes: Uint8Array, cellStart: number, cellEnd: number, out: CopyBuffer): number {
    const start = trimmedStart(bytes, cellStart, cellEnd);
    const end = trimmedEnd(bytes, start, cellEnd);
    if (start === end) return blankCell;
    const issue = this.moment.read(bytes, start, end);
    if (issue === timestampInvalid) return this.encodeFar(readFarMoment({ bytes, start, end }, { withZone: this.withZone, isOurs: this.farYears }), out);
    if (issue !== 0) return issue;
    if (this.moment.time.fractionDigits > this.decimals) return precisionLoss;
    if (this.min !== null || this.max !== null) {
      const place = this.judgeRange({ seconds: this.moment.seconds(), micros: this.moment.time.micros });
      if (place !== 0) return place;
    }
    this.append(out);
    return 0;
  }

  private encodeFar(far: FarMoment | null, out: CopyBuffer): number {
    if (far === null) return timestampInvalid;
    if (far.fractionDigits > this.decimals) return precisionLoss;
    const place = this.judgeRange(far);
    if (place === 0) out.ascii(far.text);
    return place;
  }

  private judgeRange(value: Bound): number {
    if (this.min !== null && isBefore(value, this.min)) return rangeBelow;
    return this.max !== null && isBefore(this.max, value) ? rangeAbove : 0;
  }

  private append(out: CopyBuffer): void {
    out.ensure(longestTimestamp);
    const { bytes } = out;
    const moment = this.moment;
    let at = writeDay(bytes, out.length, moment);
    bytes[at++] = 0x20;
    at = writeClock(bytes, at, moment);
    if (moment.time.micros !== 0) at = writeMicros(bytes, at, moment.time.micros);
    out.length = this.withZone ? writeOffset(bytes, at, moment.offset) : at;
  }
}

/** `YYYY-MM-DD HH:MM:SS.ffffff+HH:MM:SS` */
const longestTimestamp = 35;

const writeMicros = (bytes: Uint8Array, start: number, micros: number): number => {
  bytes[start] = 0x2e;
  return writeFourDigits(bytes, writeTwoDigits(bytes, start + 1, (micros / 10_000) | 0), micros % 10_000);
};

const writeOffset = (bytes: Uint8Array, start: number, offset: number): number => {
  const size = Math.abs(offset);
  bytes[start] = offset < 0 ? 0x2d : 0x2b;
  const hour = (size / 3600) | 0;
  if (size === hour * 3600) return writeTwoDigits(bytes, start + 1, hour);
  return writeClock(bytes, start + 1, { hour, minute: ((size / 60) | 0) % 60, second: size % 60 });
};
