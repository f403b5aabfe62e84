/** Outer blanks: every white space of Unicode, and the zero-width ones that copying from web pages leaves. */
import { declined, done, nothing, type TextStep } from './step.ts';

const outer = /^[\s\u200b\u2060\ufeff]+|[\s\u200b\u2060\ufeff]+$/gu;
const isBlank = (byte: number): boolean => byte === 0x20 || (byte >= 0x09 && byte <= 0x0d);

export const trimText = (text: string): string => text.replace(outer, '');

export const trim = (): TextStep => ({
  kind: 'text',
  apply: trimText,
  bytes: (cell) => {
    const { bytes } = cell;
    let { start, end } = cell;
    while (start < end && isBlank(bytes[start] as number)) start += 1;
    while (end > start && isBlank(bytes[end - 1] as number)) end -= 1;
    if (start === end) return nothing;
    // Letters with accents end in such bytes too, but then there is only one look more.
    if ((bytes[start] as number) >= 0x80 && isWideBlankLead(bytes[start] as number)) return declined;
    if ((bytes[end - 1] as number) >= 0x80 && mayEndWideBlank(bytes, start, end)) return declined;
    cell.start = start;
    cell.end = end;
    return done;
  },
});

/** First bytes of the white space beyond ASCII: U+0085 and U+00A0; U+1680; U+2000 to U+2060; U+3000; U+FEFF. */
const isWideBlankLead = (byte: number): boolean => byte === 0xc2 || byte === 0xe1 || byte === 0xe2 || byte === 0xe3 || byte === 0xef;
const mayEndWideBlank = (bytes: Uint8Array, start: number, end: number): boolean =>
  (end - 2 >= start && bytes[end - 2] === 0xc2) || (end - 3 >= start && (bytes[end - 3] as number) >= 0xe1);
