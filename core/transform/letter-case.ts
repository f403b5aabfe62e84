/**
 * Upper, lower and title case. Without a locale the same on every machine (Unicode’s default mapping); with one its own rules (`tr`: i ↔ İ).
 */
import { transformInvalid } from '../../contracts/transform.ts';
import { declined, done, type TextStep } from './step.ts';

const isKnown = (locale: string): boolean => {
  try { return Intl.Collator.supportedLocalesOf(locale).length > 0; } catch { return false; }
};
const checked = (locale: string | undefined): string | undefined => {
  if (locale !== undefined && !isKnown(locale)) throw transformInvalid('its locale is not known; write one such as "tr" or "pt-BR".');
  return locale;
};

/** Letters between `first` and `last` get the other case. */
const asciiCase = (first: number, last: number): TextStep['bytes'] => (cell) => {
  const { bytes, start, end } = cell;
  const room = cell.room(end - start);
  for (let at = start; at < end; at += 1) {
    const byte = bytes[at] as number;
    if (byte >= 0x80) return declined;
    room[at - start] = byte >= first && byte <= last ? byte ^ 0x20 : byte;
  }
  cell.moveTo(room, end - start);
  return done;
};

/** In these languages i, I and their dots have rules of their own. */
const asciiIsPlain = (locale: string | undefined): boolean => locale === undefined || !/^(tr|az|lt)\b/i.test(locale);
const withBytes = (locale: string | undefined, bytes: TextStep['bytes']): { readonly bytes?: NonNullable<TextStep['bytes']> } =>
  asciiIsPlain(locale) && bytes !== undefined ? { bytes } : {};

type Localised = { readonly locale?: string | undefined };

export const upper = (step: Localised): TextStep => {
  const locale = checked(step.locale);
  return { kind: 'text', apply: (text) => (locale === undefined ? text.toUpperCase() : text.toLocaleUpperCase(locale)), ...withBytes(locale, asciiCase(0x61, 0x7a)) };
};

export const lower = (step: Localised): TextStep => {
  const locale = checked(step.locale);
  return { kind: 'text', apply: (text) => (locale === undefined ? text.toLowerCase() : text.toLocaleLowerCase(locale)), ...withBytes(locale, asciiCase(0x41, 0x5a)) };
};

/** A word begins with a letter or a digit, and goes on over apostrophes: `O’NEIL-SMITH` becomes `O’neil-Smith`, `2ND` becomes `2nd`. */
const word = /([\p{L}\p{N}])([\p{L}\p{M}\p{N}'’]*)/gu;

export const title = (step: Localised): TextStep => {
  const locale = checked(step.locale);
  const raise = (text: string): string => (locale === undefined ? text.toUpperCase() : text.toLocaleUpperCase(locale));
  const drop = (text: string): string => (locale === undefined ? text.toLowerCase() : text.toLocaleLowerCase(locale));
  // ß would become SS: at the start of a word no language has it, and two letters there would be another word.
  const first = (letter: string): string => { const raised = raise(letter); return [...raised].length === 1 ? raised : letter; };
  return { kind: 'text', apply: (text) => text.replace(word, (_, letter: string, rest: string) => first(letter) + drop(rest)), ...withBytes(locale, asciiTitle) };
};

const isLetter = (byte: number): boolean => (byte | 0x20) >= 0x61 && (byte | 0x20) <= 0x7a;

const asciiTitle: TextStep['bytes'] = (cell) => {
  const { bytes, start, end } = cell;
  const room = cell.room(end - start);
  let inside = false;
  for (let at = start; at < end; at += 1) {
    const byte = bytes[at] as number;
    if (byte >= 0x80) return declined;
    const letter = isLetter(byte);
    room[at - start] = !letter ? byte : inside ? byte | 0x20 : byte & 0xdf;
    inside = letter || (byte >= 0x30 && byte <= 0x39) || (inside && byte === 0x27);
  }
  cell.moveTo(room, end - start);
  return done;
};
