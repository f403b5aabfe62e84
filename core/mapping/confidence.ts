/** From evidence to a confidence that means what it says, and to what may be taken without asking. */
import type { ReadField } from './read-field.ts';
import type { PairScore, ScoredColumn } from './score-pair.ts';

export interface Rivals {
  /** Best evidence of another column for the same field. */
  readonly column: number;
  /** Best evidence of another field for the same column. */
  readonly field: number;
}

const sigmoid = (evidence: number): number => 1 / (1 + Math.exp(-evidence));

/** A lead of this much evidence is a clear one. */
const clearLead = 1.5;

export const sureness = ({ evidence }: Pick<PairScore, 'evidence'>, { column, field }: Rivals): number => {
  const lead = evidence - Math.max(column, field, -4);
  return sigmoid(evidence + Math.min(0, (lead - clearLead) * 0.6));
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
