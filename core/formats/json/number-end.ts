const isDigit = (byte: number | undefined): boolean => byte !== undefined && byte >= 0x30 && byte <= 0x39;

const digitsEnd = (bytes: Uint8Array, from: number, limit: number): number => {
  let at = from;
  while (at < limit && isDigit(bytes[at])) at += 1;
  return at;
};

/** Where the JSON number at `start` ends (RFC 8259, section 6), or -1 when there is none. */
export const numberEnd = (bytes: Uint8Array, start: number, limit: number): number => {
  const whole = start < limit && bytes[start] === 0x2d ? start + 1 : start;
  let at = digitsEnd(bytes, whole, limit);
  if (at === whole || (bytes[whole] === 0x30 && at > whole + 1)) return -1;
  if (at < limit && bytes[at] === 0x2e) {
    const decimals = at + 1;
    at = digitsEnd(bytes, decimals, limit);
    if (at === decimals) return -1;
  }
  if (at >= limit || ((bytes[at] as number) | 0x20) !== 0x65) return at;
  const sign = at + 1 < limit && (bytes[at + 1] === 0x2b || bytes[at + 1] === 0x2d) ? at + 2 : at + 1;
  const end = digitsEnd(bytes, sign, limit);
  return end === sign ? -1 : end;
};
