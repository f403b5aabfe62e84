/**
 * Plausible, not proven: something before the last @, a dotted domain after it, no blanks. The full grammar of RFC 5322 accepts
 * what no mail system carries and would still not say whether the address exists.
 */
const at = 0x40;
const dot = 0x2e;

export const looksLikeEmail = (bytes: Uint8Array, start: number, end: number): boolean => {
  let atSign = -1;
  let lastDot = -1;
  for (let i = start; i < end; i++) {
    const byte = bytes[i] as number;
    if (byte <= 0x20 || byte === 0x7f) return false;
    if (byte === at) {
      if (atSign >= 0) return false;
      atSign = i;
      if (bytes[i + 1] === dot) return false;
    } else if (byte === dot) {
      if (lastDot === i - 1 && lastDot > atSign) return false;
      lastDot = i;
    }
  }
  return atSign > start && lastDot > atSign + 1 && lastDot < end - 1 && end - start <= 254;
};
