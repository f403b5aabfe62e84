/**
 * A dataset: a table of PostgreSQL as Waybill knows it. The plain form (name, description, fields with name, type, required, key,
 * description) is valid as it stands; everything else has a default.
 */
import { z } from 'zod';

/** Types as people name them. `country`, `phone`, `email`, `code` are texts with a meaning; `number` is exact. */
export const fieldTypes = [
  'text', 'integer', 'number', 'boolean', 'date', 'timestamp', 'uuid', 'json', 'enum', 'text_list', 'point',
  'country', 'phone', 'email', 'code', 'other',
] as const;
export type FieldType = (typeof fieldTypes)[number];

/** A name that is safe as an SQL identifier after quoting and readable without. */
const identifier = z.string().min(1).max(63).regex(/^[^\u0000-\u001f"]+$/, 'no control characters and no double quotes');

export const fieldDefinitionSchema = z.object({
  name: identifier,
  type: z.enum(fieldTypes),
  required: z.boolean().default(false),
  key: z.boolean().default(false),
  description: z.string().max(2000).default(''),
  label: z.string().max(200).optional(),
  /** Other names by which partners call the field; matched exactly after normalisation. */
  aliases: z.array(z.string().min(1).max(200)).max(100).default([]),
  /** The column's type in PostgreSQL, e.g. `numeric(12,2)`, `integer`, `timestamp with time zone`. Set by introspection, or derived from `type`. */
  pgType: z.string().min(1).max(200).optional(),
  /** Values of an enum, in order. */
  values: z.array(z.string().max(1000)).max(10_000).optional(),
  /** Longest text in characters. */
  maxLength: z.number().int().positive().optional(),
  /** Digits of an exact number: all, and after the point. */
  precision: z.number().int().min(1).max(1000).optional(),
  scale: z.number().int().min(0).max(1000).optional(),
  /** Inclusive range; numbers and dates as text, so that nothing is rounded. */
  min: z.string().max(100).optional(),
  max: z.string().max(100).optional(),
  /** Filled by a hash (SHA-256, hex) of these fields' texts, for lists without an id. Such a field takes no source column. */
  hashOf: z.array(identifier).min(1).max(100).optional(),
  /** The table fills it when it is not mapped (default, identity, generated). */
  hasDefault: z.boolean().default(false),
  /** Generated always: may not be written. */
  readOnly: z.boolean().default(false),
}).strict().readonly();
export type FieldDefinition = z.infer<typeof fieldDefinitionSchema>;

export const datasetDefinitionSchema = z.object({
  name: z.string().regex(/^[a-z][a-z0-9_.]{0,62}$/, 'lower case letters, digits, _ and . only'),
  description: z.string().max(4000).default(''),
  label: z.string().max(200).optional(),
  /** Where the records live; the default is `registry.<name>`. */
  table: z.object({ schema: identifier, name: identifier }).strict().readonly().optional(),
  fields: z.array(fieldDefinitionSchema).min(1).max(1600),
  /** True when Waybill made the table (it may then drop and re-make its indexes while the table is empty). */
  managed: z.boolean().default(false),
}).strict().superRefine((dataset, context) => {
  const names = new Set<string>();
  dataset.fields.forEach((field, index) => {
    if (names.has(field.name)) context.addIssue({ code: 'custom', path: ['fields', index, 'name'], message: `the field ${field.name} stands twice` });
    names.add(field.name);
    if (field.type === 'enum' && (field.values === undefined || field.values.length === 0))
      context.addIssue({ code: 'custom', path: ['fields', index, 'values'], message: 'an enum needs its values' });
  });
  dataset.fields.forEach((field, index) => {
    for (const source of field.hashOf ?? [])
      if (!names.has(source) || source === field.name)
        context.addIssue({ code: 'custom', path: ['fields', index, 'hashOf'], message: `${source} is not another field of the dataset` });
  });
});
export type DatasetDefinition = z.infer<typeof datasetDefinitionSchema>;

export const keyFieldsOf = (dataset: DatasetDefinition): readonly string[] =>
  dataset.fields.filter((field) => field.key).map((field) => field.name);
