/** XML 1.0 as bytes of UTF-8: names, and what references, CDATA sections and line ends mean. */
import { codeUnitAt, isHighSurrogate, isLowSurrogate, isWhite, writeCodePoint } from '../json/json-bytes.ts';

export { isWhite };
export const less = 0x3c, greater = 0x3e, slash = 0x2f, ampersand = 0x26, equals = 0x3d, doubleQuote = 0x22, singleQuote = 0x27;
export const bang = 0x21, question = 0x3f, hyphen = 0x2d, closeBracket = 0x5d, semicolon = 0x3b, lineFeed = 0x0a, carriageReturn = 0x0d, tab = 0x09;
const underscore = 0x5f, hash = 0x23, letterX = 0x78;

/** Deeper elements are an issue of their row, or refuse the file where they stand around records. */
export const mostLevels = 100;
export const longestName = 1_000;

/** Every character beyond ASCII is taken for one of a name; which of them XML 1.0 allows there decides nothing here. */
const nameStarts = Uint8Array.from({ length: 256 }, (_, byte) => (byte >= 0x80 || byte === 0x3a || byte === underscore || /[A-Za-z]/.test(String.fromCharCode(byte)) ? 1 : 0));
const nameBytes = Uint8Array.from({ length: 256 }, (_, byte) => (nameStarts[byte] === 1 || byte === hyphen || byte === 0x2e || (byte >= 0x30 && byte <= 0x39) ? 1 : 0));
export const startsName = (byte: number | undefined): boolean => byte !== undefined && nameStarts[byte] === 1;
export const isNameByte = (byte: number | undefined): boolean => byte !== undefined && nameBytes[byte] === 1;

export const nameEnd = (bytes: Uint8Array, start: number, end: number): number => {
  let at = start;
  while (at < end && nameBytes[bytes[at] as number] === 1) at += 1;
  return at;
};

export const cdataOpening = Buffer.from('<![CDATA['), commentOpening = Buffer.from('<!--');
export const cdataClosing = Buffer.from(']]>'), commentClosing = Buffer.from('-->'), instructionClosing = Buffer.from('?>');

export const opensWith = (bytes: Uint8Array, at: number, opening: Uint8Array): boolean => {
  for (let index = 0; index < opening.length; index += 1) if (bytes[at + index] !== opening[index]) return false;
  return true;
};

/** Of a comment, CDATA section or processing instruction that begins at `at`: the place behind it; -1 when it is none or does not end before `end`. */
export const sectionEnd = (bytes: Buffer, at: number, end: number): number => {
  const [opening, closing] = opensWith(bytes, at, commentOpening) ? [4, commentClosing] : opensWith(bytes, at, cdataOpening) ? [9, cdataClosing] : [bytes[at + 1] === question ? 2 : 0, instructionClosing];
  if (opening === 0) return -1;
  const found = bytes.indexOf(closing, at + opening);
  return found < 0 || found + closing.length > end ? -1 : found + closing.length;
};

export const unknownReference = -1, halfReference = -2;

const named: readonly (readonly [Buffer, number])[] = [
  [Buffer.from('&amp;'), ampersand], [Buffer.from('&lt;'), less], [Buffer.from('&gt;'), greater], [Buffer.from('&quot;'), doubleQuote], [Buffer.from('&apos;'), singleQuote],
];
/** `&#x10FFFF;` and a few leading zeros. */
const longestReference = 24;

/** Of the reference at `at`: its code point, or why it has none. It ends with its semicolon. */
export const referenceAt = (bytes: Uint8Array, at: number, end: number): number => {
  if (bytes[at + 1] !== hash) {
    for (const [text, point] of named) if (at + text.length <= end && opensWith(bytes, at, text)) return point;
    return unknownReference;
  }
  const hexadecimal = bytes[at + 2] === letterX;
  const first = at + (hexadecimal ? 3 : 2);
  let point = 0, digit = first;
  for (; digit < end && digit < at + longestReference && bytes[digit] !== semicolon; digit += 1) {
    const value = digitAt(bytes[digit] as number);
    if (value < 0 || (!hexadecimal && value > 9)) return unknownReference;
    point = point * (hexadecimal ? 16 : 10) + value;
  }
  if (digit === first || digit >= end || bytes[digit] !== semicolon || point === 0 || point > 0x10ffff) return unknownReference;
  return point >= 0xd800 && point <= 0xdfff ? halfReference : point;
};

const digitAt = (byte: number): number => {
  if (byte >= 0x30 && byte <= 0x39) return byte - 0x30;
  const lower = byte | 0x20;
  return lower >= 0x61 && lower <= 0x66 ? lower - 0x57 : -1;
};

export interface Unescaping {
  /** Line ends and tabs are blanks in an attribute's value (XML 1.0, 3.3.3). */
  readonly inAttribute: boolean;
  /** `_x0001_` stands for a character that XML cannot hold (xml-escape.ts). */
  readonly restores: boolean;
}

/** Writes text as it is meant, a reference that means nothing as it stands: never longer than its source. Returns the end. */
export const unescapeXml = (bytes: Buffer, [start, end]: readonly [number, number], { target, to: targetStart }: { readonly target: Uint8Array; readonly to: number }, { inAttribute, restores }: Unescaping): number => {
  let to = targetStart, cdataEnd = -1;
  for (let at = start; at < end;) {
    const byte = bytes[at] as number;
    if (at === cdataEnd) { at += cdataClosing.length; cdataEnd = -1; continue; }
    if (byte === carriageReturn) {
      target[to++] = inAttribute ? 0x20 : lineFeed;
      at += bytes[at + 1] === lineFeed && at + 1 < end ? 2 : 1;
    } else if (byte === underscore && restores && isEscape(bytes, at, end)) {
      // Two escapes may be the halves of one character.
      const unit = codeUnitAt(bytes, at + 2);
      const next = isHighSurrogate(unit) && isEscape(bytes, at + 7, end) ? codeUnitAt(bytes, at + 9) : -1;
      const paired = isLowSurrogate(next);
      to = writeCodePoint(paired ? 0x10000 + ((unit - 0xd800) << 10) + (next - 0xdc00) : unit, target, to);
      at += paired ? 14 : 7;
    } else if (cdataEnd >= 0) { target[to++] = byte; at += 1; }
    else if (byte === ampersand) {
      const point = referenceAt(bytes, at, end);
      if (point < 0) { target[to++] = byte; at += 1; continue; }
      to = writeCodePoint(point, target, to);
      at = bytes.indexOf(semicolon, at) + 1;
    } else if (byte === less && !inAttribute) {
      if (opensWith(bytes, at, cdataOpening)) { cdataEnd = bytes.indexOf(cdataClosing, at + cdataOpening.length); at += cdataOpening.length; }
      else at = Math.max(at + 1, sectionEnd(bytes, at, end));
    } else { target[to++] = inAttribute && (byte === tab || byte === lineFeed) ? 0x20 : byte; at += 1; }
  }
  return to;
};

const isEscape = (bytes: Uint8Array, at: number, end: number): boolean =>
  at + 7 <= end && bytes[at] === underscore && bytes[at + 1] === letterX && bytes[at + 6] === underscore && codeUnitAt(bytes, at + 2) >= 0;
