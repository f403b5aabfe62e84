/** A country’s code (alpha-2 or alpha-3, any case) or name in five languages becomes its ISO 3166-1 code. */
import { issueNumber } from '../../contracts/issue-codes.ts';
import type { StepOf } from '../../contracts/transform.ts';
import { alpha3ByAlpha2, otherCountryNames } from './country-codes.ts';
import { foldName, namesOf } from './intl-names.ts';
import type { TextStep } from './step.ts';

const unknown = issueNumber('TRANSFORM_COUNTRY_UNKNOWN');
const alpha2ByAlpha3: ReadonlyMap<string, string> = new Map([...alpha3ByAlpha2].map(([two, three]) => [three, two]));
const asciiCode = /^[A-Za-z]{2,3}$/;

let known: ReadonlyMap<string, string> | undefined;
/** Made when the first is asked for: 12 ms. */
const byName = (): ReadonlyMap<string, string> => known ??= namesOf('region', [...alpha3ByAlpha2.keys()], otherCountryNames);

const alpha2Of = (text: string): string | undefined => {
  const trimmed = text.trim();
  if (asciiCode.test(trimmed)) {
    const code = trimmed.toUpperCase();
    const found = alpha3ByAlpha2.has(code) ? code : alpha2ByAlpha3.get(code);
    if (found !== undefined) return found;
  }
  const name = foldName(trimmed);
  return byName().get(name) ?? byName().get(name.replace(/^the /, ''));
};

export const country = ({ to }: StepOf<'country'>): TextStep => ({
  kind: 'text',
  apply: (text) => {
    const code = alpha2Of(text);
    return (code === undefined || to === 'alpha2' ? code : alpha3ByAlpha2.get(code)) ?? unknown;
  },
});
