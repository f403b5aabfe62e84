/** What may be taken without asking. */
import type { ReadField } from './read-field.ts';
import type { PairScore, ScoredColumn } from './score-pair.ts';

/** A share of a match (match-shares.ts) as the probability that one pair alone would have. */
export const confidenceOf = (share: number): number => {
  const rest = Math.max(1e-6, 1 - share);
  const odds = share / (rest * rest);
  return odds / (1 + odds);
};

export const autoFrom = 0.8;

interface Decision {
  readonly confidence: number;
  readonly score: PairScore;
  readonly field: ReadField;
  readonly column: ScoredColumn;
}

/** Never without values, never where they speak against it; a key only where they speak for it. */
export const isAuto = ({ confidence, score, field, column }: Decision): boolean =>
  confidence >= autoFrom && column.profile.filled > 0 && score.values > -0.5 && (!field.definition.key || score.values >= 1);
