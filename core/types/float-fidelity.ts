/**
 * Whether a binary floating point column can hold a decimal so that nobody can tell the difference: the stored value, printed with
 * as many digits as the cell has, gives the cell back. 15 digits always do (real: 6), 17 (9) are the most that a value can be told
 * apart by (C: DBL_DIG, DBL_DECIMAL_DIG), so `41.878113599999999`, as R and GIS tools print 41.8781136, is accepted and a cell
 * with more than 17 digits is not.
 */
import type { Decimal } from './decimal.ts';
import { utf8Text } from './utf8.ts';

export type FloatFidelity = 'kept' | 'loses_digits' | 'out_of_range';

export interface FloatFormat {
  readonly safeDigits: number;
  readonly mostDigits: number;
  /** Powers of ten within which the safe digits are safe (no overflow, no subnormals). */
  readonly safePower: number;
  readonly store: (value: number) => number;
}
export const doubleFormat: FloatFormat = { safeDigits: 15, mostDigits: 17, safePower: 290, store: (value) => value };
export const realFormat: FloatFormat = { safeDigits: 6, mostDigits: 9, safePower: 30, store: Math.fround };

export const floatFidelity = (decimal: Decimal, start: number, end: number, format: FloatFormat): FloatFidelity => {
  if (decimal.isZero) return 'kept';
  if (decimal.digits <= format.safeDigits && decimal.top < format.safePower && decimal.bottom > -format.safePower) return 'kept';
  if (decimal.digits > format.mostDigits) return Math.abs(decimal.top) > 400 ? 'out_of_range' : 'loses_digits';
  const stored = format.store(Number(utf8Text(decimal.bytes, start, end)));
  if (stored === 0 || !Number.isFinite(stored)) return 'out_of_range';
  return isPrintedAs(Math.abs(stored), significantDigits(decimal), decimal.top) ? 'kept' : 'loses_digits';
};

/** Whether a value rounded to so many digits is these digits. A value exactly half way may be rounded either way (C goes to even, JavaScript up). */
const isPrintedAs = (value: number, digits: string, top: number): boolean => {
  const [rounded, power] = mantissaAndPower(value, digits.length);
  if (power === top && rounded === digits) return true;
  const [exact, exactPower] = mantissaAndPower(value, digits.length + exactDigits);
  return exactPower === top && exact.startsWith(digits) && /^50*$/.test(exact.slice(digits.length));
};
/** More than a value that is exactly half way between two decimals of 17 digits can have. */
const exactDigits = 40;

const mantissaAndPower = (value: number, digits: number): readonly [string, number] => {
  const [mantissa = '', power = ''] = value.toExponential(digits - 1).split('e');
  return [mantissa.replace('.', ''), Number(power)];
};

const significantDigits = (decimal: Decimal): string =>
  utf8Text(decimal.bytes, decimal.first, decimal.last + 1).replace('.', '');
