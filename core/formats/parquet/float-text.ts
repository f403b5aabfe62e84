/** The shortest decimal text that is read back as the same number of few bits. */

/** FLT_DIG is 6: with so many digits no two floats meet; with 9 each has its own. */
export const shortestFloat32 = (value: number): string => {
  // The smallest ones have fewer.
  for (let digits = Math.abs(value) < 1.2e-38 ? 1 : 6; digits < 9; digits += 1) {
    const short = Number(value.toPrecision(digits));
    if (Math.fround(short) === value) return String(short);
  }
  return String(Number.isFinite(value) ? Number(value.toPrecision(9)) : value);
};

/** 10 bits of fraction; below 2^-14 the steps stay 2^-24. */
const halfSteps = (value: number): number => Math.max(2 ** (Math.floor(Math.log2(Math.abs(value))) - 10), 2 ** -24);

export const shortestFloat16 = (value: number): string => {
  if (value === 0 || !Number.isFinite(value)) return String(value);
  // At a power of two the steps below are half as wide.
  const near = halfSteps(value) / (Number.isInteger(Math.log2(Math.abs(value))) ? 4 : 2);
  for (let digits = 1; digits < 6; digits += 1) {
    const short = Number(value.toPrecision(digits));
    if (Math.abs(short - value) < near) return String(short);
  }
  return String(value);
};
