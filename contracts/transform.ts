/**
 * Transforms of a mapped field: steps that turn cells of a foreign notation into what the field's type reads, defined with the import and
 * pinned in the plan. docs/transforms.md has an example of each function. What the schema cannot say (a pattern that RE2 refuses, neighbours
 * that do not fit) core/transform/compile-transforms.ts refuses, also at definition time.
 */
import { z } from 'zod';
import { WaybillError } from './errors.ts';
import { expressionSchema } from './rules.ts';

/** Half a surrogate pair is no character: it could not be stored. */
const wellFormed = (text: string): boolean => !/\p{Cs}/u.test(text) && !text.includes('\u0000');
const text = (most: number) => z.string().max(most).refine(wellFormed, 'half a character or NUL');
const value = text(10_000);
const words = z.array(text(100).min(1)).min(1).max(100).readonly();

const step = <Name extends string, Shape extends z.ZodRawShape>(fn: Name, shape: Shape) => z.object({ fn: z.literal(fn), ...shape }).strict().readonly();
const pattern = z.string().min(1).max(1_000);
/** BCP 47, as `tr` or `pt-BR`. */
const locale = z.string().regex(/^[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*$/, 'it is a language, with its country where that matters, as es or pt-BR');
/** The first of the hundred years that a year of two digits can mean. */
const pivot = z.number().int().min(1).max(9_900);
const mostFormats = 20;
const formats = z.array(text(60).min(1)).min(1).max(mostFormats).readonly();
const part = z.number().int().min(-1_000).max(1_000).refine((number) => number !== 0, 'parts count from 1, or from -1 at the end');

export const languageNames = ['en', 'es', 'fr', 'pt', 'de'] as const;
export const coordinateForms = ['auto', 'decimal', 'dms', 'utm', 'mgrs', 'wkt', 'geojson'] as const;
export type CoordinateForm = (typeof coordinateForms)[number];
export const unknownPolicies = ['block', 'quarantine', 'null', 'keep', 'set'] as const;
export const dateParts = ['day', 'month', 'year'] as const;
export type DatePart = (typeof dateParts)[number];

export const transformStepSchema = z.discriminatedUnion('fn', [
  step('trim', {}),
  step('collapse', {}),
  step('upper', { locale: locale.optional() }),
  step('lower', { locale: locale.optional() }),
  step('title', { locale: locale.optional() }),
  step('normalize', { form: z.enum(['NFC', 'NFKC']).default('NFC') }),
  step('split', { separator: text(20).min(1), part }),
  step('substring', { start: part, length: z.number().int().min(1).max(1_000_000).optional() }),
  step('replace', { pattern, with: text(1_000), first: z.boolean().default(false) }),
  step('extract', { pattern, group: z.number().int().min(0).max(50).optional(), unmatched: z.enum(['null', 'keep', 'quarantine']).default('null') }),
  step('default', { value: value.min(1) }),
  step('constant', { value: value.min(1) }),
  step('join', { separator: text(20).default(' ') }),
  step('coalesce', {}),
  step('number', {
    decimal: z.enum(['.', ',']).optional(), group: z.enum(['.', ',', ' ', "'", '']).optional(), locale: locale.optional(),
    currency: words.optional(), percent: z.enum(['divide', 'drop', 'refuse']).default('divide'),
  }),
  step('units', { from: text(20).min(1).optional(), to: text(20).min(1), decimals: z.number().int().min(0).max(30).optional() }),
  step('boolean', { true: words.optional(), false: words.optional() }),
  step('date', { formats, pivot: pivot.optional(), zone: z.string().max(100).optional() }),
  step('date_parts', { order: z.array(z.enum(dateParts)).min(1).max(3).readonly().default(['day', 'month', 'year']), partial: z.boolean().default(false), pivot: pivot.optional() }),
  step('partial_date', { formats: formats.optional(), pivot: pivot.optional() }),
  step('name', { part: z.enum(['family', 'given']), by: z.enum(['auto', 'comma', 'last_word']).default('auto') }),
  step('phone', { country: z.string().regex(/^[A-Z]{2}$/, 'it is two capital letters, as ES').optional() }),
  step('country', { to: z.enum(['alpha2', 'alpha3']).default('alpha2') }),
  step('language', { to: z.enum(['alpha2', 'alpha3']).default('alpha2') }),
  step('coordinates', { form: z.enum(coordinateForms).default('auto'), order: z.enum(['latlon', 'lonlat']).default('latlon'), zoneLetter: z.enum(['band', 'hemisphere']).optional() }),
  step('map', {
    table: z.record(text(1_000), value.nullable()).refine((table) => Object.keys(table).length <= 10_000, 'at most 10,000 codes'),
    unknown: z.enum(unknownPolicies), value: value.optional(), fold: z.boolean().default(false),
  }),
  step('hash', {}),
  /** CEL over `value`, or over `cells`, where it makes one text of several columns. */
  step('expression', { cel: expressionSchema, zone: z.string().max(100).optional() }),
]);
export type TransformStep = z.infer<typeof transformStepSchema>;
export type TransformName = TransformStep['fn'];
export type StepOf<Name extends TransformName> = Extract<TransformStep, { readonly fn: Name }>;

/** Columns that one field may be made of. */
export const mostColumnsOfField = 16;
export const mostSteps = 32;
export const transformsSchema = z.array(transformStepSchema).min(1).max(mostSteps).readonly();

export const transformInvalid = (why: string, at = ''): WaybillError =>
  new WaybillError('TRANSFORM_INVALID', at === '' ? why : `${at} cannot be used: ${why}`, at === '' ? {} : { at });

const transformNames: readonly string[] = transformStepSchema.options.map((option) => option.unwrap().shape.fn.value);

const nameOf = (step: unknown): unknown => (typeof step === 'object' && step !== null ? (step as Readonly<Record<string, unknown>>)['fn'] : undefined);

/** Steps as they were written, or TRANSFORM_INVALID with the place (`map[3].transforms[1].part`) and what is wrong there. */
export const parseTransforms = (written: unknown, at: string): readonly TransformStep[] => {
  const parsed = transformsSchema.safeParse(written);
  if (parsed.success) return parsed.data;
  if (!Array.isArray(written) || written.length === 0 || written.length > mostSteps) throw transformInvalid(`write a list of 1 to ${mostSteps} steps, each as {"fn": "…"}.`, at);
  const index = written.findIndex((step) => !transformStepSchema.safeParse(step).success);
  const place = `${at}[${index}]`;
  const name = nameOf(written[index]);
  if (typeof name !== 'string') throw transformInvalid('a step needs the name of its function, as {"fn": "trim"}.', place);
  if (!transformNames.includes(name)) throw transformInvalid(`there is no such function; there are ${transformNames.join(', ')}.`, place);
  throw argumentInvalid(written[index], place);
};

const kindNames: Readonly<Record<string, string>> = { string: 'a text in quotes', number: 'a number', int: 'a whole number', boolean: 'true or false', array: 'a list', record: 'an object, as {"code": "value"}' };

const measured = (size: number, origin: string): string => {
  const unit = origin === 'string' ? ' character' : origin === 'array' ? ' value' : '';
  return `${size}${unit}${unit === '' || size === 1 ? '' : 's'}`;
};

type Fault = z.core.$ZodIssue;

/** What is expected instead; never what was written, which may be a value. */
const expectationOf = (fault: Fault): string => {
  if (fault.code === 'invalid_type') return `it must be ${kindNames[fault.expected] ?? fault.expected}`;
  if (fault.code === 'too_small') return `at least ${measured(Number(fault.minimum), fault.origin)}`;
  if (fault.code === 'too_big') return `at most ${measured(Number(fault.maximum), fault.origin)}`;
  return fault.code === 'invalid_value' ? `it is one of ${fault.values.map((value) => JSON.stringify(String(value))).join(', ')}` : fault.message;
};

const argumentsOf = (name: unknown): readonly string[] =>
  transformStepSchema.options.map((option) => option.unwrap().shape).filter(({ fn }) => fn.value === name).flatMap((shape) => Object.keys(shape)).filter((key) => key !== 'fn');

const argumentInvalid = (step: unknown, place: string): WaybillError => {
  const [first] = transformStepSchema.safeParse(step).error?.issues ?? [];
  // The keys of a lookup table are values of cells: they stay out.
  const [argument] = first?.path.map(String) ?? [];
  if (first === undefined || argument === undefined) {
    const known = argumentsOf(nameOf(step));
    return transformInvalid(`it has an argument that the function does not take; ${known.length === 0 ? 'it takes none' : `it takes ${known.join(', ')}`}.`, place);
  }
  const isMissing = (step as Readonly<Record<string, unknown>>)[argument] === undefined;
  return transformInvalid(isMissing ? 'it is missing.' : `${expectationOf(first)}.`, `${place}.${argument}`);
};
