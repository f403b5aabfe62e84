/**
 * Numbers as a workbook stores them: doubles in decimal, of 17 digits by the usual applications. A text of up to 15 digits is the number. The
 * digits beyond are taken away only where they say nothing: 15 digits are the same double (1.1000000000000001 is how 1.1 is stored), or the
 * double is what a calculation leaves of a short number (0.1 + 0.2 is stored as 0.30000000000000004 and shown as 0.3). Elsewhere the
 * stored text stands (3.141592653589793). From 10^15 on those beyond were digits of a whole number, which an application drops when
 * they are typed: nobody knows whether the rest was said.
 */
const shape = /^[+-]?(\d*)(?:\.(\d*))?(?:[eE][+-]?\d+)?$/;
export const sureDigits = 15, doubtfulFrom = 1e15;
/** The smallest double written out has some 340; anything longer is a text of whoever wrote it. */
const mostCharacters = 1000;
/** An artefact is so near to its short number, in steps between doubles, and so many digits longer. */
const mostSteps = 2n, fewestDigitsSaved = 4;

export const significantDigits = (text: string): number => {
  const [, whole = '', decimals = ''] = shape.exec(text) ?? [];
  const digits = `${whole}${decimals}`.replace(/^0+/, '');
  // Not by /0+$/, whose time grows with the square of zeros within.
  let end = digits.length;
  while (digits[end - 1] === '0') end -= 1;
  return end;
};

export interface NumberText { readonly text: string; readonly doubtful: boolean }

/** Null: no number. */
export const numberText = (text: string): NumberText | null => {
  if (text.length > mostCharacters) return null;
  const [, whole, decimals] = shape.exec(text) ?? [];
  if (whole === undefined || (whole === '' && (decimals ?? '') === '')) return null;
  const isLarge = Math.abs(Number(text)) >= doubtfulFrom;
  if (isLarge || significantDigits(text) <= sureDigits) return { text, doubtful: isLarge };
  return { text: shortOf(Number(text)) ?? text, doubtful: false };
};

/** Null: the digits beyond the 15th say something. */
const shortOf = (value: number): string | null => {
  const short = Number(value.toPrecision(sureDigits)), text = String(short);
  if (short === value) return text;
  const isArtefact = Math.abs(short) < doubtfulFrom && stepsBetween(short, value) <= mostSteps && significantDigits(String(value)) - significantDigits(text) >= fewestDigitsSaved;
  return isArtefact ? text : null;
};

/** Doubles of one sign are in the order of their bits. */
const stepsBetween = (one: number, other: number): bigint => {
  const bits = new BigInt64Array(Float64Array.of(one, other).buffer);
  const steps = (bits[0] ?? 0n) - (bits[1] ?? 0n);
  return steps < 0n ? -steps : steps;
};
