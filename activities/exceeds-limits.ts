import type { Books } from '../contracts/books.ts';
import type { PlanDocument } from '../contracts/plan-document.ts';

/** Judged on the whole file before the commit, so there is nothing to roll back (asks 3). A percentage is of the rows read. */
export const exceedsLimits = (books: Books, plan: Pick<PlanDocument, 'onError' | 'limits'>): boolean => {
  const rejected = books.quarantined + books.unreadable;
  if (plan.onError === 'abort' && rejected > 0) return true;
  const { maxErrors, maxErrorPercent } = plan.limits;
  if (maxErrors !== null && rejected > maxErrors) return true;
  // 0.57 × 10,000 is 5,699.999… in doubles: a share that is exactly at the limit is within it.
  return maxErrorPercent !== null && rejected * 100 > maxErrorPercent * books.read * (1 + 4 * Number.EPSILON);
};
