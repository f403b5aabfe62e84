/** Control totals are compared exactly, however many digits they have. */
const decimal = /^([+-]?)(\d+)(?:\.(\d+))?$/;

export const isDecimal = (text: string): boolean => decimal.test(text);

const scaled = (text: string, places: number): bigint | null => {
  const [, sign = '', whole, fraction = ''] = decimal.exec(text) ?? [];
  if (whole === undefined) return null;
  const digits = BigInt(whole + fraction.padEnd(places, '0'));
  return sign === '-' ? -digits : digits;
};
const placesOf = (text: string): number => decimal.exec(text)?.[3]?.length ?? 0;

/** Below, at or above zero; null where one of them is no decimal number (NaN, infinity). */
export const compareDecimals = (left: string, right: string): number | null => {
  const places = Math.max(placesOf(left), placesOf(right));
  const a = scaled(left, places), b = scaled(right, places);
  if (a === null || b === null) return null;
  return a < b ? -1 : a > b ? 1 : 0;
};
