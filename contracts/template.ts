/**
 * A template: the treatment of a plan (how a file is read, mapped, checked and loaded) under a name, without what only one file has. Versions
 * are immutable; a job pins one. docs/templates.md shows the form and what each policy does.
 */
import { z } from 'zod';
import { parseOverridesSchema, sourceFormats } from './parse-options.ts';
import { mappedFieldSchema, planDocumentSchema } from './plan-document.ts';
import { mostColumnsOfField } from './transform.ts';

export const templateNameSchema = z.string().regex(/^[a-z0-9][a-z0-9_.-]{0,62}$/, 'lower case letters, digits, _, . and - only');
export const templateRefSchema = z.object({ name: templateNameSchema, /** Absent: the newest. */ version: z.number().int().positive().optional() }).strict().readonly();
export type TemplateRef = z.infer<typeof templateRefSchema>;

/** What most values of a column look like; `empty`: the sample had none. */
export const columnKinds = ['empty', 'number', 'date', 'time', 'uuid', 'email', 'url', 'flag', 'code', 'text'] as const;
export type ColumnKind = (typeof columnKinds)[number];

/** The shape by which the next file is recognised. */
export const sourceShapeSchema = z.object({
  format: z.enum(sourceFormats),
  /** False: the file names no columns; they are known by their places, number and kinds. */
  named: z.boolean(),
  columns: z.array(z.object({
    name: z.string().max(10_000), kind: z.enum(columnKinds),
    /** Of formats whose records name their values: most records do not have it, so that a file may well be without. */
    rare: z.literal(true).optional(),
  }).strict().readonly()).min(1).max(10_000).readonly(),
}).strict().readonly();
export type SourceShape = z.infer<typeof sourceShapeSchema>;

/** Each record names its values: columns are those that some record has, in no order of their own. */
export const namesItsValues = ({ format }: Pick<SourceShape, 'format'>): boolean => format === 'json' || format === 'jsonl' || format === 'geojson' || format === 'xml';

export const driftKinds = ['new', 'missing', 'renamed', 'retyped', 'moved'] as const;
export type DriftKind = (typeof driftKinds)[number];
export const driftHandlings = ['accept', 'ask', 'refuse'] as const;
export type DriftHandling = (typeof driftHandlings)[number];
const handling = (by: DriftHandling) => z.enum(driftHandlings).default(by);
/** What is done where a file differs; whatever is done, it is told. */
export const driftPolicySchema = z.object({
  new: handling('accept'), missing: handling('ask'), renamed: handling('ask'), retyped: handling('ask'), moved: handling('accept'),
}).strict().readonly();
export type DriftPolicy = z.infer<typeof driftPolicySchema>;

export const templateFieldSchema = mappedFieldSchema.unwrap().extend({
  /** Names of source columns, or `#n` from 1. */
  columns: z.array(z.string().min(1).max(10_000)).max(mostColumnsOfField).readonly(),
  by: mappedFieldSchema.unwrap().shape.by.default('operator'),
}).strict().readonly();
export type TemplateField = z.infer<typeof templateFieldSchema>;

const { dataset, key, mode, duplicates, onError, limits, zone, rowFilter, rules, derivedKey, loadPolicy } = planDocumentSchema.unwrap().shape;

export const templateDocumentSchema = z.object({
  schemaVersion: z.literal(1),
  dataset,
  source: sourceShapeSchema,
  /** What is said of the next file instead of detecting it. */
  parse: parseOverridesSchema.default({}),
  mapping: z.array(templateFieldSchema).min(1).max(1_600).readonly(),
  key, mode, duplicates, onError, limits, zone, rowFilter, rules, derivedKey, loadPolicy,
  drift: driftPolicySchema.prefault({}),
}).strict().readonly();
export type TemplateDocument = z.infer<typeof templateDocumentSchema>;

/** One file: one template, with one version or all of them. */
export const templateFileSchema = z.object({
  kind: z.literal('waybill-template'),
  schemaVersion: z.literal(1),
  name: templateNameSchema,
  partner: z.string().min(1).max(200).nullable().default(null),
  versions: z.array(z.object({ version: z.number().int().positive().max(1_000_000), document: templateDocumentSchema }).strict().readonly()).min(1).max(10_000).readonly()
    .refine((versions) => versions.every(({ version }, index) => index === 0 || version > (versions[index - 1]?.version ?? 0)), 'the versions do not ascend'),
}).strict().readonly();
export type TemplateFile = z.infer<typeof templateFileSchema>;

/** A difference between the file and the template. Names of columns are headers: they stand in the job and nowhere else. */
export const driftFindingSchema = z.object({
  kind: z.enum(driftKinds),
  /** The column's name in the file, of a missing one in the template; null where there are no names. */
  column: z.string().nullable(),
  /** Its place in the file from 1; null: it is not there. */
  no: z.number().int().positive().nullable(),
  /** Its name and place in the template; null: it is not there. */
  was: z.string().nullable(),
  wasNo: z.number().int().positive().nullable(),
  /** What it feeds by the template. */
  fields: z.array(z.string()).readonly(),
  handling: z.enum(driftHandlings),
  /** In words; never a value. */
  why: z.string(),
}).strict().readonly();
export type DriftFinding = z.infer<typeof driftFindingSchema>;

/** What a job tells of its template. */
export const templateReportSchema = z.object({
  name: templateNameSchema,
  version: z.number().int().positive(),
  /** asked: named by the import; recognised: by the file's shape. */
  by: z.enum(['asked', 'recognised']),
  /** Options of the import that stand in the place of the template's. */
  overruled: z.array(z.string()).readonly(),
  drift: z.array(driftFindingSchema).readonly(),
}).strict().readonly();
export type TemplateReport = z.infer<typeof templateReportSchema>;
