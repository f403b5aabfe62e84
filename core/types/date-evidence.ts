/**
 * How a column writes its dates: counted cell by cell while staging, judged over the whole column at the barrier (promise 8). The
 * counts do not depend on the reading in use, so a column that was staged again under its new reading is judged the same and holds.
 */
import type { DateReading } from '../../contracts/plan-document.ts';

export interface DateEvidenceCounts {
  /** Year first. */
  readonly iso: number;
  /** Possible only as day, month, year. */
  readonly dmyOnly: number;
  /** Possible only as month, day, year. */
  readonly mdyOnly: number;
  /** Possible as both, and the days differ. */
  readonly either: number;
  /** Possible as both, and it is the same day (5/5/2020). */
  readonly same: number;
  /** The month is a name. */
  readonly named: number;
  /** No date at all, or a day that does not exist. */
  readonly invalid: number;
}

/** The counts of one encoder, which adds to them. */
export class DateEvidence implements DateEvidenceCounts {
  iso = 0;
  dmyOnly = 0;
  mdyOnly = 0;
  either = 0;
  same = 0;
  named = 0;
  invalid = 0;

  reset(): void {
    this.iso = this.dmyOnly = this.mdyOnly = this.either = this.same = this.named = this.invalid = 0;
  }

  counts(): DateEvidenceCounts {
    return mergeDateEvidence(this, noDateEvidence);
  }
}

export const noDateEvidence: DateEvidenceCounts = { iso: 0, dmyOnly: 0, mdyOnly: 0, either: 0, same: 0, named: 0, invalid: 0 };

export const mergeDateEvidence = (a: DateEvidenceCounts, b: DateEvidenceCounts): DateEvidenceCounts => ({
  iso: a.iso + b.iso, dmyOnly: a.dmyOnly + b.dmyOnly, mdyOnly: a.mdyOnly + b.mdyOnly, either: a.either + b.either,
  same: a.same + b.same, named: a.named + b.named, invalid: a.invalid + b.invalid,
});

/** The order that the decisive cells prove; null when there are none, or when they prove both. */
const provenOrder = (evidence: DateEvidenceCounts): DateReading['order'] => {
  if (evidence.dmyOnly > 0 && evidence.mdyOnly === 0) return 'dmy';
  return evidence.mdyOnly > 0 && evidence.dmyOnly === 0 ? 'mdy' : null;
};

export type DateVerdict =
  | { readonly verdict: 'holds' }
  | { readonly verdict: 'contradicted'; readonly reading: DateReading };

/**
 * Contradicted only when staging again would change a cell, that is, when cells stand in the column that both orders can read and the
 * proven order is not the one they were read by. Nothing decisive, or both orders proven: such cells are ambiguous, a question.
 */
export const judgeDateReading = (reading: DateReading, evidence: DateEvidenceCounts): DateVerdict => {
  if (reading.source === 'operator' || evidence.either === 0) return { verdict: 'holds' };
  const order = provenOrder(evidence);
  // What earlier files proved holds until this one proves another order, or both.
  if ((reading.source === 'template' || reading.source === 'remembered') && evidence.dmyOnly + evidence.mdyOnly === 0) return { verdict: 'holds' };
  return order === reading.order ? { verdict: 'holds' } : { verdict: 'contradicted', reading: { order, source: 'evidence' } };
};

/** Cells that both orders can read, and none that tells: a question. */
export const isOpenOrder = (evidence: DateEvidenceCounts): boolean => evidence.either > 0 && evidence.dmyOnly + evidence.mdyOnly === 0;

/** What a sample says before anything is staged. */
export const readingOfSample = (evidence: DateEvidenceCounts): DateReading =>
  ({ order: provenOrder(evidence), source: evidence.dmyOnly + evidence.mdyOnly > 0 ? 'evidence' : 'assumed' });
