/**
 * Which value of a code list each code of a file stands for: the same word but for case, blanks and accents is `exact` and needs nobody; what is
 * alike, means the same in one of five languages or is cut short is for a person to confirm. Codes are values of cells: whoever calls this
 * neither stores nor logs them.
 */
import type { FieldDefinition } from '../../contracts/dataset-definition.ts';
import type { StepOf } from '../../contracts/transform.ts';
import { foldWord } from '../transform/fold-word.ts';
import { foldText } from './fold-words.ts';
import { valueTerms } from './lexicon/value-terms.ts';
import { nameLikeness, readName } from './name-likeness.ts';
import { unitsOfName } from './name-units.ts';
import { nearWords } from './near-words.ts';
import { normaliseName } from './normalise-name.ts';

export interface ProposedCode {
  readonly code: string;
  /** Null: nothing is like it. */
  readonly to: string | null;
  readonly exact: boolean;
  /** From 0 to 1. */
  readonly confidence: number;
}

export const hasCodeList = ({ values }: Pick<FieldDefinition, 'values'>): boolean => values !== undefined && values.length > 0;

/** A column of which every cell is another has no codes. */
const mostCodes = 1_000;
const leastConfidence = 0.4;
/** Two that are nearly as like leave it open which is meant. */
const clearBy = 0.1;

/** The codes that the field does not take as they are, most frequent first. */
export const proposeValueMap = ({ values = [] }: Pick<FieldDefinition, 'values'>, cells: readonly string[]): readonly ProposedCode[] => {
  const allowed = new Set(values);
  const counts = new Map<string, number>();
  for (const cell of cells) {
    const code = cell.trim();
    if (code !== '' && !allowed.has(code) && !allowed.has(cell)) counts.set(code, (counts.get(code) ?? 0) + 1);
  }
  const list = values.map(readValue);
  return [...counts].sort((left, right) => right[1] - left[1]).slice(0, mostCodes).map(([code]) => proposalFor(code, list));
};

interface ReadValue { readonly text: string; readonly folded: string; readonly joined: string; readonly concepts: ReadonlySet<string>; readonly name: ReturnType<typeof readName> }

const readValue = (text: string): ReadValue => ({ text, folded: foldWord(text), joined: normaliseName(text), concepts: conceptsOf(text), name: readName(unitsOfName(text)) });

const proposalFor = (code: string, values: readonly ReadValue[]): ProposedCode => {
  const read = readValue(code), same = values.filter(({ folded }) => folded === read.folded);
  const [only] = same;
  if (only !== undefined && same.length === 1) return { code, to: only.text, exact: true, confidence: 1 };
  const [best, next] = values.map((value) => ({ value, score: likeness(read, value, values) })).sort((left, right) => right.score - left.score);
  if (best === undefined || best.score < leastConfidence || (next !== undefined && best.score - next.score < clearBy)) return { code, to: null, exact: false, confidence: 0 };
  return { code, to: best.value.text, exact: false, confidence: Math.round(best.score * 1000) / 1000 };
};

const likeness = (code: ReadValue, value: ReadValue, values: readonly ReadValue[]): number => {
  if (code.folded === value.folded || (code.joined !== '' && code.joined === value.joined)) return 0.95;
  const means = [...code.concepts].some((concept) => value.concepts.has(concept));
  // Another thing of the list that the word means elsewhere is no likeness: `inactive` is near `active`, and its opposite.
  const differs = !means && code.concepts.size > 0 && value.concepts.size > 0;
  return Math.max(means ? 0.9 : 0, differs ? 0 : Math.max(0.9 * nearWords(code.joined, value.joined), 0.85 * nameLikeness(code.name, value.name, noSubjects)), isShort(code, value, values) ? 0.6 : 0);
};

const noSubjects: ReadonlySet<string> = new Set();

/** `O` of `open`, where nothing else of the list begins so; `IP` of `in progress`. */
const isShort = ({ joined }: ReadValue, value: ReadValue, values: readonly ReadValue[]): boolean => {
  if (joined === '' || joined.length > 3) return false;
  const initials = value.folded.split(/[^\p{L}\p{N}]+/u).map((word) => word.slice(0, 1)).join('');
  return (joined.length > 1 && initials === joined) || (value.joined.startsWith(joined) && values.filter((other) => other.joined.startsWith(joined)).length === 1);
};

const conceptsByTerm: ReadonlyMap<string, readonly string[]> = (() => {
  const found = new Map<string, string[]>();
  for (const [concept, languages] of Object.entries(valueTerms))
    for (const term of new Set(languages.split(/[|,]/).map((each) => normaliseName(each)).filter((each) => each !== ''))) found.set(term, [...found.get(term) ?? [], concept]);
  return found;
})();

const conceptsOf = (text: string): ReadonlySet<string> => new Set(conceptsByTerm.get(normaliseName(foldText(text))) ?? []);

/**
 * The step that a mapping takes them with. The list's own values stand in it too: what is in no table is unknown. Without a proposal a code is not
 * in it, and its rows are quarantined, until a person says what it means or what is done (docs/transforms.md).
 */
export const valueMapStep = ({ values = [] }: Pick<FieldDefinition, 'values'>, codes: readonly ProposedCode[]): StepOf<'map'> => ({
  fn: 'map', unknown: 'quarantine',
  // Folding must not make one of two values that the list tells apart.
  fold: new Set(values.map(foldWord)).size === values.length,
  table: Object.fromEntries([...values.map((value) => [value, value] as const), ...codes.flatMap(({ code, to }) => (to === null ? [] : [[code, to] as const]))]),
});
