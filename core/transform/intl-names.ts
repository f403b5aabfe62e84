/** Names of countries and languages in five languages, from the Unicode CLDR that Node carries; a name of two things is left out. */
import { languageNames } from '../../contracts/transform.ts';

/** Letters and digits only, so that hyphens, apostrophes, commas and brackets make no difference. */
export const foldName = (text: string): string => text.normalize('NFKD').replace(/\p{M}/gu, '').toLowerCase().replace(/ß/g, 'ss').replace(/&/g, ' and ').replace(/[^\p{L}\p{N}]+/gu, ' ').trim();

const spellings = (name: string): readonly string[] => {
  const folded = foldName(name);
  // Names such as St. Lucia, as they are written in full.
  return /^st /.test(folded) ? [folded, folded.replace(/^st /, 'saint ')] : [folded];
};

export const namesOf = (type: 'region' | 'language', codes: readonly string[], others: Readonly<Record<string, string>> = {}): ReadonlyMap<string, string> => {
  const codeByName = new Map<string, string>();
  const shared = new Set<string>();
  for (const language of languageNames) {
    const names = [...new Set(['long', 'short'] as const)].map((style) => new Intl.DisplayNames([language], { type, style, fallback: 'none' }));
    for (const code of codes) for (const list of names) for (const name of spellings(list.of(code) ?? '')) {
      if (name !== '' && (codeByName.get(name) ?? code) !== code) shared.add(name);
      codeByName.set(name, code);
    }
  }
  for (const name of [...shared, '']) codeByName.delete(name);
  for (const [name, code] of Object.entries(others)) codeByName.set(foldName(name), code);
  return codeByName;
};
