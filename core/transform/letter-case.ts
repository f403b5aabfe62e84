/**
 * Upper, lower and title case. Without a locale the same on every machine (Unicode’s default mapping); with one its own rules (`tr`: i ↔ İ).
 */
import { transformInvalid } from '../../contracts/transform.ts';
import { caseBytes, lowerTable, titleBytes, upperTable } from './case-bytes.ts';
import type { TextStep } from './step.ts';

const isKnown = (locale: string): boolean => {
  try { return Intl.Collator.supportedLocalesOf(locale).length > 0; } catch { return false; }
};
const checked = (locale: string | undefined): string | undefined => {
  if (locale !== undefined && !isKnown(locale)) throw transformInvalid('its locale is not known; write one such as "tr" or "pt-BR".');
  return locale;
};

type Localised = { readonly locale?: string | undefined };
type WithBytes = { readonly bytes?: NonNullable<TextStep['bytes']> };

/** Some languages have rules of their own (Turkish i, Greek accents), so that with a locale texts are the only way. */
const withBytes = (locale: string | undefined, bytes: NonNullable<TextStep['bytes']>): WithBytes => (locale === undefined ? { bytes } : {});

export const upper = (step: Localised): TextStep => {
  const locale = checked(step.locale);
  return { kind: 'text', apply: (text) => (locale === undefined ? text.toUpperCase() : text.toLocaleUpperCase(locale)), ...withBytes(locale, caseBytes(upperTable)) };
};

export const lower = (step: Localised): TextStep => {
  const locale = checked(step.locale);
  return { kind: 'text', apply: (text) => (locale === undefined ? text.toLowerCase() : text.toLocaleLowerCase(locale)), ...withBytes(locale, caseBytes(lowerTable)) };
};

/** A word begins with a letter or a digit, and goes on over apostrophes: `O’NEIL-SMITH` becomes `O’neil-Smith`, `2ND` becomes `2nd`. */
const word = /([\p{L}\p{N}])([\p{L}\p{M}\p{N}'’]*)/gu;

export const title = (step: Localised): TextStep => {
  const locale = checked(step.locale);
  const raise = (text: string): string => (locale === undefined ? text.toUpperCase() : text.toLocaleUpperCase(locale));
  const drop = (text: string): string => (locale === undefined ? text.toLowerCase() : text.toLocaleLowerCase(locale));
  // ß would become SS: at the start of a word no language has it, and two letters there would be another word.
  const first = (letter: string): string => { const raised = raise(letter); return [...raised].length === 1 ? raised : letter; };
  return { kind: 'text', apply: (text) => text.replace(word, (_, letter: string, rest: string) => first(letter) + drop(rest)), ...withBytes(locale, titleBytes) };
};
