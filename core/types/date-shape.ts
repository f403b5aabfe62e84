/**
 * The shape of a date at the start of a cell, without a judgement on day and month:
 * - year first: `2020-03-12`, `2020/3/12`, `2020.03.12`, `20200312`
 * - numeric: `12/03/2020`, `3-12-2020`, `12.3.2020` (one separator, a year of four digits; two-digit years have no sure century)
 * - named: `12 Mar 2020`, `12-MAR-2020`, `March 12, 2020`, `2020-Mar-12`
 */
import { isLetter, monthOfName } from './month-name.ts';

export const noDate = 0;
export const yearFirst = 1;
export const numericDate = 2;
export const namedDate = 3;

const dash = 0x2d;
const dot = 0x2e;
const slash = 0x2f;
const space = 0x20;
const comma = 0x2c;

const isSeparator = (byte: number): boolean => byte === dash || byte === slash || byte === dot;

/** One date in place; reused cell after cell. */
export class DateShape {
  year = 0;
  /** Year first and named: the month. Numeric: the first number. */
  first = 0;
  /** Year first and named: the day. Numeric: the second number. */
  second = 0;
  /** After the date. */
  next = 0;
  /** Digits only, as in `20200312`: a time after it may go without colons too. */
  compact = false;

  private bytes: Uint8Array = new Uint8Array(0);
  private end = 0;
  private at = 0;
  private number = 0;

  /** {@link noDate}, {@link yearFirst}, {@link numericDate} or {@link namedDate}. */
  scan(bytes: Uint8Array, start: number, end: number): number {
    this.bytes = bytes;
    this.end = end;
    this.at = start;
    this.compact = false;
    const kind = this.scanKind();
    this.next = this.at;
    return kind;
  }

  private scanKind(): number {
    const digits = this.takeNumber(9);
    if (digits === 0) return this.monthThenDay();
    if (digits === 8) return this.compactDate();
    const separator = this.peek();
    const isLetterNext = isLetter(separator) || (this.at + 1 < this.end && isLetter(this.bytes[this.at + 1] as number));
    if (digits === 4) {
      this.year = this.number;
      return isLetterNext ? this.yearThenName(separator) : this.yearThenNumbers(separator);
    }
    if (digits > 2) return noDate;
    this.second = this.number;
    return isLetterNext ? this.dayThenName(separator) : this.numbersThenYear(separator);
  }

  private peek(): number {
    return this.at < this.end ? (this.bytes[this.at] as number) : 0;
  }

  private skip(byte: number): boolean {
    if (this.peek() !== byte) return false;
    this.at++;
    return true;
  }

  private skipSpaces(): void {
    while (this.peek() === space) this.at++;
  }

  /** Digits taken (0 to `most`), their value in `number`. */
  private takeNumber(most: number): number {
    const bytes = this.bytes;
    const stop = Math.min(this.end, this.at + most);
    let at = this.at;
    let number = 0;
    for (; at < stop; at++) {
      const digit = (bytes[at] as number) - 0x30;
      if (digit < 0 || digit > 9) break;
      number = number * 10 + digit;
    }
    const digits = at - this.at;
    this.at = at;
    this.number = number;
    return digits;
  }

  private takeMonthName(): boolean {
    const start = this.at;
    while (isLetter(this.peek())) this.at++;
    this.first = monthOfName(this.bytes, start, this.at);
    return this.first !== 0;
  }

  private takeYear(): boolean {
    if (this.takeNumber(5) !== 4) return false;
    this.year = this.number;
    return true;
  }

  private compactDate(): number {
    const number = this.number;
    this.year = (number / 10_000) | 0;
    this.first = ((number / 100) | 0) % 100;
    this.second = number % 100;
    this.compact = true;
    return yearFirst;
  }

  private yearThenNumbers(separator: number): number {
    if (!isSeparator(separator)) return noDate;
    this.at++;
    const monthDigits = this.takeNumber(3);
    this.first = this.number;
    if (monthDigits === 0 || monthDigits > 2 || !this.skip(separator)) return noDate;
    const dayDigits = this.takeNumber(3);
    this.second = this.number;
    return dayDigits === 0 || dayDigits > 2 ? noDate : yearFirst;
  }

  private numbersThenYear(separator: number): number {
    if (!isSeparator(separator)) return noDate;
    this.first = this.second;
    this.at++;
    const digits = this.takeNumber(3);
    this.second = this.number;
    if (digits === 0 || digits > 2 || !this.skip(separator)) return noDate;
    return this.takeYear() ? numericDate : noDate;
  }

  private yearThenName(separator: number): number {
    if (!this.skip(dash) && !this.skip(slash) && !this.skip(space)) return noDate;
    if (!this.takeMonthName() || !this.skip(separator)) return noDate;
    const digits = this.takeNumber(3);
    this.second = this.number;
    return digits === 0 || digits > 2 ? noDate : namedDate;
  }

  /** `12 Mar 2020`, `12-Mar-2020`, `12Mar2020`, `12 Mar. 2020`, `12 March, 2020`. */
  private dayThenName(separator: number): number {
    if (isSeparator(separator) || separator === space) this.at++;
    if (!this.takeMonthName()) return noDate;
    this.skipBetween(separator);
    return this.takeYear() ? namedDate : noDate;
  }

  /** `March 12, 2020`, `Mar. 12 2020`, `Mar-12-2020`. */
  private monthThenDay(): number {
    if (!isLetter(this.peek()) || !this.takeMonthName()) return noDate;
    const separator = this.peek() === dash ? dash : space;
    if (!this.skipBetween(separator)) return noDate;
    const digits = this.takeNumber(3);
    this.second = this.number;
    if (digits === 0 || digits > 2 || !this.skipBetween(separator)) return noDate;
    return this.takeYear() ? namedDate : noDate;
  }

  /** Dashes or slashes once, or a dot or comma and blanks; false when nothing stood between. */
  private skipBetween(separator: number): boolean {
    const before = this.at;
    if ((separator === dash || separator === slash) && this.skip(separator)) return true;
    if (!this.skip(dot)) this.skip(comma);
    this.skipSpaces();
    return this.at > before;
  }
}
