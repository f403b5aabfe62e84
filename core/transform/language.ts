/** A language’s code (two or three letters, a region behind it is dropped) or name in five languages becomes its ISO 639 code. */
import { issueNumber } from '../../contracts/issue-codes.ts';
import type { StepOf } from '../../contracts/transform.ts';
import { foldName, namesOf } from './intl-names.ts';
import { alpha3ByLanguage, bibliographicCodes, otherLanguageNames } from './language-codes.ts';
import type { TextStep } from './step.ts';

const unknown = issueNumber('TRANSFORM_LANGUAGE_UNKNOWN');
const languageByAlpha3: ReadonlyMap<string, string> = new Map([...[...alpha3ByLanguage].map(([two, three]) => [three, two] as const), ...Object.entries(bibliographicCodes)]);
/** BCP 47 with a script or a region: `pt-BR`, `zh_Hans`. */
const asciiCode = /^([A-Za-z]{2,3})(?:[-_][A-Za-z0-9]{2,4}){0,2}$/;

/** CLDR has one name for Twi and Akan: it is that of Akan, which stands for both. */
const named = (code: string): boolean => code !== 'tw';

let known: ReadonlyMap<string, string> | undefined;
const byName = (): ReadonlyMap<string, string> => known ??= namesOf('language', [...alpha3ByLanguage.keys()].filter(named), otherLanguageNames);

const languageOf = (text: string): string | undefined => {
  const trimmed = text.trim();
  const code = asciiCode.exec(trimmed)?.[1]?.toLowerCase();
  const found = code === undefined ? undefined : alpha3ByLanguage.has(code) ? code : languageByAlpha3.get(code);
  return found ?? byName().get(foldName(trimmed));
};

export const language = ({ to }: StepOf<'language'>): TextStep => ({
  kind: 'text',
  apply: (text) => {
    const code = languageOf(text);
    return (code === undefined || to === 'alpha2' ? code : alpha3ByLanguage.get(code)) ?? unknown;
  },
});
