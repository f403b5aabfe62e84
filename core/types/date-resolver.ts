/** From the shape of a date to the day: which number is the month, whether the day exists, and the count of it as evidence. */
import { issueNumber } from '../../contracts/issue-codes.ts';
import type { DateReading } from '../../contracts/plan-document.ts';
import { isCalendarDay } from './calendar.ts';
import { DateEvidence } from './date-evidence.ts';
import { namedDate, numericDate, type DateShape } from './date-shape.ts';

const dateImpossible = issueNumber('DATE_IMPOSSIBLE');
const dateAmbiguous = issueNumber('DATE_AMBIGUOUS');

export class DateResolver {
  year = 0;
  month = 0;
  day = 0;
  readonly evidence = new DateEvidence();
  private readonly order: DateReading['order'];
  /** An operator's word is never overruled: a cell that only the other order can read is wrong. */
  private readonly strict: boolean;

  constructor(reading: DateReading) {
    this.order = reading.order;
    this.strict = reading.source === 'operator' && reading.order !== null;
  }

  /** 0, or the number of an issue; the day is then not set. */
  resolve(kind: number, shape: DateShape): number {
    if (kind === numericDate) return this.resolveNumeric(shape);
    if (!isCalendarDay(shape.year, shape.first, shape.second)) return this.impossible();
    if (kind === namedDate) this.evidence.named++;
    else this.evidence.iso++;
    return this.set(shape.year, shape.first, shape.second);
  }

  private resolveNumeric(shape: DateShape): number {
    const { year, first, second } = shape;
    const asDmy = isCalendarDay(year, second, first);
    const asMdy = isCalendarDay(year, first, second);
    if (asDmy && asMdy) return this.resolveEither(year, first, second);
    if (asDmy) {
      this.evidence.dmyOnly++;
      return this.strict && this.order === 'mdy' ? dateImpossible : this.set(year, second, first);
    }
    if (!asMdy) return this.impossible();
    this.evidence.mdyOnly++;
    return this.strict && this.order === 'dmy' ? dateImpossible : this.set(year, first, second);
  }

  private resolveEither(year: number, first: number, second: number): number {
    if (first === second) this.evidence.same++;
    else this.evidence.either++;
    if (this.order === 'mdy') return this.set(year, first, second);
    return this.order === 'dmy' || first === second ? this.set(year, second, first) : dateAmbiguous;
  }

  private impossible(): number {
    this.evidence.invalid++;
    return dateImpossible;
  }

  private set(year: number, month: number, day: number): number {
    this.year = year;
    this.month = month;
    this.day = day;
    return 0;
  }
}
