/**
 * Exact decimals on bytes: a number is its sign, its significant digits and the power of ten of the first and the last of them.
 * No double is made, so 19-digit ids and numeric(38,10) keep every digit (design 10.11).
 */
import { WaybillError } from '../../contracts/errors.ts';

const point = 0x2e;
/** Powers of ten beyond this are told apart from no other: far outside every type of PostgreSQL. */
const hugeExponent = 1_000_000_000;

/** One number in place; reused cell after cell. */
export class Decimal {
  bytes: Uint8Array = new Uint8Array(0);
  negative = false;
  isZero = true;
  hasExponent = false;
  hasPoint = false;
  /** Index of the first and the last digit that is not zero. */
  first = 0;
  last = 0;
  /** Power of ten of the first and the last of them. */
  top = 0;
  bottom = 0;

  /** Significant digits. */
  get digits(): number {
    return this.top - this.bottom + 1;
  }

  /** `[+-] digits [. digits] [e [+-] digits]` with a digit before or after the point; false for anything else. */
  scan(bytes: Uint8Array, start: number, end: number): boolean {
    this.bytes = bytes;
    const sign = start < end ? (bytes[start] as number) : 0;
    this.negative = sign === 0x2d;
    let pointAt = -1;
    let first = -1;
    let last = -1;
    let digitCount = 0;
    let i = sign === 0x2d || sign === 0x2b ? start + 1 : start;
    for (; i < end; i++) {
      const byte = bytes[i] as number;
      if (byte >= 0x30 && byte <= 0x39) {
        digitCount++;
        if (byte !== 0x30) {
          if (first < 0) first = i;
          last = i;
        }
      } else if (byte === point && pointAt < 0) pointAt = i;
      else break;
    }
    if (digitCount === 0) return false;
    this.hasPoint = pointAt >= 0;
    this.hasExponent = i < end;
    const exponent = i < end ? exponentOf(bytes, i, end) : 0;
    if (exponent !== exponent) return false;
    const unit = pointAt < 0 ? i : pointAt;
    this.isZero = first < 0;
    this.first = first;
    this.last = last;
    this.top = first < 0 ? 0 : (first < unit ? unit - 1 - first : unit - first) + exponent;
    this.bottom = first < 0 ? 0 : (last < unit ? unit - 1 - last : unit - last) + exponent;
    return true;
  }
}

/** NaN when it is none. */
const exponentOf = (bytes: Uint8Array, start: number, end: number): number => {
  if (((bytes[start] as number) | 0x20) !== 0x65) return Number.NaN;
  const sign = bytes[start + 1];
  let i = sign === 0x2d || sign === 0x2b ? start + 2 : start + 1;
  if (i >= end) return Number.NaN;
  let exponent = 0;
  for (; i < end; i++) {
    const digit = (bytes[i] as number) - 0x30;
    if (digit < 0 || digit > 9) return Number.NaN;
    exponent = Math.min(exponent * 10 + digit, hugeExponent);
  }
  return sign === 0x2d ? -exponent : exponent;
};

/** -1, 0 or 1, whatever the number of digits. */
export const compareDecimals = (a: Decimal, b: Decimal): number => {
  if (a.isZero || b.isZero) return signOf(a) - signOf(b);
  if (a.negative !== b.negative) return a.negative ? -1 : 1;
  const magnitude = compareMagnitudes(a, b);
  return a.negative ? 0 - magnitude : magnitude;
};

const signOf = (decimal: Decimal): number => (decimal.isZero ? 0 : decimal.negative ? -1 : 1);

const compareMagnitudes = (a: Decimal, b: Decimal): number => {
  if (a.top !== b.top) return a.top < b.top ? -1 : 1;
  let i = a.first;
  let j = b.first;
  while (i <= a.last && j <= b.last) {
    if (a.bytes[i] === point) i++;
    if (b.bytes[j] === point) j++;
    const difference = (a.bytes[i++] as number) - (b.bytes[j++] as number);
    if (difference !== 0) return difference < 0 ? -1 : 1;
  }
  return i <= a.last ? 1 : j <= b.last ? -1 : 0;
};

export const decimalOf = (text: string): Decimal => {
  const decimal = new Decimal();
  const bytes = Buffer.from(text.trim(), 'utf8');
  if (!decimal.scan(bytes, 0, bytes.length))
    throw new WaybillError('DATASET_INVALID', 'min or max of a number field is not a number');
  return decimal;
};

/** Inclusive bounds; null: none. */
export interface DecimalRange {
  readonly min: Decimal | null;
  readonly max: Decimal | null;
}

export const decimalRangeOf = (bounds: { readonly min?: string | undefined; readonly max?: string | undefined }): DecimalRange | null =>
  bounds.min === undefined && bounds.max === undefined ? null : {
    min: bounds.min === undefined ? null : decimalOf(bounds.min),
    max: bounds.max === undefined ? null : decimalOf(bounds.max),
  };

/** -1 below, 1 above, 0 within. */
export const placeInRange = (decimal: Decimal, range: DecimalRange): number => {
  if (range.min !== null && compareDecimals(decimal, range.min) < 0) return -1;
  return range.max !== null && compareDecimals(decimal, range.max) > 0 ? 1 : 0;
};
