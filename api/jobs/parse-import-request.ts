/** From the GraphQL input to the request as contracts know it. */
import type { z } from 'zod';
import { WaybillError } from '../../contracts/errors.ts';
import { importRequestSchema, type ImportRequest } from '../../contracts/import-request.ts';
import { parseTransforms } from '../../contracts/transform.ts';
import { parseOverridesSchema, type ParseOverrides } from '../../contracts/parse-options.ts';

type Fields = Readonly<Record<string, unknown>>;

/** GraphQL's null means "not said", but for the few names where null is a word of its own. */
export const withoutNulls = (fields: Fields, keep: readonly string[] = []): Record<string, unknown> =>
  Object.fromEntries(Object.entries(fields).filter(([name, value]) => value !== undefined && (value !== null || keep.includes(name))));

/** The place is a path of our own names; zod's messages may repeat what was typed and stay here. */
const requestInvalid = (error: z.ZodError, what: string): WaybillError => {
  const [first] = error.issues;
  const path = first?.path.map(String).join('.') ?? '';
  return new WaybillError('REQUEST_INVALID', `The ${what} is not valid${path === '' ? '' : ` at ${path}`}.`, { field: path, fault: first?.code ?? 'custom' });
};

export const parseWith = <Schema extends z.ZodType>(schema: Schema, value: unknown, what: string): z.output<Schema> => {
  const result = schema.safeParse(value);
  if (!result.success) throw requestInvalid(result.error, what);
  return result.data;
};

export const parseOverrides = (value: Fields | null | undefined): ParseOverrides =>
  parseWith(parseOverridesSchema, withoutNulls(value ?? {}, ['quote']), 'parse');

interface DateOrderEntry { readonly field: string; readonly order: string }

/** Steps have an error of their own, with the step's place. */
const parseMapEntries = (entries: readonly Fields[] | undefined): readonly Fields[] | undefined => entries?.map((entry, index) => {
  const { transforms, ...fields } = withoutNulls(entry);
  return { ...fields, ...(transforms === undefined ? {} : { transforms: parseTransforms(transforms, `map[${index}].transforms`) }) };
});

/** Lists and nested inputs in the form of the contracts; what was not said is left to their defaults. */
export const importFields = (input: Fields): Record<string, unknown> => {
  const fields = withoutNulls(input);
  const orders = fields['dateOrders'] as readonly DateOrderEntry[] | undefined;
  const parse = fields['parse'] as Fields | undefined;
  const map = parseMapEntries(fields['map'] as readonly Fields[] | undefined);
  return {
    ...fields,
    ...(map === undefined ? {} : { map }),
    ...(orders === undefined ? {} : { dateOrders: Object.fromEntries(orders.map(({ field, order }) => [field, order])) }),
    ...(parse === undefined ? {} : { parse: withoutNulls(parse, ['quote']) }),
  };
};

/** Options that a template has too: a default that was said is not one that was not. */
const ofTemplates = ['mode', 'key', 'map', 'dateOrders', 'duplicates', 'onError', 'maxErrors', 'maxErrorPercent', 'limitsBy', 'rowFilter', 'rules', 'derivedKey', 'loadPolicy', 'zone'] as const satisfies readonly (keyof ImportRequest)[];

export const parseImportRequest = (input: Fields): ImportRequest => {
  const fields = importFields(input);
  return parseWith(importRequestSchema, { ...fields, said: ofTemplates.filter((name) => fields[name] !== undefined) }, 'input');
};
