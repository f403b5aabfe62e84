/**
 * The plan: one immutable, hashed document that says how a file is read, mapped, checked and loaded (design 10.1). Nothing about a
 * row's treatment stands anywhere else; workflows carry its id only. A late contradiction (a date order that one chunk disproves)
 * makes a new plan and a new epoch.
 */
import { z } from 'zod';
import { loadPolicySchema } from './load-policy.ts';
import { parseOptionsSchema } from './parse-options.ts';
import { derivedKeySchema, expressionSchema, limitBySchema, rulesSchema } from './rules.ts';
import { mostColumnsOfField, transformsSchema } from './transform.ts';

export const dateOrders = ['dmy', 'mdy', 'ymd'] as const;
export type DateOrder = (typeof dateOrders)[number];

/** How a date or timestamp column is read. */
export const dateReadingSchema = z.object({
  /** Order of day and month where both could be either; null: not known, such cells are ambiguous. */
  order: z.enum(['dmy', 'mdy']).nullable(),
  /** `operator`: said by a person, never overruled; `evidence`: decisive cells were seen; `template`: they were seen in an earlier file; `remembered`: said of an earlier file of the partner, unless cells prove otherwise; `assumed`: nothing decisive yet. */
  source: z.enum(['operator', 'evidence', 'template', 'remembered', 'assumed']),
}).strict().readonly();
export type DateReading = z.infer<typeof dateReadingSchema>;

export const mappedFieldSchema = z.object({
  field: z.string(),
  /** Source columns, from 0. Two for a point made of latitude and longitude (in this order), several where a transform makes one text of them; none for a derived key or a constant. */
  columns: z.array(z.number().int().nonnegative()).max(mostColumnsOfField).readonly(),
  /** Steps between the cells and the field's type. */
  transforms: transformsSchema.optional(),
  /** Dates and timestamps only. */
  date: dateReadingSchema.optional(),
  /** Why this column feeds this field. `remembered`: as it was confirmed for an earlier file of the partner. */
  by: z.enum(['operator', 'exact_name', 'normalised_name', 'alias', 'derived', 'evidence', 'remembered']),
  /** Of `evidence` only: from 0 to 1. */
  confidence: z.number().min(0).max(1).optional(),
}).strict().readonly();
export type MappedField = z.infer<typeof mappedFieldSchema>;

export const loadModes = ['insert', 'upsert', 'update', 'append'] as const;
export type LoadMode = (typeof loadModes)[number];
export const duplicatePolicies = ['last', 'first', 'reject'] as const;
export type DuplicatePolicy = (typeof duplicatePolicies)[number];

export const onErrorPolicies = ['abort', 'quarantine', 'warn'] as const;

export const limitsSchema = z.object({
  /** Most rows that may be rejected; null: no limit. */
  maxErrors: z.number().int().nonnegative().nullable(),
  /** Largest share of rejected rows, in percent; null: no limit. */
  maxErrorPercent: z.number().min(0).max(100).nullable(),
  /** Of single rules, codes and severities. */
  by: z.array(limitBySchema).max(500).readonly().optional(),
}).strict().readonly();
export type Limits = z.infer<typeof limitsSchema>;

export const planDocumentSchema = z.object({
  schemaVersion: z.literal(1),
  engineVersion: z.string(),
  dataset: z.string(),
  datasetVersion: z.number().int().positive(),
  parse: parseOptionsSchema,
  mapping: z.array(mappedFieldSchema).readonly(),
  /** Fields that tell a record from others; empty only in mode append. */
  key: z.array(z.string()).readonly(),
  mode: z.enum(loadModes),
  duplicates: z.enum(duplicatePolicies),
  /** abort: the first rejected row stops the job before commit; quarantine: go on, within the limits; warn: what a rule finds is told and the row is loaded all the same. */
  onError: z.enum(onErrorPolicies),
  limits: limitsSchema,
  /** IANA zone of times without zone. */
  zone: z.string(),
  /**
   * The file was written by an export of this installation: a quoted nothing is an empty text there, and where it is `guarded`, texts carry
   * an apostrophe against formulas, which is taken away (design 10.19).
   */
  fromExport: z.enum(['plain', 'guarded']).optional(),
  // Absent where nothing was said, so that plans without them keep their hash.
  /** CEL: rows for which it is not true end as `filtered`. */
  rowFilter: expressionSchema.optional(),
  rules: rulesSchema.optional(),
  derivedKey: derivedKeySchema.optional(),
  loadPolicy: loadPolicySchema.optional(),
}).strict().readonly();
export type PlanDocument = z.infer<typeof planDocumentSchema>;
