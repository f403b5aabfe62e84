/** A name as units of meaning: terms of the lexicon, words near one, words that only stand for themselves, and numbers. */
import { foldWords, isSmallWord } from './fold-words.ts';
import { joinedTerms, lexicon, longestTermWords, type Meaning } from './lexicon/lexicon.ts';
import { nearWords } from './near-words.ts';

export interface NameUnit {
  /** Its folded words. */
  readonly text: string;
  readonly meanings: readonly Meaning[];
  /** How surely the meanings are meant, from 0 to 1. */
  readonly sure: number;
  readonly kind: 'term' | 'word' | 'number';
  /** Of a name in several parts (`address.city`): the leading ones count less. */
  readonly trust?: number;
}

const leadingTrust = 0.25;
const pathParts = /(?<=\p{L}\p{L}|\d)(?:\.|\/|::|->|__)(?=\s?\p{L}\p{L})/u;

/** A name in parts, as nested formats and some publishers write it. */
const unitsOfPath = (name: string): readonly NameUnit[] => {
  const parts = name.split(pathParts);
  return parts.flatMap((part, index) => unitsOfPart(part).map((unit) => (index === parts.length - 1 ? unit : { ...unit, trust: leadingTrust })));
};

/** Notes in brackets about form and unit: `(dd/mm/yyyy)`, `(Y/N)`, `(kg)`. A number in brackets counts. */
const formNote = /[([]\s*(?:[dmyhs]{1,4}(?:[\s/.:-]+[dmyhs]{1,4})+|y\s*\/\s*n|yes\s*\/\s*no|s\s*\/\s*n|o\s*\/\s*n|j\s*\/\s*n|[a-z]{1,3}\.?|yrs|years|degrees|deg|metres|meters|feet|euros?|iso[\w -]*|utf-?8|optional|required)\s*[)\]]/giu;

export const unitsOfName = (name: string): readonly NameUnit[] => unitsOfPath(name.replace(formNote, ' '));

const unitsOfPart = (name: string): readonly NameUnit[] => {
  const words = foldWords(name);
  const units: NameUnit[] = [];
  for (let at = 0; at < words.length;) {
    const [unit, used] = longestTerm(words, at) ?? [undefined, 1];
    if (unit === undefined) units.push(...unitsOfWord(words[at] ?? ''));
    else units.push(unit);
    at += used;
  }
  return units;
};

const longestTerm = (words: readonly string[], at: number): readonly [NameUnit, number] | null => {
  for (let count = Math.min(longestTermWords, words.length - at); count >= 1; count -= 1) {
    const text = words.slice(at, at + count).join(' ');
    const meanings = lookUp(text);
    if (meanings !== null) return [{ text, meanings, sure: 1, kind: 'term' }, count];
  }
  return null;
};

/** The term itself, or its singular, or the way it is written without umlauts. */
const lookUp = (text: string): readonly Meaning[] | null => {
  if (/^\d+$/.test(text)) return null;
  for (const form of formsOf(text)) {
    const meanings = lexicon.get(form);
    if (meanings !== undefined) return meanings;
  }
  return null;
};

const formsOf = (text: string): readonly string[] => {
  const forms = [text];
  if (text.length > 3) {
    if (text.endsWith('ies')) forms.push(`${text.slice(0, -3)}y`);
    if (text.endsWith('oes') || text.endsWith('es') || text.endsWith('en')) forms.push(text.slice(0, -2));
    if (text.endsWith('s') || text.endsWith('x') || text.endsWith('n') || text.endsWith('e')) forms.push(text.slice(0, -1));
    if (text.endsWith('oes')) forms.push(`${text.slice(0, -3)}ao`);
  }
  if (/[aou]e/.test(text)) forms.push(text.replace(/([aou])e/g, '$1'));
  return forms;
};

const unitCache = new Map<string, readonly NameUnit[]>();
const mostCached = 20_000;

const unitsOfWord = (word: string): readonly NameUnit[] => {
  if (/^\p{N}+$/u.test(word)) return [{ text: word, meanings: [], sure: 1, kind: 'number' }];
  const known = unitCache.get(word);
  if (known !== undefined) return known;
  if (unitCache.size >= mostCached) unitCache.clear();
  const units = segment(word) ?? [nearestTerm(word)];
  unitCache.set(word, units);
  return units;
};

interface Segments { readonly units: readonly NameUnit[]; readonly cost: number }

/** `geburtsdatum`, `razonsocial`, `birthdate`: terms written as one word, with the small letters that German puts between. */
const segment = (word: string): readonly NameUnit[] | null => {
  const joined = lookUp(joinedTerms.get(word) ?? '');
  if (joined !== null) return [{ text: word, meanings: joined, sure: 1, kind: 'term' }];
  if (word.length < 6 || word.length > 60) return null;
  const best: (Segments | null)[] = [{ units: [], cost: 0 }];
  for (let end = 1; end <= word.length; end += 1) {
    best[end] = null;
    for (let start = Math.max(0, end - 24); start < end; start += 1) {
      const before = best[start];
      if (before === null || before === undefined) continue;
      const piece = pieceOf(word.slice(start, end), start === 0);
      if (piece === null) continue;
      const cost = before.cost + piece.cost;
      if ((best[end]?.cost ?? Infinity) > cost) best[end] = { units: [...before.units, ...piece.units], cost };
    }
  }
  const found = best[word.length];
  const told = found?.units.reduce((sum, { text }) => sum + text.length, 0) ?? 0;
  return found === null || found === undefined || told < word.length * leastTold ? null : found.units;
};

/** What stands between the terms may not be most of the word. */
const leastTold = 0.7;

const links: ReadonlySet<string> = new Set(['s', 'n', 'e', 'es', 'en', 'er']);

const pieceOf = (text: string, first: boolean): Segments | null => {
  if (text.length >= 3) {
    const meanings = lookUp(text) ?? lookUp(joinedTerms.get(text) ?? '');
    if (meanings !== null) return { units: [{ text, meanings, sure: 0.95, kind: 'term' }], cost: 1 };
  }
  if (!first && links.has(text)) return { units: [], cost: 0.6 };
  return !first && text.length >= 2 && isSmallWord(text) ? { units: [], cost: 0.8 } : null;
};

const singleWords: readonly string[] = [...lexicon.keys()].filter((term) => !term.includes(' ') && term.length >= 4);

const leastNearness = 0.6;

const nearestTerm = (word: string): NameUnit => {
  let sure = leastNearness, meanings: Meaning[] = [];
  if (word.length >= 3)
    for (const term of singleWords) {
      if (term[0] !== word[0]) continue;
      const nearness = nearWords(word, term);
      if (nearness < sure) continue;
      if (nearness > sure) meanings = [];
      sure = nearness;
      for (const meaning of lexicon.get(term) ?? []) if (!meanings.some((known) => known.join(' ') === meaning.join(' '))) meanings.push(meaning);
    }
  // A cut word that could be many says nothing.
  return meanings.length === 0 || meanings.length > 6 ? { text: word, meanings: [], sure: 1, kind: 'word' } : { text: word, meanings, sure, kind: 'word' };
};
