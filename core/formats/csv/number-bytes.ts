/** Whether bytes are a number as formula-text.ts knows it: sign, digits or groups of three, fraction, exponent, percent. */
const comma = 0x2c, dot = 0x2e, blank = 0x20, percent = 0x25, plus = 0x2b, minus = 0x2d;

/** Where the digits from `at` on end. */
const afterDigits = (bytes: Uint8Array, at: number, end: number): number => {
  let index = at;
  while (index < end && (bytes[index] as number) >= 0x30 && (bytes[index] as number) <= 0x39) index += 1;
  return index;
};

/** Where groups of three and the fraction end that follow `first` digits; -1 where what stands there is no number. */
const afterGroups = (bytes: Uint8Array, { from, first, end }: { readonly from: number; readonly first: number; readonly end: number }): number => {
  const grouped = first <= 3;
  for (let at = from; ;) {
    const separator = at < end ? bytes[at] : undefined;
    if (separator !== comma && separator !== dot && !(grouped && separator === blank)) return at;
    const after = afterDigits(bytes, at + 1, end);
    const length = after - at - 1;
    if (grouped && length === 3) { at = after; continue; }
    // A fraction: nothing is parted after it.
    return length === 0 || separator === blank ? -1 : after;
  }
};

export const isNumberBytes = (bytes: Uint8Array, start: number, end: number): boolean => {
  const digits = bytes[start] === plus || bytes[start] === minus ? start + 1 : start;
  const whole = afterDigits(bytes, digits, end);
  if (whole === digits) return false;
  let at = afterGroups(bytes, { from: whole, first: whole - digits, end });
  if (at < 0) return false;
  if (at < end && ((bytes[at] as number) | 0x20) === 0x65) {
    const exponent = bytes[at + 1] === plus || bytes[at + 1] === minus ? at + 2 : at + 1;
    at = afterDigits(bytes, exponent, end);
    if (at === exponent || at - exponent > 4) return false;
  }
  return at === end || (at + 1 === end && bytes[at] === percent);
};
