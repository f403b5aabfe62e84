/** Whether a number in COPY text lies within bounds, read where it lies: no value is made of it unless it is long or written oddly. */
import { compareNumeric, readNumeric, type Numeric } from './cel/exact-number.ts';

const mostDigits = 15;
/** A bound at every scale, as whole numbers; NaN where it is none there, and then the exact way is taken. */
const scaledBounds = (bound: Numeric): Float64Array => Float64Array.from({ length: mostDigits + 1 }, (_, scale) => {
  if (typeof bound !== 'number' && Number.isNaN(bound.mantissa)) return Number.NaN;
  const [mantissa, own] = typeof bound === 'number' ? [bound, 0] : [bound.mantissa, bound.scale];
  const scaled = scale >= own ? mantissa * 10 ** (scale - own) : Number.NaN;
  return Number.isSafeInteger(scaled) ? scaled : Number.NaN;
});

/** A number of few digits and no exponent, as a whole number and how many of its digits stand behind the point; read anew for each cell. */
class ShortNumber {
  mantissa = 0;
  scale = 0;

  /** False: it is long, or written oddly. */
  read(bytes: Uint8Array, start: number, end: number): boolean {
    if (end - start > mostDigits) return false;
    let at = start, mantissa = 0, scale = 0, seen = 0;
    const first = bytes[at] as number;
    if (first === 0x2d || first === 0x2b) at += 1;
    for (; at < end; at += 1) {
      const byte = bytes[at] as number;
      if (byte >= 0x30 && byte <= 0x39) { mantissa = mantissa * 10 + byte - 0x30; scale += seen; }
      else if (byte === 0x2e && seen === 0) seen = 1;
      else return false;
    }
    this.mantissa = first === 0x2d ? -mantissa : mantissa;
    this.scale = scale;
    return true;
  }
}
const short = new ShortNumber();

/** Below 0: less than the bound; above: more. NaN: it cannot be told, as the number has hundreds of digits. */
export const numberComparer = (bound: Numeric): ((bytes: Buffer, start: number, end: number) => number) => {
  const bounds = scaledBounds(bound);
  const exactly = (bytes: Buffer, start: number, end: number): number => {
    const value = readNumeric(bytes.toString('latin1', start, end));
    return value === null ? Number.NaN : compareNumeric(value, bound);
  };
  return (bytes, start, end) => {
    if (!short.read(bytes, start, end)) return exactly(bytes, start, end);
    const difference = short.mantissa - (bounds[short.scale] as number);
    return difference === difference ? difference : exactly(bytes, start, end);
  };
};

/** Bounds that both are told of in one reading; what is long or written oddly is not held to be within. */
export class NumberRange {
  private readonly least: Float64Array;
  private readonly most: Float64Array;

  constructor(least: Numeric | null, most: Numeric | null) {
    this.least = least === null ? new Float64Array(mostDigits + 1).fill(-Infinity) : scaledBounds(least);
    this.most = most === null ? new Float64Array(mostDigits + 1).fill(Infinity) : scaledBounds(most);
  }

  holds(bytes: Uint8Array, start: number, end: number): boolean {
    return short.read(bytes, start, end) && short.mantissa >= (this.least[short.scale] as number) && short.mantissa <= (this.most[short.scale] as number);
  }

  /** Of a whole number of few digits, as days are. */
  holdsWhole(bytes: Uint8Array, start: number, end: number): boolean {
    if (end - start > 9) return false;
    const negative = bytes[start] === 0x2d;
    let number = 0;
    for (let at = negative ? start + 1 : start; at < end; at += 1) {
      const digit = (bytes[at] as number) - 0x30;
      if (digit < 0 || digit > 9) return false;
      number = number * 10 + digit;
    }
    if (negative) number = -number;
    return number >= (this.least[0] as number) && number <= (this.most[0] as number);
  }
}
