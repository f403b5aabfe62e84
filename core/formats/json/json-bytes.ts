/** JSON as bytes of UTF-8: where a value ends by its brackets and quotes alone, and what a string's escapes mean. */
export const quote = 0x22, backslash = 0x5c, comma = 0x2c, colon = 0x3a;
export const openBrace = 0x7b, closeBrace = 0x7d, openBracket = 0x5b, closeBracket = 0x5d;
export const lineFeed = 0x0a;

export const isWhite = (byte: number | undefined): boolean => byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09;

/** Deeper nesting is an issue of its row; PostgreSQL's own parser minds it too (core/types/json-encoder.ts). */
export const mostLevels = 1_000;

/**
 * Where the element of an array that begins at `start` ends: at the comma or bracket behind it, or at `end`. Sees brackets and quotes
 * only, so that it finds the border of an element that is no valid JSON as well; element-planner.ts cuts by the same rule.
 */
export const elementBorder = (bytes: Uint8Array, start: number, end: number): number => {
  let depth = 0;
  for (let at = start; at < end; at += 1) {
    const byte = bytes[at];
    if (byte === quote) at = closingQuote(bytes, at, end);
    else if (byte === openBrace || byte === openBracket) depth += 1;
    else if (byte === closeBrace || byte === closeBracket) {
      if (depth === 0) return at;
      depth -= 1;
    } else if (byte === comma && depth === 0) return at;
  }
  return end;
};

/** Of the string that opens at `open`; `end` when it never closes. */
export const closingQuote = (bytes: Uint8Array, open: number, end: number): number => {
  let at = open + 1;
  while (at < end && bytes[at] !== quote) at += bytes[at] === backslash ? 2 : 1;
  return Math.min(at, end);
};

export const trimmedBack = (bytes: Uint8Array, start: number, from: number): number => {
  let end = from;
  while (end > start && isWhite(bytes[end - 1])) end -= 1;
  return end;
};

const hexValue = (byte: number | undefined): number => {
  if (byte === undefined) return -1;
  if (byte >= 0x30 && byte <= 0x39) return byte - 0x30;
  const lower = byte | 0x20;
  return lower >= 0x61 && lower <= 0x66 ? lower - 0x57 : -1;
};

/** The code unit of the four hexadecimal digits at `at`, or -1. */
export const codeUnitAt = (bytes: Uint8Array, at: number): number => {
  let unit = 0;
  for (let digit = at; digit < at + 4; digit += 1) {
    const value = hexValue(bytes[digit]);
    if (value < 0) return -1;
    unit = unit * 16 + value;
  }
  return unit;
};

export const isHighSurrogate = (unit: number): boolean => unit >= 0xd800 && unit <= 0xdbff;
export const isLowSurrogate = (unit: number): boolean => unit >= 0xdc00 && unit <= 0xdfff;

const simpleEscapes: Readonly<Record<number, number>> = { 0x62: 0x08, 0x66: 0x0c, 0x6e: 0x0a, 0x72: 0x0d, 0x74: 0x09, 0x22: 0x22, 0x5c: 0x5c, 0x2f: 0x2f };
export const simpleEscape = (byte: number | undefined): number => (byte === undefined ? -1 : simpleEscapes[byte] ?? -1);

/** Writes the content of a string, which is known to be valid; half a surrogate pair becomes U+FFFD. Never longer than its source. Returns the end. */
export const unescapeString = (bytes: Uint8Array, [start, end]: readonly [number, number], target: Uint8Array, targetStart: number): number => {
  let to = targetStart;
  for (let at = start; at < end;) {
    const byte = bytes[at] as number;
    if (byte !== backslash) { target[to++] = byte; at += 1; continue; }
    if (bytes[at + 1] !== 0x75) { target[to++] = simpleEscape(bytes[at + 1]); at += 2; continue; }
    const unit = codeUnitAt(bytes, at + 2);
    const next = isHighSurrogate(unit) && bytes[at + 6] === backslash && bytes[at + 7] === 0x75 ? codeUnitAt(bytes, at + 8) : -1;
    const paired = isLowSurrogate(next);
    to = writeCodePoint(paired ? 0x10000 + ((unit - 0xd800) << 10) + (next - 0xdc00) : unit, target, to);
    at += paired ? 12 : 6;
  }
  return to;
};

export const writeCodePoint = (wanted: number, target: Uint8Array, start: number): number => {
  const point = wanted >= 0xd800 && wanted <= 0xdfff ? 0xfffd : wanted;
  let to = start;
  if (point < 0x80) target[to++] = point;
  else if (point < 0x800) { target[to++] = 0xc0 | (point >> 6); target[to++] = 0x80 | (point & 0x3f); }
  else if (point < 0x10000) { target[to++] = 0xe0 | (point >> 12); target[to++] = 0x80 | ((point >> 6) & 0x3f); target[to++] = 0x80 | (point & 0x3f); }
  else {
    target[to++] = 0xf0 | (point >> 18); target[to++] = 0x80 | ((point >> 12) & 0x3f);
    target[to++] = 0x80 | ((point >> 6) & 0x3f); target[to++] = 0x80 | (point & 0x3f);
  }
  return to;
};
