/** Exact arithmetic on decimals, as fractions of BigInts: a unit's factor applied to a number gives every digit, or is rounded where it was asked to. */
export interface Fraction { readonly top: bigint; readonly bottom: bigint }

const plainDecimal = /^[+-]?(\d+\.?\d*|\.\d+)$/;

/** Null when it is no plain decimal. */
export const fractionOf = (text: string): Fraction | null => {
  if (!plainDecimal.test(text)) return null;
  const negative = text.startsWith('-');
  const [whole = '', fraction = ''] = text.replace(/^[+-]/, '').split('.');
  const digits = BigInt(`${whole}${fraction}` || '0');
  return { top: negative ? -digits : digits, bottom: 10n ** BigInt(fraction.length) };
};

export const add = (left: Fraction, right: Fraction): Fraction => ({ top: left.top * right.bottom + right.top * left.bottom, bottom: left.bottom * right.bottom });
export const subtract = (left: Fraction, right: Fraction): Fraction => add(left, { top: -right.top, bottom: right.bottom });
export const multiply = (left: Fraction, right: Fraction): Fraction => ({ top: left.top * right.top, bottom: left.bottom * right.bottom });
export const divide = (left: Fraction, right: Fraction): Fraction =>
  (right.top < 0n ? { top: -left.top * right.bottom, bottom: left.bottom * -right.top } : { top: left.top * right.bottom, bottom: left.bottom * right.top });

const greatestDivisor = (left: bigint, right: bigint): bigint => {
  let [a, b] = [left < 0n ? -left : left, right];
  while (b !== 0n) [a, b] = [b, a % b];
  return a;
};

/** Places after the point that write it exactly; null when no number of them does. */
export const placesOf = ({ top, bottom }: Fraction): number | null => {
  let rest = bottom / greatestDivisor(top, bottom), twos = 0, fives = 0;
  for (; rest % 2n === 0n; rest /= 2n) twos += 1;
  for (; rest % 5n === 0n; rest /= 5n) fives += 1;
  return rest === 1n ? Math.max(twos, fives) : null;
};

/** With so many places after the point, half away from zero; zeros at the end go. */
export const writeFraction = ({ top, bottom }: Fraction, places: number): string => {
  const scaled = (top < 0n ? -top : top) * 10n ** BigInt(places);
  const rounded = (scaled * 2n + bottom) / (bottom * 2n);
  const digits = rounded.toString().padStart(places + 1, '0');
  const text = places === 0 ? digits : `${digits.slice(0, -places)}.${digits.slice(-places)}`.replace(/\.?0+$/, '');
  return top < 0n && rounded !== 0n ? `-${text}` : text;
};
