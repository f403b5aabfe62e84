/** Terms of registries in five languages, and what each means. Written from general knowledge; a term may mean several things. */
import { foldWords } from '../fold-words.ts';
import { companyTerms } from './company-terms.ts';
import { craftTerms } from './craft-terms.ts';
import { incidentTerms } from './incident-terms.ts';
import { kindTerms } from './kind-terms.ts';
import { peopleTerms } from './people-terms.ts';
import { placeTerms } from './place-terms.ts';
import type { Terms } from './terms.ts';

/** What a term says, as one or more concepts together. */
export type Meaning = readonly string[];

const sources: readonly Terms[] = [kindTerms, peopleTerms, placeTerms, incidentTerms, craftTerms, companyTerms];

/** In the order of the concepts in a term. */
const meaningOf = (key: string): Meaning => key.split(' ');

const buildLexicon = (): ReadonlyMap<string, readonly Meaning[]> => {
  const lexicon = new Map<string, Meaning[]>();
  for (const terms of sources)
    for (const [key, list] of Object.entries(terms))
      for (const term of list.split(/[,|]/)) {
        const words = foldWords(term).join(' ');
        if (words === '') continue;
        const meanings = lexicon.get(words) ?? [];
        if (!meanings.some((meaning) => meaning.join(' ') === key)) meanings.push(meaningOf(key));
        lexicon.set(words, meanings);
      }
  return lexicon;
};

/** Words of a term, folded and apart by one blank, to its meanings. */
export const lexicon = buildLexicon();

/** The same terms written as one word: `razonsocial`. Short ones would be found by chance. */
export const joinedTerms: ReadonlyMap<string, string> = new Map([...lexicon.keys()].flatMap((term) => {
  const joined = term.replaceAll(' ', '');
  return joined.length >= 3 ? [[joined, term] as const] : [];
}));

export const longestTermWords = 4;
