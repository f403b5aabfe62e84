/**
 * Numbers as a workbook stores them, doubles in decimal: a text of up to 15 digits is the number; the digits beyond are what the double
 * leaves of it (0.1 + 0.2 is stored as 0.30000000000000004 and shown as 0.3), so the number is what 15 digits say. From 10^15 on
 * those beyond were digits of a whole number, which an application drops when they are typed: nobody knows whether the rest was said.
 */
const shape = /^[+-]?(\d*)(?:\.(\d*))?(?:[eE][+-]?\d+)?$/;
export const sureDigits = 15, doubtfulFrom = 1e15;

export const significantDigits = (text: string): number => {
  const [, whole = '', decimals = ''] = shape.exec(text) ?? [];
  return `${whole}${decimals}`.replace(/^0+/, '').replace(/0+$/, '').length;
};

export interface NumberText { readonly text: string; readonly doubtful: boolean }

/** Null: no number. */
export const numberText = (text: string): NumberText | null => {
  const [, whole, decimals] = shape.exec(text) ?? [];
  if (whole === undefined || (whole === '' && (decimals ?? '') === '')) return null;
  const isLarge = Math.abs(Number(text)) >= doubtfulFrom;
  if (isLarge || significantDigits(text) <= sureDigits) return { text, doubtful: isLarge };
  return { text: String(Number(Number(text).toPrecision(sureDigits))), doubtful: false };
};
