/** What may be taken without asking. */
import type { ReadField } from './read-field.ts';
import type { PairScore, ScoredColumn } from './score-pair.ts';

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
