/** What may be taken without asking. */
import type { ReadField } from './read-field.ts';
import type { PairScore, ScoredColumn } from './score-pair.ts';

/** A share of a match (match-shares.ts) as the probability that one pair alone would have. */
export const confidenceOf = (share: number): number => {
  const rest = Math.max(1e-6, 1 - share);
  const odds = share / (rest * rest);
  return odds / (1 + odds);
};

/** From here on a proposal is taken without asking, when its name is explained too. Where it stands was chosen on files of publishers left out (docs/mapping.md). */
export const autoFrom = 0.56;
const explainedFrom = 0.6;
/** Values that tell by themselves: check digits, addresses of mail, countries; and how sure they must be then. */
const tellingValues = 1.5, surelyFrom = 0.72;

interface Decision {
  readonly confidence: number;
  readonly score: PairScore;
  readonly field: ReadField;
  readonly column: ScoredColumn;
  readonly from: number;
}

/** Never without values, never where they speak against it; a key only where they speak for it, whatever its name. */
export const isAuto = ({ confidence, score, field, column, from }: Decision): boolean => {
  if (column.profile.filled === 0 || score.values <= -0.5) return false;
  if (field.definition.key && score.values < 1) return false;
  return confidence >= from && score.explained >= explainedFrom || confidence >= surelyFrom && score.values >= tellingValues;
};
