/**
 * Values as exact texts, written where the cells of a chunk are kept: as a cell of the row spool (tabs, line ends and backslashes escaped), or
 * as a JSON value. Both in the words that an export uses (core/formats/portable-text.ts), so that what is written is read back the same.
 */
import { isUtf8 } from 'node:buffer';
import { civilDay } from '../../types/calendar.ts';
import { corrupt } from './corrupt.ts';
import type { Values } from './encodings.ts';
import { shortestFloat16, shortestFloat32 } from './float-text.ts';
import type { Leaf, TimeUnit } from './parquet-schema.ts';
import type { TextArena } from './text-arena.ts';

export type Wording = 'spool' | 'json';
/** Writes value `index` behind what is in the arena. */
export type ValueWriter = (index: number) => void;

const quote = 0x22, backslash = 0x5c, minus = 0x2d, point = 0x2e, colon = 0x3a;

export const valueWriter = (leaf: Leaf, values: Values, arena: TextArena, wording: Wording): ValueWriter => {
  const { kind } = leaf;
  const quoted = (write: ValueWriter): ValueWriter => (wording === 'spool' ? write : (index) => { arena.byte(quote); write(index); arena.byte(quote); });
  switch (kind.is) {
    case 'boolean': return (index) => { arena.ascii(values.bytes[index] === 0 ? 'false' : 'true'); };
    case 'int': return leaf.width === 4 ? int32Writer(values, arena) : int64Writer(values, arena);
    case 'uint': return leaf.width === 4 ? uint32Writer(values, arena) : uint64Writer(values, arena);
    case 'float': { const floats = floatsOf(values); return floatWriter((index) => floats[index] as number, shortestFloat32, { arena, wording }); }
    case 'double': { const doubles = doublesOf(values); return floatWriter((index) => doubles[index] as number, String, { arena, wording }); }
    case 'float16': { const view = viewOf(values); return floatWriter((index) => halfAt(view, startOf(values, index)), shortestFloat16, { arena, wording }); }
    case 'decimal': return decimalWriter(leaf, { values, arena, scale: kind.scale });
    case 'date': { const days = int32sOf(values); return quoted((index) => { writeDate(arena, days[index] as number); }); }
    case 'time': return quoted(timeWriter({ values, arena, width: leaf.width, unit: kind.unit }));
    case 'timestamp': return quoted(timestampWriter({ values, arena, unit: kind.unit, utc: kind.utc }));
    case 'int96': return quoted(int96Writer(values, arena));
    case 'uuid': return quoted((index) => { writeUuid(arena, values.bytes, startOf(values, index)); });
    case 'interval': { const view = viewOf(values); return quoted((index) => { writeInterval(arena, view, startOf(values, index)); }); }
    case 'hex': return quoted((index) => { writeHex(arena, values.bytes.subarray(startOf(values, index), endOf(values, index)), wording); });
    case 'geometry': return quoted((index) => { writeGeometry(arena, values.bytes.subarray(startOf(values, index), endOf(values, index)), wording); });
    case 'text': return textWriter(values, arena, wording);
    case 'unknown': return unknownWriter(values, arena, wording);
  }
};

const startOf = (values: Values, index: number): number => ('starts' in values ? values.starts[index] as number : index * values.width);
const endOf = (values: Values, index: number): number => ('ends' in values ? values.ends[index] as number : (index + 1) * values.width);
const viewOf = ({ bytes }: Values): DataView => new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
const int32sOf = ({ bytes, count }: Values): Int32Array => new Int32Array(bytes.buffer, bytes.byteOffset, count);
/** Low and high words in turn. */
const wordsOf = ({ bytes, count }: Values): Int32Array => new Int32Array(bytes.buffer, bytes.byteOffset, count * 2);
const floatsOf = ({ bytes, count }: Values): Float32Array => new Float32Array(bytes.buffer, bytes.byteOffset, count);
const doublesOf = ({ bytes, count }: Values): Float64Array => new Float64Array(bytes.buffer, bytes.byteOffset, count);

const writeInteger = (arena: TextArena, value: number): void => {
  if (value < 0) { arena.byte(minus); arena.digits(-value); } else arena.digits(value);
};

const int32Writer = (values: Values, arena: TextArena): ValueWriter => {
  const numbers = int32sOf(values);
  return (index) => { writeInteger(arena, numbers[index] as number); };
};
const uint32Writer = (values: Values, arena: TextArena): ValueWriter => {
  const numbers = int32sOf(values);
  return (index) => { arena.digits((numbers[index] as number) >>> 0); };
};
const bigOf = (high: number, low: number): bigint => BigInt(high) << 32n | BigInt(low >>> 0);
/** High words within which a number of 64 bits is a safe one. */
const safeHigh = 0x1fffff;

const int64Writer = (values: Values, arena: TextArena): ValueWriter => {
  const words = wordsOf(values);
  return (index) => {
    const low = words[index * 2] as number, high = words[index * 2 + 1] as number;
    if (high >= -safeHigh && high < safeHigh) writeInteger(arena, high * 0x100000000 + (low >>> 0)); else arena.ascii(bigOf(high, low).toString());
  };
};
const uint64Writer = (values: Values, arena: TextArena): ValueWriter => {
  const words = wordsOf(values);
  return (index) => {
    const low = words[index * 2] as number, high = (words[index * 2 + 1] as number) >>> 0;
    if (high < safeHigh) arena.digits(high * 0x100000000 + (low >>> 0)); else arena.ascii(bigOf(high, low).toString());
  };
};

interface Into { readonly arena: TextArena; readonly wording: Wording }
const floatWriter = (at: (index: number) => number, text: (value: number) => string, { arena, wording }: Into): ValueWriter => (index) => {
  const value = at(index);
  const found = Object.is(value, -0) ? '-0' : text(value);
  arena.ascii(wording === 'json' && !Number.isFinite(value) ? `"${found}"` : found);
};
const halfAt = (view: DataView, start: number): number => {
  const half = view.getUint16(start, true);
  const sign = half >> 15 === 1 ? -1 : 1, exponent = half >> 10 & 0x1f, fraction = half & 0x3ff;
  if (exponent === 0x1f) return fraction === 0 ? sign * Infinity : NaN;
  return exponent === 0 ? sign * fraction * 2 ** -24 : sign * 2 ** (exponent - 15) * (1 + fraction / 1024);
};

interface DecimalPlace { readonly values: Values; readonly arena: TextArena; readonly scale: number }
const decimalWriter = (leaf: Leaf, { values, arena, scale }: DecimalPlace): ValueWriter => {
  if (leaf.physical === 'int32') { const numbers = int32sOf(values); return (index) => { writeScaled(arena, numbers[index] as number, scale); }; }
  if (leaf.physical === 'int64') {
    const words = wordsOf(values);
    return (index) => {
      const low = words[index * 2] as number, high = words[index * 2 + 1] as number;
      if (high >= -safeHigh && high < safeHigh) writeScaled(arena, high * 0x100000000 + (low >>> 0), scale); else writeBigScaled(arena, bigOf(high, low), scale);
    };
  }
  return (index) => { writeDecimalBytes(arena, values.bytes.subarray(startOf(values, index), endOf(values, index)), scale); };
};

const writeScaled = (arena: TextArena, unscaled: number, scale: number): void => {
  if (scale === 0 || scale > 15) { if (scale === 0) writeInteger(arena, unscaled); else writeBigScaled(arena, BigInt(unscaled), scale); return; }
  if (unscaled < 0) arena.byte(minus);
  const value = Math.abs(unscaled), unit = 10 ** scale, whole = Math.floor(value / unit);
  arena.digits(whole);
  arena.byte(point);
  arena.digits(value - whole * unit, scale);
};
const writeBigScaled = (arena: TextArena, unscaled: bigint, scale: number): void => {
  const digits = (unscaled < 0n ? -unscaled : unscaled).toString().padStart(scale + 1, '0');
  arena.ascii(`${unscaled < 0n ? '-' : ''}${scale === 0 ? digits : `${digits.slice(0, -scale)}.${digits.slice(-scale)}`}`);
};
/** Big-endian, two's complement, of any length. 256 bits are more than any writer makes. */
const writeDecimalBytes = (arena: TextArena, bytes: Uint8Array, scale: number): void => {
  if (bytes.length > 1024) throw corrupt('a decimal number is too long');
  const sign = ((bytes[0] ?? 0) & 0x80) === 0 ? 0 : 0xff;
  let skip = 0;
  while (skip < bytes.length - 1 && bytes[skip] === sign) skip += 1;
  if (bytes.length - skip <= 6) {
    let value = sign === 0 ? 0 : -1;
    for (let at = skip; at < bytes.length; at += 1) value = value * 256 + (bytes[at] as number);
    writeScaled(arena, value, scale);
    return;
  }
  const hex = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('hex');
  writeBigScaled(arena, BigInt.asIntN(bytes.length * 8, BigInt(`0x${hex}`)), scale);
};

/** As PostgreSQL writes them. Returns the era where the year is a far one, which is nobody's slip in a typed column (types/far-moment.ts). */
const writeDay = (arena: TextArena, days: number): '' | ' BC' | ' AD' => {
  const { year, month, day } = civilDay(days);
  arena.digits(year > 0 ? year : 1 - year, 4);
  arena.byte(minus);
  arena.digits(month, 2);
  arena.byte(minus);
  arena.digits(day, 2);
  return year <= 0 ? ' BC' : year > 9999 ? ' AD' : '';
};
const writeDate = (arena: TextArena, days: number): void => { arena.ascii(writeDay(arena, days)); };

const perSecond: Readonly<Record<TimeUnit, number>> = { millis: 1e3, micros: 1e6, nanos: 1e9 };
/** `HH:MM:SS` and as much of a fraction as there is. */
const writeClock = (arena: TextArena, seconds: number, { fraction, digits }: { readonly fraction: number; readonly digits: number }): void => {
  const hours = Math.floor(seconds / 3600), minutes = Math.floor(seconds / 60) % 60;
  arena.digits(hours, 2);
  arena.byte(colon);
  arena.digits(minutes, 2);
  arena.byte(colon);
  arena.digits(seconds % 60, 2);
  if (fraction === 0) return;
  arena.byte(point);
  let [value, count] = [fraction, digits];
  while (value % 10 === 0) { value /= 10; count -= 1; }
  arena.digits(value, count);
};
const digitsOf: Readonly<Record<TimeUnit, number>> = { millis: 3, micros: 6, nanos: 9 };

interface Timing { readonly values: Values; readonly arena: TextArena; readonly unit: TimeUnit }
const timeWriter = ({ values, arena, width, unit }: Timing & { readonly width: number }): ValueWriter => {
  const numbers = width === 4 ? int32sOf(values) : wordsOf(values);
  const scale = perSecond[unit];
  return (index) => {
    const value = width === 4 ? numbers[index] as number : (numbers[index * 2 + 1] as number) * 0x100000000 + ((numbers[index * 2] as number) >>> 0);
    // No time of a day: the number itself is what there is.
    if (value < 0 || value > scale * 86_400) { arena.ascii(String(value)); return; }
    writeClock(arena, Math.floor(value / scale), { fraction: value % scale, digits: digitsOf[unit] });
  };
};

interface Instant { readonly seconds: number; readonly fraction: number; readonly unit: TimeUnit; readonly utc: boolean }
const writeInstant = (arena: TextArena, { seconds, fraction, unit, utc }: Instant): void => {
  const days = Math.floor(seconds / 86_400);
  const era = writeDay(arena, days);
  arena.byte(era === '' ? 0x54 : 0x20);
  writeClock(arena, seconds - days * 86_400, { fraction, digits: digitsOf[unit] });
  if (era !== '') arena.ascii(utc ? `+00${era}` : era); else if (utc) arena.byte(0x5a);
};
const timestampWriter = ({ values, arena, unit, utc }: Timing & { readonly utc: boolean }): ValueWriter => {
  const words = wordsOf(values);
  const scale = perSecond[unit];
  return (index) => {
    const low = words[index * 2] as number, high = words[index * 2 + 1] as number;
    if (high >= -safeHigh && high < safeHigh) {
      const value = high * 0x100000000 + (low >>> 0), seconds = Math.floor(value / scale);
      writeInstant(arena, { seconds, fraction: value - seconds * scale, unit, utc });
    } else writeBigInstant(arena, bigOf(high, low), { unit, utc });
  };
};
const writeBigInstant = (arena: TextArena, value: bigint, { unit, utc }: { readonly unit: TimeUnit; readonly utc: boolean }): void => {
  const scale = BigInt(perSecond[unit]);
  const fraction = ((value % scale) + scale) % scale;
  writeInstant(arena, { seconds: Number((value - fraction) / scale), fraction: Number(fraction), unit, utc });
};
/** Nanoseconds of a day and its Julian number; no zone is known of it. */
const int96Writer = (values: Values, arena: TextArena): ValueWriter => {
  const view = viewOf(values);
  return (index) => {
    const nanos = view.getBigInt64(index * 12, true), day = view.getInt32(index * 12 + 8, true) - 2_440_588;
    writeBigInstant(arena, BigInt(day) * 86_400_000_000_000n + nanos, { unit: 'nanos', utc: false });
  };
};

const hexDigit = (value: number): number => (value < 10 ? 0x30 + value : 0x57 + value);
const writeUuid = (arena: TextArena, bytes: Uint8Array, start: number): void => {
  arena.ensure(36);
  for (let index = 0; index < 16; index += 1) {
    if (index === 4 || index === 6 || index === 8 || index === 10) arena.byte(minus);
    const byte = bytes[start + index] as number;
    arena.byte(hexDigit(byte >> 4));
    arena.byte(hexDigit(byte & 15));
  }
};
/** ISO 8601: months, days and milliseconds stay what they are. */
const writeInterval = (arena: TextArena, view: DataView, start: number): void => {
  const [months, days, millis] = [view.getUint32(start, true), view.getUint32(start + 4, true), view.getUint32(start + 8, true)];
  arena.ascii(`P${months}M${days}DT${String(millis / 1000)}S`);
};
/** As PostgreSQL writes bytes. */
const writeHex = (arena: TextArena, bytes: Uint8Array, wording: Wording): void => {
  arena.ensure(bytes.length * 2 + 4);
  arena.ascii(wordedBackslash[wording]);
  arena.byte(0x78);
  for (const byte of bytes) { arena.byte(hexDigit(byte >> 4)); arena.byte(hexDigit(byte & 15)); }
};
const wordedBackslash: Readonly<Record<Wording, string>> = { spool: '\\\\', json: '\\\\' };

/** A point of two dimensions in well-known binary is one in well-known text; every other geometry its bytes. */
const writeGeometry = (arena: TextArena, bytes: Uint8Array, wording: Wording): void => {
  if (bytes.length === 21) {
    const view = new DataView(bytes.buffer, bytes.byteOffset, 21);
    const little = bytes[0] === 1;
    if (view.getUint32(1, little) === 1) { arena.ascii(`POINT(${view.getFloat64(5, little)} ${view.getFloat64(13, little)})`); return; }
  }
  writeHex(arena, bytes, wording);
};

const textWriter = (values: Values, arena: TextArena, wording: Wording): ValueWriter =>
  wording === 'spool' ? (index) => { spoolText(arena, values.bytes, startOf(values, index), endOf(values, index)); }
    : (index) => { jsonText(arena, values.bytes, startOf(values, index), endOf(values, index)); };

const unknownWriter = (values: Values, arena: TextArena, wording: Wording): ValueWriter => {
  const text = textWriter(values, arena, wording);
  const hex = valueWriterOfHex(values, arena, wording);
  return (index) => { if (isUtf8(values.bytes.subarray(startOf(values, index), endOf(values, index)))) text(index); else hex(index); };
};
const valueWriterOfHex = (values: Values, arena: TextArena, wording: Wording): ValueWriter => (index) => {
  if (wording === 'json') arena.byte(quote);
  writeHex(arena, values.bytes.subarray(startOf(values, index), endOf(values, index)), wording);
  if (wording === 'json') arena.byte(quote);
};

const spoolText = (arena: TextArena, from: Uint8Array, start: number, end: number): void => {
  arena.ensure((end - start) * 2 + 2);
  const { bytes } = arena;
  let to = arena.length;
  // The escapes of the spool (row-spool/spool-cell.ts): an empty text is `\e`.
  if (start === end) { bytes[to++] = backslash; bytes[to++] = 0x65; }
  for (let at = start; at < end; at += 1) {
    const byte = from[at] as number;
    if (byte > 0x0d && byte !== backslash) { bytes[to++] = byte; continue; }
    switch (byte) {
      case 0x09: bytes[to++] = backslash; bytes[to++] = 0x74; break;
      case 0x0a: bytes[to++] = backslash; bytes[to++] = 0x6e; break;
      case 0x0d: bytes[to++] = backslash; bytes[to++] = 0x72; break;
      case backslash: bytes[to++] = backslash; bytes[to++] = backslash; break;
      default: bytes[to++] = byte;
    }
  }
  arena.length = to;
};

/** The bytes stand as they are, so that what is no UTF-8 is found where every text is looked at. */
export const jsonText = (arena: TextArena, from: Uint8Array, start: number, end: number): void => {
  arena.ensure((end - start) * 6 + 2);
  const { bytes } = arena;
  let to = arena.length;
  bytes[to++] = quote;
  for (let at = start; at < end; at += 1) {
    const byte = from[at] as number;
    if (byte >= 0x20 && byte !== quote && byte !== backslash) { bytes[to++] = byte; continue; }
    bytes[to++] = backslash;
    if (byte >= 0x20) { bytes[to++] = byte; continue; }
    bytes[to++] = 0x75; bytes[to++] = 0x30; bytes[to++] = 0x30; bytes[to++] = hexDigit(byte >> 4); bytes[to++] = hexDigit(byte & 15);
  }
  bytes[to++] = quote;
  arena.length = to;
};
