/**
 * One format of dates and times, as `DD/MM/YYYY HH:mm`, and a reader that takes a cell apart by it, on folded ASCII bytes.
 *
 * YYYY, YY · M or MM, MMM (a name, full or short) · D or DD, Do (1st, 1er, 1º) · ddd (a name of a day, not checked) · H or HH, h or hh · mm ·
 * ss · S (decimals of a second) · A (am, pm) · Z (Z, +02:00, +0200, +02). M, D, H and h take one digit or two; doubled they take two.
 * A blank takes any number of them; letters of the file's own stand in brackets: `D [de] MMM [de] YYYY`. Anything else stands for itself.
 */
import { transformInvalid } from '../../contracts/transform.ts';
import { civilDay, epochDay, isCalendarDay } from '../types/calendar.ts';
import { monthOfWord } from './month-words.ts';

/** A text as the reader takes it: no marks, no superior letters, lower case. */
export const foldDate = (text: string): string => text.normalize('NFKD').replace(/\p{M}/gu, '').replace(/[\u2010-\u2015\u2212]/g, '-').toLowerCase();

const grammar = /\[([^\]]*)\]|YYYY|YY|MMMM|MMM|MM|M|Do|DD|D|dddd|ddd|HH|H|hh|h|mm|ss|S+|A|Z|[\s\S]/gu;

type Part = 'year' | 'month' | 'day' | 'weekday' | 'hour' | 'minute' | 'second' | 'fraction' | 'half' | 'offset';
interface Token { readonly part: Part | null; readonly kind: string; readonly literal: string }

const partOf: Readonly<Record<string, Part>> = {
  YYYY: 'year', YY: 'year', MMMM: 'month', MMM: 'month', MM: 'month', M: 'month', Do: 'day', DD: 'day', D: 'day', dddd: 'weekday', ddd: 'weekday',
  HH: 'hour', H: 'hour', hh: 'hour', h: 'hour', mm: 'minute', ss: 'second', A: 'half', Z: 'offset',
};

const tokensOf = (format: string): readonly Token[] => [...format.matchAll(grammar)].map(([text, literal]) => {
  if (literal !== undefined) return { part: null, kind: 'literal', literal: foldDate(literal) };
  if (/^S+$/.test(text)) return { part: 'fraction', kind: 'S', literal: '' };
  const part = partOf[text];
  if (part !== undefined) return { part, kind: text, literal: '' };
  if (/^\p{L}$/u.test(text)) throw transformInvalid('a format has a letter that stands for nothing; write letters of the file in brackets, as D [de] MMM.');
  return /^\s$/.test(text) ? { part: null, kind: 'blank', literal: '' } : { part: null, kind: 'literal', literal: foldDate(text) };
});

/** Why the parts do not make a date; null when they do. */
const faultOf = (parts: readonly Part[], kinds: readonly string[]): string | null => {
  const has = (part: Part): boolean => parts.includes(part);
  if (parts.some((part, index) => parts.indexOf(part) !== index)) return 'a format has one part twice.';
  if (!has('year')) return 'a format needs the year (YYYY or YY).';
  if (has('day') && !has('month')) return 'a format with a day needs the month (M, MM or MMM).';
  if ((has('minute') || has('second') || has('fraction') || has('half') || has('offset')) && !has('hour')) return 'a format with a time needs the hour (H, HH, h or hh).';
  if (has('hour') && (!has('day') || !has('minute'))) return 'a format with an hour needs the day and the minutes (mm).';
  if (has('second') && !has('minute')) return 'a format with seconds needs the minutes.';
  if (has('fraction') && !has('second')) return 'a format with decimals of a second needs the seconds.';
  if (kinds.some((kind) => kind === 'h' || kind === 'hh') !== has('half')) return 'h and A (am, pm) need each other; hours from 0 to 23 are H.';
  return null;
};

const orderOf = (tokens: readonly Token[]): 'dmy' | 'mdy' | null => {
  const day = tokens.findIndex(({ part }) => part === 'day'), month = tokens.findIndex(({ part, kind }) => part === 'month' && kind.length <= 2);
  return day < 0 || month < 0 ? null : day < month ? 'dmy' : 'mdy';
};

export const mismatch = 0, impossible = 1, read = 2;
const noOffset = Number.NaN;
const isLetter = (byte: number): boolean => (byte | 0x20) >= 0x61 && (byte | 0x20) <= 0x7a;
const isBlank = (byte: number): boolean => byte === 0x20 || (byte >= 0x09 && byte <= 0x0d);

/** What a cell said, in place; reused cell after cell. */
export class DateFormat {
  year = 0;
  /** 0: not said. */
  month = 0;
  day = 0;
  hour = 0;
  minute = 0;
  second = 0;
  /** Digits, as they stood. */
  fraction = '';
  /** Seconds east of UTC; NaN: not said. */
  offset = noOffset;
  readonly hasTime: boolean;
  readonly hasDay: boolean;
  readonly hasMonth: boolean;
  readonly hasSeconds: boolean;
  readonly hasShortYear: boolean;
  /** How day and month stand, where both are numbers. */
  readonly order: 'dmy' | 'mdy' | null;
  /** Parts of day and month before the year: 0 to 2. */
  readonly yearPlace: number;
  private readonly tokens: readonly Token[];
  private bytes: Uint8Array = new Uint8Array(0);
  private at = 0;
  private end = 0;
  private number = 0;
  private half = 0;

  /** @param zeroIsUnknown `00/04/1985` is April 1985 */
  constructor(format: string, private readonly pivot: number | undefined, private readonly zeroIsUnknown = false) {
    this.tokens = tokensOf(format);
    const parts = this.tokens.flatMap(({ part }) => (part === null ? [] : [part]));
    const fault = faultOf(parts, this.tokens.map(({ kind }) => kind));
    if (fault !== null) throw transformInvalid(fault);
    this.hasTime = parts.includes('hour');
    this.hasDay = parts.includes('day');
    this.hasMonth = parts.includes('month');
    this.hasSeconds = parts.includes('second');
    this.order = orderOf(this.tokens);
    this.yearPlace = parts.slice(0, parts.indexOf('year')).filter((part) => part === 'day' || part === 'month').length;
    this.hasShortYear = this.tokens.some(({ kind }) => kind === 'YY');
    if (this.hasShortYear && pivot === undefined) throw transformInvalid('a year of two digits (YY) needs "pivot", the first of the hundred years that it can mean, as 1950.');
  }

  /** {@link mismatch}, {@link impossible} (the 31st of February) or {@link read}. */
  scan(bytes: Uint8Array, start: number, end: number): number {
    this.bytes = bytes;
    this.at = start;
    this.end = end;
    this.clear();
    for (const token of this.tokens) if (!this.take(token)) return mismatch;
    if (this.at !== end) return mismatch;
    return this.isPossible() ? read : impossible;
  }

  private clear(): void {
    this.month = this.day = this.hour = this.minute = this.second = 0;
    this.half = 0;
    this.fraction = '';
    this.offset = noOffset;
  }

  private isPossible(): boolean {
    if (this.half !== 0) {
      if (this.hour < 1 || this.hour > 12) return false;
      this.hour = (this.hour % 12) + (this.half === 2 ? 12 : 0);
    }
    const endsDay = this.half === 0 && this.hour === 24 && this.minute === 0 && this.second === 0 && !/[1-9]/.test(this.fraction);
    if ((this.hour > 23 && !endsDay) || this.minute > 59 || this.second > 59) return false;
    if (this.zeroIsUnknown && this.day === 0 && this.month >= 0 && this.month <= 12) return this.year > 0;
    return isCalendarDay(this.year, this.hasMonth ? this.month : 1, this.hasDay ? this.day : 1) && (!endsDay || this.endDay());
  }

  /** 24:00 is the midnight behind the day (ISO 8601). */
  private endDay(): boolean {
    ({ year: this.year, month: this.month, day: this.day } = civilDay(epochDay(this.year, this.month, this.day) + 1));
    this.hour = 0;
    return this.year <= 9_999;
  }

  private take({ part, kind, literal }: Token): boolean {
    switch (part) {
      case null: return kind === 'blank' ? this.takeBlanks() : this.takeLiteral(literal);
      case 'year': return kind === 'YYYY' ? this.takeYear() : this.takeShortYear();
      case 'month': if (kind.length > 2) return this.takeMonthName(); if (!this.takeTwo(kind)) return false; this.month = this.number; return true;
      case 'day': if (!this.takeTwo(kind)) return false; this.day = this.number; return kind !== 'Do' || this.takeOrdinal();
      case 'weekday': return this.takeWeekday();
      case 'hour': if (!this.takeTwo(kind)) return false; this.hour = this.number; return true;
      case 'minute': if (!this.takeTwo(kind)) return false; this.minute = this.number; return true;
      case 'second': if (!this.takeTwo(kind)) return false; this.second = this.number; return true;
      case 'fraction': return this.takeFraction();
      case 'half': return this.takeHalf();
      case 'offset': return this.takeOffset();
    }
  }

  private takeDigits(most: number): number {
    const from = this.at, last = Math.min(this.end, this.at + most);
    let number = 0;
    for (; this.at < last; this.at += 1) {
      const digit = (this.bytes[this.at] as number) - 0x30;
      if (digit < 0 || digit > 9) break;
      number = number * 10 + digit;
    }
    this.number = number;
    return this.at - from;
  }

  private takeTwo(kind: string): boolean {
    const digits = this.takeDigits(2);
    return digits === 2 || (digits === 1 && (kind.length === 1 || kind === 'Do'));
  }

  private takeYear(): boolean {
    if (this.takeDigits(4) !== 4) return false;
    this.year = this.number;
    return true;
  }

  private takeShortYear(): boolean {
    if (this.takeDigits(2) !== 2 || this.pivot === undefined) return false;
    this.year = shortYear(this.number, this.pivot);
    return true;
  }

  private takeLetters(): string {
    const from = this.at;
    while (this.at < this.end && isLetter(this.bytes[this.at] as number)) this.at += 1;
    let word = '';
    for (let at = from; at < this.at && at < from + 20; at += 1) word += String.fromCharCode((this.bytes[at] as number) | 0x20);
    return word;
  }

  private skipDot(): boolean {
    if (this.at < this.end && this.bytes[this.at] === 0x2e) this.at += 1;
    return true;
  }

  private takeMonthName(): boolean {
    this.month = monthOfWord(this.takeLetters());
    return this.month !== 0 && this.skipDot();
  }

  /** `Di.`, `terça-feira`. */
  private takeWeekday(): boolean {
    if (this.takeLetters() === '') return false;
    const from = this.at;
    if (this.bytes[this.at] === 0x2d) this.at += 1;
    if (this.takeLetters() !== 'feira') this.at = from;
    return this.skipDot();
  }

  private takeOrdinal(): boolean {
    const from = this.at;
    if (!['', 'st', 'nd', 'rd', 'th', 'er', 'o', 'a'].includes(this.takeLetters())) this.at = from;
    return this.skipDot();
  }

  private takeBlanks(): boolean {
    const from = this.at;
    while (this.at < this.end && isBlank(this.bytes[this.at] as number)) this.at += 1;
    return this.at > from;
  }

  private takeLiteral(literal: string): boolean {
    for (let index = 0; index < literal.length; index += 1, this.at += 1) {
      if (this.at >= this.end) return false;
      const byte = this.bytes[this.at] as number, wanted = literal.charCodeAt(index);
      if (byte !== wanted && !(isLetter(wanted) && (byte | 0x20) === wanted)) return false;
    }
    return true;
  }

  private takeFraction(): boolean {
    const from = this.at;
    if (this.takeDigits(9) === 0) return false;
    for (let at = from; at < this.at; at += 1) this.fraction += String.fromCharCode(this.bytes[at] as number);
    return true;
  }

  private takeHalf(): boolean {
    const letters = this.takeLetters();
    this.skipDot();
    // `p.m.` in two parts; Spanish has a blank between them.
    if (letters.length === 1) this.takeBlanks();
    const both = letters.length === 1 ? letters + this.takeLetters() : letters;
    this.skipDot();
    this.half = both === 'am' ? 1 : both === 'pm' ? 2 : 0;
    return this.half !== 0;
  }

  private takeOffset(): boolean {
    const sign = this.at < this.end ? (this.bytes[this.at] as number) : 0;
    this.at += 1;
    if ((sign | 0x20) === 0x7a) { this.offset = 0; return true; }
    if ((sign !== 0x2b && sign !== 0x2d) || this.takeDigits(2) !== 2) return false;
    const hours = this.number;
    if (this.at < this.end && this.bytes[this.at] === 0x3a) this.at += 1;
    const minuteDigits = this.takeDigits(2), minutes = minuteDigits === 0 ? 0 : this.number;
    if (minuteDigits === 1 || hours > 15 || minutes > 59) return false;
    this.offset = (sign === 0x2d ? -1 : 1) * (hours * 3_600 + minutes * 60);
    return true;
  }
}

/** The year of the hundred from `pivot` on that ends in these two digits. */
export const shortYear = (twoDigits: number, pivot: number): number => pivot + ((((twoDigits - pivot) % 100) + 100) % 100);
