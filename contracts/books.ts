/**
 * The books of a job: where every physical row ended (promise 1). All counts are rows.
 */
import { z } from 'zod';

export const outcomes = [
  'created', 'updated', 'unchanged', 'duplicate', 'filtered', 'quarantined', 'excluded', 'pending', 'unreadable',
] as const;
export type Outcome = (typeof outcomes)[number];

const count = z.number().int().nonnegative();
export const booksSchema = z.object({
  read: count,
  created: count, updated: count, unchanged: count, duplicate: count, filtered: count,
  quarantined: count, excluded: count, pending: count, unreadable: count,
}).readonly();
export type Books = z.infer<typeof booksSchema>;

export const emptyBooks: Books = {
  read: 0, created: 0, updated: 0, unchanged: 0, duplicate: 0, filtered: 0, quarantined: 0, excluded: 0, pending: 0, unreadable: 0,
};

/** True when every row that was read ended in exactly one outcome. */
export const balances = (books: Books): boolean =>
  books.read === outcomes.reduce((sum, outcome) => sum + books[outcome], 0);
