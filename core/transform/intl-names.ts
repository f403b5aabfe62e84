/** Names of countries and languages in five languages, from the Unicode CLDR that Node carries; a name of two things is left out. */
import { languageNames } from '../../contracts/transform.ts';

/** Letters and digits only, so that hyphens, apostrophes, commas and brackets make no difference. */
export const foldName = (text: string): string => text.normalize('NFKD').replace(/\p{M}/gu, '').toLowerCase().replace(/ß/g, 'ss').replace(/&/g, ' and ').replace(/[^\p{L}\p{N}]+/gu, ' ').trim();

const spellings = (name: string): readonly string[] => {
  const folded = foldName(name);
  // Names such as St. Lucia, as they are written in full.
  return /^st /.test(folded) ? [folded, folded.replace(/^st /, 'saint ')] : [folded];
};

/** Where one language has two spellings of a name: `Vietname` in Portugal, `Vietnã` in Brazil. */
const variants = ['en-GB', 'es-419', 'fr-CA', 'pt-PT', 'de-AT', 'de-CH'];

const addNames = (codeByName: Map<string, string>, languages: readonly string[], { type, codes }: { readonly type: 'region' | 'language'; readonly codes: readonly string[] }): void => {
  const found = new Map<string, string>(), shared = new Set<string>(['']);
  for (const language of languages) {
    const names = (['long', 'short'] as const).map((style) => new Intl.DisplayNames([language], { type, style, fallback: 'none' }));
    for (const code of codes) for (const list of names) for (const name of spellings(list.of(code) ?? '')) {
      if ((found.get(name) ?? code) !== code) shared.add(name);
      found.set(name, code);
    }
  }
  for (const [name, code] of found) if (!shared.has(name) && !codeByName.has(name)) codeByName.set(name, code);
};

export const namesOf = (type: 'region' | 'language', codes: readonly string[], others: Readonly<Record<string, string>> = {}): ReadonlyMap<string, string> => {
  const codeByName = new Map<string, string>(Object.entries(others).map(([name, code]) => [foldName(name), code]));
  addNames(codeByName, languageNames, { type, codes });
  addNames(codeByName, variants, { type, codes });
  return codeByName;
};
