import type { Books } from '../contracts/books.ts';
import type { ExceededLimit } from '../contracts/file-findings.ts';
import type { PlanDocument } from '../contracts/plan-document.ts';
import type { LimitBy } from '../contracts/rules.ts';

interface Counted { readonly count: number; readonly max: number | null; readonly maxPercent: number | null }

/**
 * Judged on the whole file before the commit, so there is nothing to roll back (asks 3). A percentage is of the rows read without those that the
 * row filter leaves out: they cannot be rejected, and would hide how many of the others are.
 */
export const exceededLimits = (
  books: Pick<Books, 'read' | 'filtered' | 'quarantined' | 'unreadable'>, { onError, limits }: Pick<PlanDocument, 'onError' | 'limits'>, limited: readonly number[] = [],
): readonly ExceededLimit[] => {
  const read = books.read - books.filtered;
  const count = books.quarantined + books.unreadable;
  const exceeded = (limit: Counted): boolean => (limit.max !== null && limit.count > limit.max) || (limit.maxPercent !== null && isMore(limit.count, limit.maxPercent, read));
  const all: readonly ExceededLimit[] = [
    ...(onError === 'abort' ? [{ limit: 'first_error' as const, name: null, count, read, max: 0, maxPercent: null }] : []),
    { limit: 'max_errors', name: null, count, read, max: limits.maxErrors, maxPercent: null },
    { limit: 'max_error_percent', name: null, count, read, max: null, maxPercent: limits.maxErrorPercent },
    ...(limits.by ?? []).map((by, at) => ({ ...nameOf(by), count: limited[at] ?? 0, read, max: by.max, maxPercent: by.maxPercent })),
  ];
  return all.filter(exceeded);
};

/** 0.57 × 10,000 is 5,699.999… in doubles: a share that is exactly at the limit is within it. */
const isMore = (count: number, percent: number, read: number): boolean => count * 100 > percent * read * (1 + 4 * Number.EPSILON);

const nameOf = ({ rule, code, severity }: LimitBy): Pick<ExceededLimit, 'limit' | 'name'> =>
  rule !== undefined ? { limit: 'rule', name: rule } : code !== undefined ? { limit: 'code', name: code } : { limit: 'severity', name: severity ?? null };
