/**
 * Dates of the years 1 to 9999, in the shapes of date-shape.ts; others in those of far-moment.ts. A midnight behind the date, as spreadsheets export, is dropped:
 * nothing is lost. Any other time is not a date. A midnight with an offset is an instant, and its day depends on the zone, so only
 * `Z` in the zone UTC passes.
 */
import type { FieldDefinition } from '../../contracts/dataset-definition.ts';
import { WaybillError } from '../../contracts/errors.ts';
import { issueNumber } from '../../contracts/issue-codes.ts';
import type { DateReading } from '../../contracts/plan-document.ts';
import { epochDay } from './calendar.ts';
import { trimmedEnd, trimmedStart } from './cell-edges.ts';
import type { CopyBuffer } from './copy-buffer.ts';
import type { DateEvidence } from './date-evidence.ts';
import { DateResolver } from './date-resolver.ts';
import { DateShape, noDate } from './date-shape.ts';
import { blankCell, type CellEncoder } from './encoder.ts';
import { readFarDay, type FarDay } from './far-moment.ts';
import { TimeShape } from './time-shape.ts';
import { writeDay } from './write-digits.ts';
import { writeInteger } from './write-integer.ts';

const dateInvalid = issueNumber('DATE_INVALID');
const rangeBelow = issueNumber('RANGE_BELOW');
const rangeAbove = issueNumber('RANGE_ABOVE');

/** From 1970-01-01 to 2000-01-01. */
const daysTo2000 = 10_957;

/** 2020-03-12 as 20200312: ordered like the days. */
const dayNumber = (year: number, month: number, day: number): number => year * 10_000 + month * 100 + day;

const boundOf = (text: string | undefined, absent: number): number => {
  if (text === undefined) return absent;
  const bytes = Buffer.from(text.trim(), 'utf8');
  const shape = new DateShape();
  const resolver = new DateResolver({ order: null, source: 'operator' });
  const kind = shape.scan(bytes, 0, bytes.length);
  if (kind === noDate || shape.next !== bytes.length || resolver.resolve(kind, shape) !== 0)
    throw new WaybillError('DATASET_INVALID', 'min or max of a date field is not a date; write YYYY-MM-DD');
  return dayNumber(resolver.year, resolver.month, resolver.day);
};

export class DateEncoder implements CellEncoder {
  readonly evidence: DateEvidence;
  private readonly shape = new DateShape();
  private readonly time = new TimeShape();
  private readonly resolver: DateResolver;
  private readonly least: number;
  private readonly greatest: number;
  /** Writes the days since 2000-01-01 instead of YYYY-MM-DD: PostgreSQL reads an integer ten times as fast as a date. */
  private readonly asDays: boolean;
  private readonly isOurs: boolean;

  constructor(field: FieldDefinition, reading: DateReading, private readonly zoneIsUtc: boolean, { datesAsDays = false, farYears = false }: { readonly datesAsDays?: boolean | undefined; readonly farYears?: boolean | undefined } = {}) {
    this.asDays = datesAsDays;
    this.isOurs = farYears;
    this.resolver = new DateResolver(reading);
    this.evidence = this.resolver.evidence;
    this.least = boundOf(field.min, -Infinity);
    this.greatest = boundOf(field.max, Infinity);
  }

  encode(bytes: Uint8Array, cellStart: number, cellEnd: number, out: CopyBuffer): number {
    const start = trimmedStart(bytes, cellStart, cellEnd);
    const end = trimmedEnd(bytes, start, cellEnd);
    if (start === end) return blankCell;
    const kind = this.shape.scan(bytes, start, end);
    if (kind === noDate || (this.shape.next !== end && !this.isMidnight(bytes, end))) {
      return this.encodeFar(readFarDay({ bytes, start, end }, this.isOurs), out);
    }
    const issue = this.resolver.resolve(kind, this.shape);
    if (issue !== 0) return issue;
    const { year, month, day } = this.resolver;
    const number = dayNumber(year, month, day);
    if (number < this.least) return rangeBelow;
    if (number > this.greatest) return rangeAbove;
    if (this.asDays) {
      writeInteger(out, epochDay(year, month, day) - daysTo2000);
      return 0;
    }
    out.ensure(10);
    out.length = writeDay(out.bytes, out.length, this.resolver);
    return 0;
  }

  private encodeFar(far: FarDay | null, out: CopyBuffer): number {
    if (far === null) {
      this.evidence.invalid++;
      return dateInvalid;
    }
    const number = dayNumber(far.year, far.month, far.day);
    if (number < this.least) return rangeBelow;
    if (number > this.greatest) return rangeAbove;
    if (this.asDays) writeInteger(out, far.days - daysTo2000); else out.ascii(far.text);
    return 0;
  }

  private isMidnight(bytes: Uint8Array, end: number): boolean {
    const time = this.time;
    if (!time.scan(bytes, this.shape.next, end, this.shape.compact)) return false;
    if (time.hour !== 0 || time.minute !== 0 || time.second !== 0 || time.fractionDigits !== 0) return false;
    return !time.hasOffset || (this.zoneIsUtc && time.offset === 0);
  }
}
