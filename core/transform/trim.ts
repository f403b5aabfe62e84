/** Outer blanks: every white space of Unicode, and the zero-width ones that copying from web pages leaves. */
import { declined, done, nothing, type TextStep } from './step.ts';

const blank = /[\s\u200b\u2060\ufeff]/u;
const isBlank = (byte: number): boolean => byte === 0x20 || (byte >= 0x09 && byte <= 0x0d);

/** A loop: a pattern for blanks at the end would begin anew at each blank of a long run. */
export const trimText = (text: string): string => {
  let start = 0, end = text.length;
  while (start < end && blank.test(text.charAt(start))) start += 1;
  while (end > start && blank.test(text.charAt(end - 1))) end -= 1;
  return text.slice(start, end);
};

export const trim = (): TextStep => ({
  kind: 'text',
  apply: trimText,
  bytes: (cell) => {
    const { bytes } = cell;
    let { start, end } = cell;
    while (start < end && isBlank(bytes[start] as number)) start += 1;
    while (end > start && isBlank(bytes[end - 1] as number)) end -= 1;
    if (start === end) return nothing;
    if (mayBeBlank(bytes, start) || mayEndInBlank(bytes, start, end)) return declined;
    cell.start = start;
    cell.end = end;
    return done;
  },
});

/** White space beyond ASCII: U+0085, U+00A0 (c2); U+1680 (e1 9a); U+2000 to U+2060 (e2 80, e2 81); U+3000 (e3 80); U+FEFF (ef bb). */
export const mayBeBlank = (bytes: Uint8Array, at: number): boolean => {
  const byte = bytes[at] as number;
  if (byte < 0xc2) return false;
  const next = bytes[at + 1] as number;
  switch (byte) {
    case 0xc2: return next === 0x85 || next === 0xa0;
    case 0xe1: return next === 0x9a;
    case 0xe2: return next === 0x80 || next === 0x81;
    case 0xe3: return next === 0x80;
    case 0xef: return next === 0xbb;
    default: return false;
  }
};

export const mayEndInBlank = (bytes: Uint8Array, start: number, end: number): boolean =>
  (bytes[end - 1] as number) >= 0x80 && ((end - 2 >= start && mayBeBlank(bytes, end - 2)) || (end - 3 >= start && mayBeBlank(bytes, end - 3)));
