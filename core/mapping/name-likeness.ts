/** How well a column's name says a phrase of a field, from 0 to 1, by concepts first and letters where there are none. */
import type { Meaning } from './lexicon/lexicon.ts';
import { relation, weightOf } from './lexicon/relations.ts';
import type { NameUnit } from './name-units.ts';
import { nearWords } from './near-words.ts';

/** The very word is a little more than another one that means the same. */
const synonymTrust = 0.95;
const wordWeight = 0.9, acronymWeight = 0.5, letterWeight = 0.2, numberWeight = 0.15;

/** A name read for comparison: its units, and each concept it may mean. */
export interface ReadName {
  readonly units: readonly NameUnit[];
  readonly concepts: ReadonlyMap<string, number>;
  /** Some of it is no known term. */
  readonly hasWords: boolean;
}

export const readName = (units: readonly NameUnit[]): ReadName => {
  const concepts = new Map<string, number>();
  for (const { meanings, sure } of units)
    for (const meaning of meanings) for (const concept of meaning) concepts.set(concept, Math.max(concepts.get(concept) ?? 0, sure));
  return { units, concepts, hasWords: units.some(({ kind }) => kind === 'word') };
};

export const nameLikeness = (column: ReadName, phrase: ReadName, subjects: ReadonlySet<string>): number => {
  if (!mayTouch(column, phrase)) return 0;
  const said = coverage(column, phrase, subjects), met = coverage(phrase, column, subjects);
  return said + met === 0 ? 0 : (2 * said * met) / (said + met);
};

/** Whether two names can have anything in common: most pairs of a wide file do not, and are not looked at closer. */
const mayTouch = (left: ReadName, right: ReadName): boolean => {
  if (left.hasWords || right.hasWords) return true;
  for (const one of left.concepts.keys()) for (const other of right.concepts.keys()) if (relation(one, other) > 0) return true;
  return left.units.some(({ text }) => right.units.some((unit) => unit.text === text));
};

/** The share of `of` that `by` says too; likenesses below `least` count for nothing. */
export const coverage = (of: ReadName, by: ReadName, subjects: ReadonlySet<string>, least = 0): number => {
  let all = 0, covered = 0;
  for (const unit of of.units) {
    const [weight, share] = unitCoverage(unit, by, subjects);
    all += weight;
    covered += weight * (share * (least > 0 && unit.kind === 'word' ? unit.sure : 1) >= least ? share : 0);
  }
  return all === 0 ? 0 : covered / all;
};

const unitCoverage = (unit: NameUnit, by: ReadName, subjects: ReadonlySet<string>): readonly [number, number] => {
  if (unit.kind === 'number') return [numberWeight, by.units.some((other) => other.text === unit.text) ? 1 : 0];
  const near = by.units.reduce((best, other) => Math.max(best, nearUnits(unit, other)), 0);
  let weight = unit.text.length === 1 ? letterWeight : unit.text.length <= 3 ? acronymWeight : wordWeight, share = near;
  for (const meaning of unit.meanings) {
    const [meaningWeight, meaningShare] = meaningCoverage(meaning, by, subjects);
    const sureShare = Math.max(meaningShare * unit.sure * synonymTrust, near);
    if (meaning === unit.meanings[0] || sureShare > share || share === 0 && meaningWeight > weight) [weight, share] = [meaningWeight, Math.max(share, sureShare)];
  }
  return [weight * (unit.trust ?? 1), share];
};

/** Two terms that are spelt alike (county, country) are still two. */
const nearUnits = (left: NameUnit, right: NameUnit): number => {
  if (right.kind === 'number') return 0;
  return left.kind === 'term' && right.kind === 'term' ? Number(left.text === right.text) : nearWords(left.text, right.text);
};

const meaningCoverage = (meaning: Meaning, by: ReadName, subjects: ReadonlySet<string>): readonly [number, number] => {
  let all = 0, covered = 0;
  for (const concept of meaning) {
    const weight = weightOf(concept, subjects);
    let share = 0;
    for (const [other, sure] of by.concepts) share = Math.max(share, relation(concept, other) * sure);
    all += weight;
    covered += weight * share;
  }
  return [all, all === 0 ? 0 : covered / all];
};
