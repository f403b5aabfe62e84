/** Whether bytes are a number as formula-text.ts knows it: sign, digits or groups of three, fraction, exponent, percent. */
const isDigit = (byte: number | undefined): boolean => byte !== undefined && byte >= 0x30 && byte <= 0x39;
const comma = 0x2c, dot = 0x2e, blank = 0x20, percent = 0x25;

export const isNumberBytes = (bytes: Uint8Array, start: number, end: number): boolean => {
  let at = start;
  const digits = (): number => {
    const from = at;
    while (at < end && isDigit(bytes[at])) at += 1;
    return at - from;
  };
  if (bytes[at] === 0x2b || bytes[at] === 0x2d) at += 1;
  const first = digits();
  if (first === 0) return false;
  let grouped = first <= 3;
  while (at < end && (bytes[at] === comma || bytes[at] === dot || (grouped && bytes[at] === blank))) {
    const separator = bytes[at];
    at += 1;
    const length = digits();
    if (grouped && length === 3) continue;
    if (length === 0 || separator === blank) return false;
    // A fraction: nothing is parted after it.
    grouped = false;
    break;
  }
  if (at < end && (bytes[at] === 0x65 || bytes[at] === 0x45)) {
    at += 1;
    if (bytes[at] === 0x2b || bytes[at] === 0x2d) at += 1;
    const exponent = digits();
    if (exponent === 0 || exponent > 4) return false;
  }
  if (at < end && bytes[at] === percent) at += 1;
  return at === end;
};
