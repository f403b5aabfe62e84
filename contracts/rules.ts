/**
 * Rules of an import beyond the dataset's own: what a row, a field, the file as a whole must look like, and what is only odd. Kept in the
 * plan; docs/validation.md has an example of each. What a schema cannot say (an expression that does not parse, a field that there is not, a
 * comparison of a date with a number) core/validation/check-rules.ts refuses, also at definition time.
 */
import { z } from 'zod';
import type { Severity } from './issue-codes.ts';

const severity = z.enum(['error', 'warning', 'info'] as const satisfies readonly Severity[]);
/** Shown beside an issue, counted and limited by it. */
export const ruleNameSchema = z.string().regex(/^[a-z][a-z0-9_]{0,62}$/, 'lower case letters, digits and _ only');
/** CEL (cel.dev) over the row's fields by name; `source["Column"]`, `source["#3"]` is the text of a source column. */
export const expressionSchema = z.string().min(1).max(4_000);
const fieldName = z.string().min(1).max(63);
const share = z.number().min(0).max(1);
/** Numbers and dates as text, so that nothing is rounded. */
const bound = z.string().min(1).max(100);
const named = { name: ruleNameSchema, severity: severity.default('error'), /** For people: what is expected and how to mend it; never a value. */ message: z.string().min(1).max(500).optional() };

/** Judges the file as a whole; a broken one with severity error stops the job before anything is written. */
export const fileRuleKinds = ['row_count', 'fill_rate', 'duplicate_share', 'sum', 'columns', 'drift'] as const;
export const ruleKinds = ['row', 'field', 'unique', 'reference', 'quality', ...fileRuleKinds] as const;

const rule = <Kind extends string, Shape extends z.ZodRawShape>(kind: Kind, shape: Shape) => z.object({ kind: z.literal(kind), ...named, ...shape }).strict().readonly();

/** What a cell is compared with: each that is said must hold. */
const fieldChecks = {
  required: z.boolean().optional(), minLength: z.number().int().nonnegative().optional(), maxLength: z.number().int().positive().optional(),
  min: bound.optional(), max: bound.optional(), /** RE2, the whole text. */ pattern: z.string().min(1).max(1_000).optional(),
  values: z.array(z.string().max(1_000)).min(1).max(10_000).readonly().optional(),
};

export const qualityChecks = ['placeholder', 'swapped_day_month', 'swapped_coordinates', 'outside_area', 'mojibake', 'leading_apostrophe', 'outlier'] as const;
export type QualityCheck = (typeof qualityChecks)[number];

export const ruleSchema = z.discriminatedUnion('kind', [
  /** CEL that must be true; null where an operand is null ("not applicable"), unless it asks for null itself. `when` limits it to rows. */
  rule('row', { check: expressionSchema, when: expressionSchema.optional(), /** Where the issue is shown. */ field: fieldName.optional() }),
  rule('field', { field: fieldName, when: expressionSchema.optional(), ...fieldChecks }),
  /** No two rows of the file, and no other record of the dataset, have the same values; rows with a null are left out. */
  rule('unique', { fields: z.array(fieldName).min(1).max(16).readonly() }),
  /** The value is one of that field of another dataset, as it stands at reconcile. */
  rule('reference', { field: fieldName, dataset: z.string(), of: fieldName }),
  rule('quality', {
    // What is only odd is told and loaded.
    severity: severity.default('warning'),
    check: z.enum(qualityChecks), fields: z.array(fieldName).min(1).max(100).readonly().optional(),
    /** Of `outside_area`: west, south, east, north in degrees. */
    area: z.tuple([z.number(), z.number(), z.number(), z.number()]).readonly().optional(),
    /** Of `outlier`: distance from the median in median absolute deviations. */
    deviations: z.number().positive().max(1_000).optional(),
    /** Of `placeholder`: more values that stand for nothing. */
    values: z.array(z.string().max(200)).max(1_000).readonly().optional(),
  }),
  rule('row_count', { min: z.number().int().nonnegative().optional(), max: z.number().int().nonnegative().optional() }),
  rule('fill_rate', { field: fieldName, min: share.optional(), max: share.optional() }),
  rule('duplicate_share', { max: share }),
  /** Exact sum of a numeric field over the rows that stand. */
  rule('sum', { field: fieldName, equals: bound.optional(), min: bound.optional(), max: bound.optional() }),
  rule('columns', { expected: z.array(z.string().min(1).max(1_000)).min(1).max(10_000).readonly(), others: z.enum(['accept', 'refuse']).default('accept') }),
  /** Against the median of the last deliveries of this dataset and partner; silent before there are `atLeast`. */
  rule('drift', {
    of: z.enum(['row_count', 'fill_rate']), fields: z.array(fieldName).max(100).readonly().optional(),
    last: z.number().int().min(1).max(100).default(5), atLeast: z.number().int().min(1).max(100).default(3), maxChangePercent: z.number().positive().max(10_000),
  }),
]);
export type Rule = z.infer<typeof ruleSchema>;
export type RuleKind = Rule['kind'];
export type RuleOf<Kind extends RuleKind> = Extract<Rule, { readonly kind: Kind }>;
export type FileRule = RuleOf<(typeof fileRuleKinds)[number]>;
export const isFileRule = (candidate: Rule): candidate is FileRule => (fileRuleKinds as readonly RuleKind[]).includes(candidate.kind);

/** Whether a row that breaks the rule is rejected; else it is told, and loaded all the same. */
export const rejectsRows = ({ severity: level }: Pick<Rule, 'severity'>, onError: 'abort' | 'quarantine' | 'warn'): boolean => level === 'error' && onError !== 'warn';

export const rulesSchema = z.array(ruleSchema).max(500).readonly()
  .refine((rules) => new Set(rules.map(({ name }) => name)).size === rules.length, 'two rules have one name');

/** A limit of its own for a rule, an issue's code or a severity; judged like the others before the commit. */
export const limitBySchema = z.object({
  rule: ruleNameSchema.optional(), code: z.string().max(100).optional(), severity: severity.optional(),
  max: z.number().int().nonnegative().nullable().default(null), maxPercent: z.number().min(0).max(100).nullable().default(null),
}).strict().readonly().refine(({ rule: ruleName, code, severity: level }) => [ruleName, code, level].filter((said) => said !== undefined).length === 1, 'one of rule, code, severity');
export type LimitBy = z.infer<typeof limitBySchema>;

/** Fills a field with the hash (SHA-256, hex) of others, for lists without an id; as a field's `hashOf`, said by the import. */
export const derivedKeySchema = z.object({ field: fieldName, of: z.array(fieldName).min(1).max(100).readonly() }).strict().readonly();
export type DerivedKey = z.infer<typeof derivedKeySchema>;
