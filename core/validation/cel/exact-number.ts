/**
 * Numbers of expressions, never doubles: whole numbers as they are while they are safe, anything else as a fraction. A fraction stays exact under
 * all four operations (1 / 3 * 3 == 1), and a decimal of few digits is compared without a bigint.
 */
const mostDigits = 15;
const powers = Array.from({ length: mostDigits + 1 }, (_, exponent) => 10 ** exponent);
const bigPowers = Array.from({ length: 40 }, (_, exponent) => 10n ** BigInt(exponent));
const bigPower = (exponent: number): bigint => bigPowers[exponent] ?? 10n ** BigInt(exponent);

export class Exact {
  private constructor(
    /** `mantissa / 10^scale`; NaN where it does not fit, and then the other two are it. */
    readonly mantissa: number, readonly scale: number, private readonly numerator: bigint, private readonly denominator: bigint,
  ) {}

  static decimal(mantissa: number, scale: number): Exact { return new Exact(mantissa, scale, 0n, 1n); }

  static fraction(top: bigint, bottom: bigint): Exact { return new Exact(Number.NaN, 0, top, bottom); }

  get top(): bigint { return this.mantissa === this.mantissa ? BigInt(this.mantissa) : this.numerator; }

  get bottom(): bigint { return this.mantissa === this.mantissa ? bigPower(this.scale) : this.denominator; }
}

/** A `number` is always a safe whole number. */
export type Numeric = number | Exact;

const topOf = (value: Numeric): bigint => (typeof value === 'number' ? BigInt(value) : value.top);
const bottomOf = (value: Numeric): bigint => (typeof value === 'number' ? 1n : value.bottom);
const greatestCommonDivisor = (left: bigint, right: bigint): bigint => {
  let [a, b] = [left < 0n ? -left : left, right];
  while (b !== 0n) [a, b] = [b, a % b];
  return a;
};

const safe = BigInt(Number.MAX_SAFE_INTEGER);
/** In lowest terms, so that a long expression does not make long numbers. */
const fractionOf = (top: bigint, bottom: bigint): Numeric => {
  const [over, under] = bottom < 0n ? [-top, -bottom] : [top, bottom];
  const divisor = under === 1n ? 1n : greatestCommonDivisor(over, under);
  const numerator = over / divisor, denominator = under / divisor;
  return denominator === 1n && numerator <= safe && numerator >= -safe ? Number(numerator) : Exact.fraction(numerator, denominator);
};

export const exactOf = (value: bigint): Numeric => fractionOf(value, 1n);

const smallMantissa = (value: Numeric): number => (typeof value === 'number' ? value : value.mantissa);
const scaleOf = (value: Numeric): number => (typeof value === 'number' ? 0 : value.scale);

/** Below 0, 0 or above it. */
export const compareNumeric = (left: Numeric, right: Numeric): number => {
  if (typeof left === 'number' && typeof right === 'number') return left - right;
  const shift = scaleOf(left) - scaleOf(right);
  const power = powers[shift < 0 ? -shift : shift] ?? Number.NaN;
  const a = shift < 0 ? smallMantissa(left) * power : smallMantissa(left), b = shift > 0 ? smallMantissa(right) * power : smallMantissa(right);
  // Both are whole numbers; NaN is no safe one.
  if (Number.isSafeInteger(a) && Number.isSafeInteger(b)) return a - b;
  const over = topOf(left) * bottomOf(right), under = topOf(right) * bottomOf(left);
  return over < under ? -1 : over > under ? 1 : 0;
};

export const add = (left: Numeric, right: Numeric): Numeric => {
  const sum = typeof left === 'number' && typeof right === 'number' ? left + right : Number.NaN;
  return Number.isSafeInteger(sum) ? sum : fractionOf(topOf(left) * bottomOf(right) + topOf(right) * bottomOf(left), bottomOf(left) * bottomOf(right));
};
export const negate = (value: Numeric): Numeric => (typeof value === 'number' ? 0 - value : fractionOf(-value.top, value.bottom));
export const subtract = (left: Numeric, right: Numeric): Numeric => {
  const difference = typeof left === 'number' && typeof right === 'number' ? left - right : Number.NaN;
  return Number.isSafeInteger(difference) ? difference : add(left, negate(right));
};
export const multiply = (left: Numeric, right: Numeric): Numeric => {
  const product = typeof left === 'number' && typeof right === 'number' ? left * right : Number.NaN;
  // -0 is no whole number of anybody.
  return Number.isSafeInteger(product) ? product + 0 : fractionOf(topOf(left) * topOf(right), bottomOf(left) * bottomOf(right));
};
/** Null: by zero. */
export const divide = (left: Numeric, right: Numeric): Numeric | null =>
  (compareNumeric(right, 0) === 0 ? null : fractionOf(topOf(left) * bottomOf(right), bottomOf(left) * topOf(right)));

/** Of whole numbers, towards zero, as CEL has it. */
export const divideWhole = (left: Numeric, right: Numeric): Numeric | null => (compareNumeric(right, 0) === 0 ? null : exactOf(topOf(left) / topOf(right)));
export const remainder = (left: Numeric, right: Numeric): Numeric | null => (compareNumeric(right, 0) === 0 ? null : exactOf(topOf(left) % topOf(right)));
/** Towards zero. */
export const whole = (value: Numeric): Numeric => (typeof value === 'number' ? value : exactOf(value.top / value.bottom));
export const isWhole = (value: Numeric): boolean => typeof value === 'number' || value.top % value.bottom === 0n;

const mostPlaces = 30;
/** Half away from zero, as people do. Null: places that are none. */
export const roundTo = (value: Numeric, places: Numeric): Numeric | null => {
  if (typeof places !== 'number' || places < 0 || places > mostPlaces) return null;
  if (typeof value === 'number') return value;
  const scaled = value.top * bigPower(places), { bottom } = value;
  const twice = 2n * (scaled < 0n ? -scaled : scaled), rounded = (twice + bottom) / (2n * bottom);
  return fractionOf(scaled < 0n ? -rounded : rounded, bigPower(places));
};

const numberShape = /^([+-]?)(\d*)(?:\.(\d*))?(?:[eE]([+-]?\d{1,4}))?$/;
/** Nobody compares longer ones, and arithmetic with them would take for ever. */
const longestNumber = 200;

/** Null: no number, or one of more than 200 digits. */
export const readNumeric = (text: string): Numeric | null => {
  const match = text.length > longestNumber ? null : numberShape.exec(text);
  if (match === null) return null;
  const [, sign = '', ahead = '', behind = '', power = '0'] = match;
  const digits = `${ahead}${behind}`, scale = behind.length - Number(power);
  if (digits === '' || Math.abs(scale) > longestNumber) return null;
  const mantissa = BigInt(`${sign === '-' ? '-' : ''}0${digits}`.replace(/^-0/, '-'));
  return scale <= 0 ? fractionOf(mantissa * bigPower(-scale), 1n) : fractionOf(mantissa, bigPower(scale));
};

/** `[sign]digits[.digits]` of at most fifteen digits in a row of bytes, as staging writes them; anything else by its text. Null: too long to be compared. */
export const readNumericBytes = (bytes: Buffer, start: number, end: number): Numeric | null => {
  if (end - start > mostDigits) return readNumeric(bytes.toString('latin1', start, end));
  let at = start, point = -1, mantissa = 0;
  const first = bytes[at] as number;
  if (first === 0x2d || first === 0x2b) at += 1;
  for (; at < end; at += 1) {
    const byte = bytes[at] as number;
    if (byte === 0x2e && point < 0) { point = at; continue; }
    if (byte < 0x30 || byte > 0x39) return readNumeric(bytes.toString('latin1', start, end));
    mantissa = mantissa * 10 + (byte - 0x30);
  }
  if (first === 0x2d) mantissa = 0 - mantissa;
  return point < 0 || point === end - 1 ? mantissa : Exact.decimal(mantissa, end - point - 1);
};

/** Plain digits; null where it has no end (1/3). */
export const writeNumeric = (value: Numeric): string | null => {
  if (typeof value === 'number') return String(value);
  for (let scale = 0; scale <= longestNumber; scale += 1) {
    const scaled = value.top * bigPower(scale);
    if (scaled % value.bottom !== 0n) continue;
    const whole = scaled / value.bottom, digits = String(whole < 0n ? -whole : whole).padStart(scale + 1, '0');
    const text = scale === 0 ? digits : `${digits.slice(0, -scale)}.${digits.slice(-scale)}`;
    return whole < 0n ? `-${text}` : text;
  }
  return null;
};
