/** What is found of a file as a whole: verdicts of its rules and limits that were exceeded. Counts, shares, sums and names of our own; never a cell. */
import { z } from 'zod';
import { ruleKinds } from './rules.ts';

/** not_judged: there is nothing to judge by (no row stands, too few deliveries, no column feeds the field). */
export const verdicts = ['holds', 'broken', 'not_judged'] as const;
export type Verdict = (typeof verdicts)[number];
const severity = z.enum(['error', 'warning', 'info']);

export const fileFindingSchema = z.object({
  rule: z.string(),
  kind: z.enum(ruleKinds),
  severity,
  verdict: z.enum(verdicts),
  field: z.string().nullable(),
  /** Numbers as text, so that nothing is rounded; null: there is nothing to measure. */
  measured: z.string().nullable(),
  expected: z.string(),
  /** Columns by the names of the rule, or `#n` from 1 where only the file names them. */
  columns: z.array(z.string()).readonly().optional(),
  message: z.string(),
  remedy: z.string(),
}).strict().readonly();
export type FileFinding = z.infer<typeof fileFindingSchema>;

export const limitKinds = ['first_error', 'max_errors', 'max_error_percent', 'rule', 'code', 'severity'] as const;
export const exceededLimitSchema = z.object({
  limit: z.enum(limitKinds),
  /** Of the rule, the code or the severity. */
  name: z.string().nullable(),
  /** Rows. */
  count: z.number().int().nonnegative(),
  /** Rows read, without those that were filtered. */
  read: z.number().int().nonnegative(),
  max: z.number().int().nonnegative().nullable(),
  maxPercent: z.number().min(0).max(100).nullable(),
}).strict().readonly();
export type ExceededLimit = z.infer<typeof exceededLimitSchema>;

export const judgementSchema = z.object({
  fileFindings: z.array(fileFindingSchema).readonly(),
  exceededLimits: z.array(exceededLimitSchema).readonly(),
}).strict().readonly();
export type Judgement = z.infer<typeof judgementSchema>;
export const noJudgement: Judgement = { fileFindings: [], exceededLimits: [] };

/** An earlier delivery, as far as drift is judged by it. */
export interface Delivery {
  readonly rowsRead: number;
  /** Field → share of the rows read in which its column was filled. */
  readonly fillRates: Readonly<Record<string, number>>;
}

const records = z.number().int().nonnegative();
/** How many of the records that a draft would change change in which field. */
export const fieldChangeSchema = z.object({
  field: z.string(),
  /** All of them. */
  changed: records,
  /** Of them: the record had no value. */
  filled: records,
  /** Of them: the record has none any more. */
  emptied: records,
}).readonly();
export type FieldChange = z.infer<typeof fieldChangeSchema>;
/** A dry run's draft, as it is shown. */
export const draftSummarySchema = z.object({ created: records, updated: records, fields: z.array(fieldChangeSchema).readonly() }).readonly();
