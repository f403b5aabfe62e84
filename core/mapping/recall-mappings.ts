/** What is taken of a file as it was confirmed for an earlier one of the partner: columns, field and transforms whole, or not at all and with the reason told. */
import type { DatasetDefinition, FieldDefinition } from '../../contracts/dataset-definition.ts';
import { isWaybillError } from '../../contracts/errors.ts';
import type { ParseOptions } from '../../contracts/parse-options.ts';
import type { MappedField } from '../../contracts/plan-document.ts';
import { transformsSchema, type TransformStep } from '../../contracts/transform.ts';
import { checkSteps } from '../transform/check-transforms.ts';
import { rememberedNames, type Confirmation, type Confirmations } from './confirmed-names.ts';
import { readFieldSample, type SampledField } from './read-field-sample.ts';
import type { SampledColumns } from './sample-columns.ts';

export interface LeftOut {
  readonly field: string;
  /** Folded names, as they were confirmed. */
  readonly columns: readonly string[];
  /** Those that the file has, from 0. */
  readonly found: readonly number[];
  readonly transformed: boolean;
  /** In words, without a value. */
  readonly why: string;
}

export interface Recall {
  /** All `remembered`. */
  readonly fields: readonly MappedField[];
  readonly leftOut: readonly LeftOut[];
}

export interface RecallOrder {
  readonly parse: ParseOptions;
  readonly definition: DatasetDefinition;
  readonly confirmed: Confirmations;
  /** What the import says itself. */
  readonly said: readonly MappedField[];
}

export const recallMappings = ({ parse, definition, confirmed, said }: RecallOrder): Recall => {
  const names = rememberedNames(parse), taken: Confirmation[] = [], fields: MappedField[] = [], leftOut: LeftOut[] = [];
  for (const confirmation of concerning(confirmed, names)) {
    if (taken.some((other) => competes(other, confirmation))) continue;
    const { field, columns, transforms } = confirmation, found = placesOf(columns, names);
    if (said.some((entry) => entry.field === field && sameColumns(entry.columns, found))) continue;
    const fit = isOverruled(said, field, found) ? 'the import itself says what feeds the field, or what its columns are for' : fitOf(confirmation, { names, definition });
    if (typeof fit === 'string') leftOut.push({ field, columns, found, transformed: isTransformed(transforms), why: fit });
    else {
      taken.push(confirmation);
      fields.push(fit);
    }
  }
  return { fields: definition.fields.flatMap(({ name }) => fields.find((entry) => entry.field === name) ?? []), leftOut };
};

/** Of the partner's files, and with a column of this one; of the same columns what was said last. Those of most columns first: a part of them means less than the whole. */
const concerning = (confirmed: Confirmations, names: readonly string[]): readonly Confirmation[] => {
  const has = new Set(names.filter((name) => name !== ''));
  return [...confirmed.values()].flatMap((all) => {
    const own = all.filter(({ samePartner }) => samePartner), [last] = own;
    return last === undefined ? [] : own.filter(({ field, columns, beside, saidIn }) => field !== '' && saidIn === last.saidIn && (columns.length === 0 ? beside ?? [] : columns).some((name) => has.has(name)));
  }).toSorted((left, right) => right.columns.length - left.columns.length);
};

/** One column may make several fields, where that was said together. */
const competes = (taken: Confirmation, other: Confirmation): boolean =>
  taken.field === other.field || (taken.saidIn !== other.saidIn && taken.columns.some((name) => other.columns.includes(name)));

const sameColumns = (left: readonly number[], right: readonly number[]): boolean => left.length === right.length && left.every((column, at) => column === right[at]);

const isOverruled = (said: readonly MappedField[], field: string, found: readonly number[]): boolean =>
  said.some((entry) => entry.field === field || entry.columns.some((column) => found.includes(column)));

/** A name that stands twice says of neither column which it is. */
const placesOf = (columns: readonly string[], names: readonly string[]): readonly number[] =>
  columns.flatMap((name) => (names.indexOf(name) >= 0 && names.indexOf(name) === names.lastIndexOf(name) ? [names.indexOf(name)] : []));

const isTransformed = (transforms: unknown): boolean => transforms !== null && transforms !== undefined;

interface Fitting { readonly names: readonly string[]; readonly definition: DatasetDefinition }

/** The mapping of the field, or in words why there is none. */
const fitOf = ({ field: name, columns, transforms, beside }: Confirmation, { names, definition }: Fitting): MappedField | string => {
  const field = definition.fields.find((each) => each.name === name);
  if (field === undefined) return 'the dataset has no such field any more';
  if (field.readOnly || field.hashOf !== undefined) return 'the field is filled by itself now';
  const needed = columns.length === 0 ? beside ?? [] : columns, found = placesOf(needed, names);
  if (found.length < needed.length) return `of its ${needed.length} columns the file has ${found.length}${columns.length === 0 ? '' : ' that can be told by name'}; a part is not taken for the whole`;
  const steps = isTransformed(transforms) ? transformsSchema.safeParse(transforms) : null;
  if (steps?.success === false) return 'it has a step that cannot be used any more';
  const why = whyNot(field, { steps: steps?.data ?? null, columns: columns.length });
  return why ?? { field: name, columns: placesOf(columns, names), ...(steps === null ? {} : { transforms: steps.data }), by: 'remembered' };
};

const whyNot = (field: FieldDefinition, { steps, columns }: { readonly steps: readonly TransformStep[] | null; readonly columns: number }): string | null => {
  if (steps === null) return columns === 1 || (columns === 2 && field.type === 'point') ? null : `a field of type ${field.type} is not made of ${columns} columns without a step`;
  try {
    checkSteps(field, steps, { columns, at: 'transforms' });
    return null;
  } catch (error) {
    if (isWaybillError(error) && error.code === 'TRANSFORM_INVALID') return error.message;
    throw error;
  }
};

const leastReadable = 0.98;

export interface ReadableOrder { readonly parse: ParseOptions; readonly sampled: SampledColumns; readonly definition: DatasetDefinition; readonly zone: string }

/** What the sampled values do not fit is left out too. */
export const keepReadable = ({ fields, leftOut }: Recall, order: ReadableOrder): Recall => {
  const names = rememberedNames(order.parse);
  const judged = fields.map((entry) => ({ entry, share: readShare(entry, order) }));
  return {
    fields: judged.filter(({ share }) => share >= leastReadable).map(({ entry }) => entry),
    leftOut: [...leftOut, ...judged.filter(({ share }) => share < leastReadable).map(({ entry: { field, columns, transforms }, share }): LeftOut => (
      { field, columns: columns.map((column) => names[column] ?? ''), found: columns, transformed: transforms !== undefined, why: `the field takes ${Math.floor(share * 100)} % of the sampled values so` }))],
  };
};

/** A code that a value map does not know is no misfit: what is done with it was said as well. Where it knows none, the map is for another column. */
const readShare = ({ field: name, columns, transforms }: MappedField, { sampled, definition, zone }: ReadableOrder): number => {
  const field = definition.fields.find((each) => each.name === name);
  if (field === undefined || columns.length === 0) return 1;
  const read = (steps: readonly TransformStep[] | undefined): SampledField => readFieldSample({ field, transforms: steps, zone, cells: columns.map((column) => sampled.columns[column]?.cells ?? []) });
  const whole = read(transforms);
  return transforms === undefined || (whole.share === 0 && whole.values > 0) || whole.share >= leastReadable ? whole.share : read(transforms.map(forgiving)).share;
};

const forgiving = (step: TransformStep): TransformStep => (step.fn === 'map' ? { fn: 'map', table: step.table, fold: step.fold, unknown: 'null' } : step);

/** What a job's mapping report, and a proposal, say of what is remembered. */
export interface RememberedNote {
  readonly field: string;
  /** From 0, those that the file has. */
  readonly columns: readonly number[];
  /** Names of functions. */
  readonly transforms: readonly string[];
  readonly taken: boolean;
  readonly why: string;
}

export const notesOf = ({ fields, leftOut }: Recall): readonly RememberedNote[] => [
  ...fields.map(({ field, columns, transforms = [] }) => ({ field, columns, transforms: transforms.map(({ fn }) => fn), taken: true, why: 'a person confirmed it in an earlier import of the partner' })),
  ...leftOut.map(({ field, found, why }) => ({ field, columns: found, transforms: [], taken: false, why: `it was confirmed in an earlier import of the partner and is left out: ${why}` })),
];
