/** Yes and no in English, Spanish, French, Portuguese and German, and words of the mapping's own. */
import { issueNumber } from '../../contracts/issue-codes.ts';
import { transformInvalid, type StepOf } from '../../contracts/transform.ts';
import { foldWord } from './fold-word.ts';
import type { TextStep } from './step.ts';

const unknown = issueNumber('TRANSFORM_BOOLEAN_UNKNOWN');
const yes = ['true', 'yes', 'y', 't', 'on', '1', 'si', 's', 'verdadero', 'verdadera', 'cierto', 'v', 'oui', 'o', 'vrai', 'vraie', 'sim', 'verdadeiro', 'verdadeira', 'ja', 'j', 'wahr'];
const no = ['false', 'no', 'n', 'f', 'off', '0', 'falso', 'falsa', 'non', 'faux', 'fausse', 'nao', 'nein', 'falsch'];

export const booleanWords = ({ true: moreYes = [], false: moreNo = [] }: StepOf<'boolean'>): TextStep => {
  const own = new Set(moreYes.map(foldWord));
  if (moreNo.some((word) => own.has(foldWord(word)))) throw transformInvalid('one word means yes and no.');
  const known = new Map<string, string>([
    ...yes.map((word) => [word, 'true'] as const), ...no.map((word) => [word, 'false'] as const),
    ...moreYes.map((word) => [foldWord(word), 'true'] as const), ...moreNo.map((word) => [foldWord(word), 'false'] as const),
  ]);
  return { kind: 'text', apply: (text) => known.get(foldWord(text)) ?? unknown };
};
