/** A country’s code (alpha-2 or alpha-3, any case, or the three digits) or name in five languages becomes its ISO 3166-1 code. */
import { issueNumber } from '../../contracts/issue-codes.ts';
import type { StepOf } from '../../contracts/transform.ts';
import { alpha2ByNumber, alpha3ByAlpha2, otherCountryNames } from './country-codes.ts';
import { foldName, namesOf } from './intl-names.ts';
import type { TextStep } from './step.ts';

const unknown = issueNumber('TRANSFORM_COUNTRY_UNKNOWN');
const alpha2ByAlpha3: ReadonlyMap<string, string> = new Map([...alpha3ByAlpha2].map(([two, three]) => [three, two]));
/** Only in full: 52 is Barbados without its zero, and what telephones call Mexico. */
const threeDigits = /^\d{3}$/, asciiCode = /^[A-Za-z]{2,3}$/;

let known: ReadonlyMap<string, string> | undefined;
/** Made when the first is asked for: 12 ms. */
const byName = (): ReadonlyMap<string, string> => known ??= namesOf('region', [...alpha3ByAlpha2.keys()], otherCountryNames);

/** `Federal Republic of Germany`, `República de Chile`: the form of the state and the articles go. */
const stateForm = /^(?:the )?(?:\p{L}+ ){0,4}(?:republic|kingdom|principality|commonwealth|sultanate|union|grand duchy|republica|reino|principado|republique|royaume|principaute) (?:\p{L}+ ){0,2}?(?:of|de|del|du|des|da|do|d) (?:the |la |los |las |l )?|^(?:\p{L}+ )?(?:bundes)?(?:republik|konigreich|furstentum) /u;
/** Here the form tells two states apart. */
const severalStates: ReadonlySet<string> = new Set(['congo', 'kongo', 'china', 'chine', 'korea', 'corea', 'coree', 'coreia', 'yemen', 'jemen', 'iemen', 'vietnam', 'sudan']);
const plainName = (name: string): string => {
  const short = name.replace(stateForm, '').replace(/^the | the$/g, '');
  return short !== name && severalStates.has(short.split(' ')[0] ?? '') ? name : short;
};

const alpha2Of = (text: string): string | undefined => {
  const trimmed = text.trim();
  if (asciiCode.test(trimmed)) {
    const code = trimmed.toUpperCase();
    const found = alpha3ByAlpha2.has(code) ? code : alpha2ByAlpha3.get(code);
    if (found !== undefined) return found;
  }
  if (threeDigits.test(trimmed)) return alpha2ByNumber.get(trimmed);
  const name = foldName(trimmed);
  return byName().get(name) ?? byName().get(plainName(name));
};

export const country = ({ to }: StepOf<'country'>): TextStep => ({
  kind: 'text',
  apply: (text) => {
    const code = alpha2Of(text);
    return (code === undefined || to === 'alpha2' ? code : alpha3ByAlpha2.get(code)) ?? unknown;
  },
});
