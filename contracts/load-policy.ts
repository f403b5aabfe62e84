/** What a row does to a record that exists: per field, with one default for all. docs/validation.md says each in words. */
import { z } from 'zod';
import type { PlanDocument } from './plan-document.ts';

/** keep: an empty cell leaves the record's value. clear: it empties it. fill: the file's value is taken only where the record has none. */
export const emptyCellPolicies = ['keep', 'clear', 'fill'] as const;
export type EmptyCellPolicy = (typeof emptyCellPolicies)[number];
/** Where both have a value: file wins, dataset wins, the newer by `newestBy`, the more precise. */
export const conflictPolicies = ['file', 'dataset', 'newest', 'more_precise'] as const;
export type ConflictPolicy = (typeof conflictPolicies)[number];

const policy = z.object({
  empty: z.enum(emptyCellPolicies).optional(),
  conflict: z.enum(conflictPolicies).optional(),
}).strict().readonly();

export const loadPolicySchema = z.object({
  /**
   * Not said: clear where the file wins (as it is without a policy), keep where the record may win: who says that the dataset's values stand does
   * not mean that empty cells wipe them out. A column that the file does not carry is left alone under every policy.
   */
  empty: z.enum(emptyCellPolicies).optional(),
  conflict: z.enum(conflictPolicies).default('file'),
  /** A mapped date, timestamp or number: which of record and row is newer. It follows `newest` itself, or the next row would be compared with an older one. */
  newestBy: z.string().max(63).optional(),
  /** A cell of exactly this text empties the record's value under every policy. */
  clearToken: z.string().min(1).max(100).optional(),
  fields: z.record(z.string(), policy).default({}),
}).strict().readonly();
export type LoadPolicy = z.infer<typeof loadPolicySchema>;

export interface FieldPolicy { readonly empty: EmptyCellPolicy; readonly conflict: ConflictPolicy }

const ownPolicy = ({ fields }: LoadPolicy, field: string): LoadPolicy['fields'][string] => (Object.hasOwn(fields, field) ? fields[field] ?? {} : {});

export const usesNewest = ({ conflict, fields }: LoadPolicy): boolean =>
  conflict === 'newest' || Object.values(fields).some((own) => own.conflict === 'newest');

/** What holds for a field, once defaults are filled in. */
export const fieldPolicyOf = (asked: LoadPolicy, field: string): FieldPolicy => {
  const own = ownPolicy(asked, field);
  const decides = field === asked.newestBy && usesNewest(asked);
  const conflict = own.conflict ?? (decides ? 'newest' : asked.conflict);
  const byDefault = decides && asked.empty === 'fill' ? 'keep' : asked.empty;
  return { conflict, empty: own.empty ?? byDefault ?? (conflict === 'file' ? 'clear' : 'keep') };
};

type Loading = Pick<PlanDocument, 'key' | 'mode' | 'loadPolicy'>;

/** Null: the file's value is taken as it is. Only where a row can meet a record is there anything to settle, and a key is the same on both sides. */
export const settledPolicyOf = ({ key, mode, loadPolicy }: Loading, field: string): FieldPolicy | null => {
  if (loadPolicy === undefined || mode === 'insert' || mode === 'append' || key.includes(field)) return null;
  const found = fieldPolicyOf(loadPolicy, field);
  return found.empty === 'clear' && found.conflict === 'file' ? null : found;
};

/** An empty cell may leave the record's value, so that only the dataset can say whether a required field is missing. */
export const emptyMayStay = (plan: Loading, field: string): boolean => {
  const policy = settledPolicyOf(plan, field);
  return policy !== null && (policy.empty !== 'clear' || policy.conflict === 'newest');
};
