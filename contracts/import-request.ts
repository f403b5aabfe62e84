/** What an operator or a client asks for when an import starts; kept with the job as it was asked. */
import { z } from 'zod';
import { sha256Schema } from './ids.ts';
import { parseOverridesSchema } from './parse-options.ts';
import { duplicatePolicies, loadModes, onErrorPolicies } from './plan-document.ts';
import { whenUnsureWords } from './job-question.ts';
import { loadPolicySchema } from './load-policy.ts';
import { derivedKeySchema, expressionSchema, limitBySchema, rulesSchema } from './rules.ts';
import { templateRefSchema } from './template.ts';
import { mostColumnsOfField, transformsSchema } from './transform.ts';

export const mapEntrySchema = z.object({
  /** Source columns by name, or `#n` from 1. Two make a point: latitude, longitude; several need a transform that makes one text of them, none a constant. */
  columns: z.array(z.string().min(1)).max(mostColumnsOfField).readonly(),
  field: z.string().min(1),
  transforms: transformsSchema.optional(),
}).strict().readonly();

export const importRequestSchema = z.object({
  sha256: sha256Schema,
  fileName: z.string().max(1000),
  dataset: z.string(),
  mode: z.enum(loadModes).optional(),
  key: z.array(z.string()).max(32).readonly().optional(),
  map: z.array(mapEntrySchema).max(1600).readonly().default([]),
  /** Field → order of day and month, as the operator knows it. */
  dateOrders: z.record(z.string(), z.enum(['dmy', 'mdy'])).default({}),
  duplicates: z.enum(duplicatePolicies).default('last'),
  onError: z.enum(onErrorPolicies).default('quarantine'),
  maxErrors: z.number().int().nonnegative().nullable().default(null),
  maxErrorPercent: z.number().min(0).max(100).nullable().default(null),
  /** Limits of single rules, codes and severities. */
  limitsBy: z.array(limitBySchema).max(500).readonly().optional(),
  rowFilter: expressionSchema.optional(),
  rules: rulesSchema.optional(),
  derivedKey: derivedKeySchema.optional(),
  loadPolicy: loadPolicySchema.optional(),
  partner: z.string().max(200).nullable().default(null),
  purpose: z.string().max(200).nullable().default(null),
  zone: z.string().max(100).default('UTC'),
  parse: parseOverridesSchema.default({}),
  /** The treatment to start from; what the import says besides overrules it. */
  template: templateRefSchema.optional(),
  /** True: none is taken, also where the file is recognised. */
  noTemplate: z.boolean().optional(),
  /** True: what the template's policy asks about is taken as it is, this once. */
  acceptDrift: z.boolean().optional(),
  /** Names of the options that were said: a default that was said overrules a template, one that was not does not. */
  said: z.array(z.string().max(40)).max(40).readonly().optional(),
  /** Absent: refuse. */
  whenUnsure: z.enum(whenUnsureWords).optional(),
  dryRun: z.boolean().default(false),
  again: z.boolean().default(false),
}).strict().readonly();
export type ImportRequest = z.infer<typeof importRequestSchema>;
export type ImportRequestInput = z.input<typeof importRequestSchema>;
