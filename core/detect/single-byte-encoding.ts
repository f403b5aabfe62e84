/**
 * Which 8-bit encoding makes the bytes beyond ASCII read like words. Each candidate is judged by the language that fits it best (the
 * letters beyond ASCII of each language are few), by its casing (the wrong Cyrillic table turns cases around) and by signs that do not
 * stand inside words. Heuristics: the confidence stays below that of UTF-8, and the reason says so.
 */
import type { Encoding, Guess } from '../../contracts/parse-options.ts';
import { codePointsOf } from '../formats/csv/source-decoder.ts';
import type { Sample } from './sample.ts';

/** In the order of preference when several read the bytes equally well. */
const candidates: readonly Encoding[] = [
  'windows-1252', 'windows-1250', 'windows-1251', 'iso-8859-15', 'iso-8859-2', 'koi8-r', 'ibm866', 'macintosh',
];

const cyrillic = 'абвгдежзийклмнопрстуфхцчшщъыьэюяё';
/** Letters beyond ASCII by language. */
const languages: Partial<Record<Encoding, readonly string[]>> = {
  'windows-1250': central(), 'iso-8859-2': central(),
  'windows-1251': [cyrillic, 'абвгґдеєжзиіїйклмнопрстуфхцчшщьюя', 'абвгдђежзијклљмнњопрстћуфхцчџш', `${cyrillic}іў`],
  'koi8-r': [cyrillic], 'ibm866': [cyrillic, `${cyrillic}іўїє`],
};
const western: readonly string[] = [
  'éèêëàâçîïôûùüœæÿ', 'äöüßé', 'áéíóúñü', 'áàâãçéêíóôõúü', 'àèéìòùîç', 'åäöé', 'æøåé', 'áðéíóúýþæö', 'äöõüšž', 'àèéíòóúïüç',
];
function central(): readonly string[] {
  return ['ąćęłńóśźż', 'áčďéěíňóřšťúůýž', 'áäčďéíĺľňóôŕšťúýž', 'áéíóöőúüű', 'ăâîșțşţ', 'čćđšž', 'äöüßé'];
}
/** Signs that do stand in texts: quotes, dashes, currency, degrees, ordinals, fractions. */
const usualSigns = new Set('’‘“”„–—…€£°«»·ºª§©®™½¼¾¡¿№×²³´\u00a0•±µ');
const frequentCyrillic = new Set('оеаинтсрвлкмдпу');

interface Context { readonly before: number; readonly byte: number; readonly after: number }

export function guessSingleByteEncoding(samples: readonly Sample[]): Guess<Encoding> {
  const contexts = collectContexts(samples);
  const tables = candidates.map((encoding) => ({ encoding, points: codePointsOf(encoding) }));
  const judged = tables.map(({ encoding, points }) => ({ encoding, points, score: judge(encoding, points, contexts) }));
  const best = judged.reduce((a, b) => (b.score > a.score + 1e-9 ? b : a));
  // Only a candidate that reads these bytes as other characters is a rival.
  const rivals = judged.filter((other) => contexts.some(({ byte }) => other.points[byte] !== best.points[byte]));
  const margin = best.score - Math.max(-2, ...rivals.map((rival) => rival.score));
  const cap = contexts.length < 5 ? 0.6 : 0.9;
  return {
    value: best.encoding,
    confidence: Math.round(Math.min(cap, Math.max(0.3, 0.5 + margin * 0.6)) * 100) / 100,
    why: `not valid UTF-8; ${contexts.length} bytes beyond ASCII in the samples read most like words in ${best.encoding} (judged by letter statistics, so check the accents)`,
  };
}

function collectContexts(samples: readonly Sample[]): readonly Context[] {
  const contexts: Context[] = [];
  const limit = 4000;
  for (const { bytes } of samples) {
    const until = contexts.length + limit;
    for (let at = 0; at < bytes.length && contexts.length < until; at++) {
      const byte = bytes[at] as number;
      if (byte >= 0x80) contexts.push({ before: bytes[at - 1] ?? 32, byte, after: bytes[at + 1] ?? 32 });
    }
  }
  return contexts;
}

const isLetter = (character: string): boolean => character.toLowerCase() !== character.toUpperCase() || character === 'ß' || character === 'ª' || character === 'º';
const isUpper = (character: string): boolean => character !== character.toLowerCase();
const isLower = (character: string): boolean => character !== character.toUpperCase();
const isCyrillic = (character: string): boolean => character >= '\u0400' && character <= '\u04ff';

function judge(encoding: Encoding, points: Uint16Array, contexts: readonly Context[]): number {
  const text = (byte: number): string => String.fromCharCode(points[byte] as number);
  const seen = contexts.map(({ before, byte, after }) => ({ before: text(before), character: text(byte), after: text(after) }));
  const letters = seen.filter(({ character }) => isLetter(character));
  let faults = 0;
  for (const context of seen) faults += faultOf(context.before, context.character, context.after);
  const characters = letters.map(({ character }) => character.toLowerCase());
  const sets = languages[encoding] ?? western;
  const coverage = Math.max(...sets.map((set) => characters.filter((character) => set.includes(character)).length)) / Math.max(1, seen.length);
  const frequent = characters.filter((character) => frequentCyrillic.has(character)).length / Math.max(1, characters.length);
  const signs = seen.filter(({ character }) => usualSigns.has(character)).length / Math.max(1, seen.length);
  return coverage + signs * 0.7 + (isCyrillic(characters[0] ?? '') ? frequent * 0.3 : 0) - (faults / Math.max(1, seen.length)) * 1.5;
}

function faultOf(before: string, character: string, after: string): number {
  if (character === '\ufffd') return 2;
  if (!isLetter(character)) {
    if (character === '¤') return 0.6;
    const inWord = isLetter(before) && isLetter(after);
    if (character === '’' || character === '·') return 0;
    return inWord ? 1 : usualSigns.has(character) ? 0 : 0.5;
  }
  // A Cyrillic letter touches no Latin one; a word does not go from small to capital.
  if ([before, after].some((other) => isLetter(other) && isCyrillic(other) !== isCyrillic(character))) return 1;
  if (isUpper(character) && isLower(before) && isLetter(before)) return 0.7;
  if (isLower(character) && isLetter(after) && isUpper(after)) return 0.4;
  return 0;
}
