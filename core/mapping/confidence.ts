/** What may be taken without asking. */
import type { Expectation } from './expectation.ts';
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
/** Values that tell by themselves what they are for, and how sure they must be then. Of dates, numbers and names there are many kinds. */
const telling: ReadonlySet<Expectation> = new Set(['email', 'phone', 'country', 'imo', 'mmsi', 'iban', 'uuid', 'sex', 'point', 'key', 'latitude', 'longitude']);
const tellingValues = 1.5, surelyFrom = 0.72;
/** So sure that name and values must have agreed, though a cut word or a near concept is in the name. */
const beyondDoubt = 0.88, agreeingValues = 1.4;

interface Decision {
  readonly confidence: number;
  readonly score: PairScore;
  readonly field: ReadField;
  readonly column: ScoredColumn;
  readonly from: number;
}

/** Never without values, never where they speak against it; a key only where they speak for it, whatever its name, or a person did for this partner. */
export const isAuto = ({ confidence, score, field, column, from }: Decision): boolean => {
  if (column.profile.filled === 0 || score.values <= -0.5) return false;
  if (field.definition.key && score.values < 1 && !score.confirmed) return false;
  if (confidence >= beyondDoubt && score.values >= agreeingValues) return true;
  return confidence >= from && score.explained >= explainedFrom || confidence >= surelyFrom && telling.has(field.expects) && score.values >= tellingValues;
};
