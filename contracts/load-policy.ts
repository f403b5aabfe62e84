/** What a row does to a record that exists: per field, with one default for all. docs/validation.md says each in words. */
import { z } from 'zod';

/** keep: an empty cell leaves the record's value. clear: it empties it. fill: the file's value is taken only where the record has none. */
export const emptyCellPolicies = ['keep', 'clear', 'fill'] as const;
/** Where both have a value: file wins, dataset wins, the newer by `newestBy`, the more precise. */
export const conflictPolicies = ['file', 'dataset', 'newest', 'more_precise'] as const;

const policy = z.object({
  empty: z.enum(emptyCellPolicies).optional(),
  conflict: z.enum(conflictPolicies).optional(),
}).strict().readonly();

export const loadPolicySchema = z.object({
  /** Default: clear, as the file says; a column that the file does not carry is left alone under every policy. */
  empty: z.enum(emptyCellPolicies).default('clear'),
  conflict: z.enum(conflictPolicies).default('file'),
  /** A mapped date, timestamp or number: which of record and row is newer. */
  newestBy: z.string().max(63).optional(),
  /** A cell of exactly this text empties the record's value under every policy. */
  clearToken: z.string().min(1).max(100).optional(),
  fields: z.record(z.string(), policy).default({}),
}).strict().readonly();
export type LoadPolicy = z.infer<typeof loadPolicySchema>;
