/**
 * The clock time behind a date: `T` or blanks, `HH:MM[:SS[.fraction]]`, `HHMM[SS]` after a date without separators, AM/PM, and
 * `Z`, `UTC`, `GMT`, `±HH`, `±HH:MM` or `±HHMM`. 24:00 is the end of the day (ISO 8601); second 60 is refused, because PostgreSQL
 * would move it into the next minute.
 */
import { isLetter } from './month-name.ts';

const colon = 0x3a;
const space = 0x20;
/** PostgreSQL's limit of a displacement from UTC: below 16 hours. */
const mostOffsetHours = 15;

/** A short word as one number, letters in lower case. */
const lowerLetters = (bytes: Uint8Array, start: number, end: number): number => {
  let number = 0;
  for (let i = start; i < end; i++) number = number * 256 + ((bytes[i] as number) | 0x20);
  return number;
};
const letterZ = 0x7a;
const lettersUtc = 0x757463;
const lettersGmt = 0x676d74;

/** One time in place; reused cell after cell. */
export class TimeShape {
  hour = 0;
  minute = 0;
  second = 0;
  /** Millionths of a second. */
  micros = 0;
  /** Digits of the fraction without the zeros at its end; may be more than fit `micros`. */
  fractionDigits = 0;
  hasOffset = false;
  /** Seconds east of UTC. */
  offset = 0;

  private bytes: Uint8Array = new Uint8Array(0);
  private end = 0;
  private at = 0;

  midnight(): void {
    this.hour = this.minute = this.second = this.micros = this.fractionDigits = this.offset = 0;
    this.hasOffset = false;
  }

  /** Whether `bytes[start, end)`, which begin right after a date, are a time and nothing else. */
  scan(bytes: Uint8Array, start: number, end: number, compact: boolean): boolean {
    this.midnight();
    this.bytes = bytes;
    this.end = end;
    this.at = start;
    if (!this.skipToTime()) return false;
    if (!this.takeClock(compact)) return false;
    this.skipSpaces();
    if (!this.takeHalfOfDay()) return false;
    this.skipSpaces();
    if (!this.takeOffset()) return false;
    return this.at === end && this.isClockTime();
  }

  private peek(): number {
    return this.at < this.end ? (this.bytes[this.at] as number) : 0;
  }

  private skipSpaces(): void {
    while (this.peek() === space) this.at++;
  }

  private skipToTime(): boolean {
    const before = this.at;
    if ((this.peek() | 0x20) === 0x74) this.at++;
    else {
      if (this.peek() === 0x2c) this.at++;
      this.skipSpaces();
    }
    return this.at > before;
  }

  /** -1 when no digit stands here; one or two digits are taken. */
  private takeNumber(): number {
    const tens = this.peek() - 0x30;
    if (tens < 0 || tens > 9) return -1;
    this.at++;
    const ones = this.peek() - 0x30;
    if (ones < 0 || ones > 9) return tens;
    this.at++;
    return tens * 10 + ones;
  }

  private takeTwoDigits(): number {
    const before = this.at;
    const number = this.takeNumber();
    return this.at - before === 2 ? number : -1;
  }

  private takeClock(compact: boolean): boolean {
    this.hour = this.takeNumber();
    if (this.hour < 0) return false;
    const withColon = this.peek() === colon;
    if (withColon) this.at++;
    else if (!compact) return false;
    this.minute = this.takeTwoDigits();
    if (this.minute < 0) return false;
    const next = this.peek();
    if (withColon ? next !== colon : next < 0x30 || next > 0x39) return true;
    if (withColon) this.at++;
    this.second = this.takeTwoDigits();
    return this.second >= 0 && this.takeFraction();
  }

  private takeFraction(): boolean {
    const mark = this.peek();
    if (mark !== 0x2e && mark !== 0x2c) return true;
    this.at++;
    const start = this.at;
    let micros = 0;
    for (;;) {
      const digit = this.peek() - 0x30;
      if (digit < 0 || digit > 9) break;
      this.at++;
      const place = this.at - start;
      if (place <= 6) micros = micros * 10 + digit;
      if (digit !== 0) this.fractionDigits = place;
    }
    const digits = this.at - start;
    for (let i = digits; i < 6; i++) micros *= 10;
    this.micros = micros;
    return digits > 0;
  }

  /** AM, PM, A.M., p.m. and the like; true when none stands here. */
  private takeHalfOfDay(): boolean {
    const half = this.peek() | 0x20;
    if (half !== 0x61 && half !== 0x70) return true;
    let at = this.at + 1;
    if (this.bytes[at] === 0x2e) at++;
    if (at >= this.end || ((this.bytes[at] as number) | 0x20) !== 0x6d) return false;
    at++;
    if (at < this.end && this.bytes[at] === 0x2e) at++;
    this.at = at;
    if (this.hour < 1 || this.hour > 12) return false;
    this.hour = (this.hour % 12) + (half === 0x70 ? 12 : 0);
    return true;
  }

  private takeOffset(): boolean {
    const sign = this.peek();
    if (sign === 0) return true;
    if (isLetter(sign)) return this.takeUtcName();
    if (sign !== 0x2b && sign !== 0x2d) return false;
    this.at++;
    const hours = this.takeTwoDigits();
    let minutes = 0;
    if (this.at < this.end) {
      if (this.peek() === colon) this.at++;
      minutes = this.takeTwoDigits();
    }
    if (hours < 0 || hours > mostOffsetHours || minutes < 0 || minutes > 59) return false;
    this.hasOffset = true;
    this.offset = (hours * 60 + minutes) * (sign === 0x2d ? -60 : 60);
    return true;
  }

  private takeUtcName(): boolean {
    const length = this.end - this.at;
    const number = length === 1 || length === 3 ? lowerLetters(this.bytes, this.at, this.end) : 0;
    if (number !== letterZ && number !== lettersUtc && number !== lettersGmt) return false;
    this.at = this.end;
    this.hasOffset = true;
    return true;
  }

  private isClockTime(): boolean {
    if (this.minute > 59 || this.second > 59) return false;
    return this.hour < 24 || (this.hour === 24 && this.minute === 0 && this.second === 0 && this.fractionDigits === 0);
  }
}
