/**
 * From source columns to dataset fields: what the operator said, then exact names, then normalised names, then the field's aliases;
 * one column feeds one field. Fuzzy and learned matching will join as further `Matcher`s: this is their one seam.
 */
import type { DatasetDefinition, FieldDefinition } from '../../contracts/dataset-definition.ts';
import { WaybillError } from '../../contracts/errors.ts';
import type { MappedField } from '../../contracts/plan-document.ts';
import type { TransformStep } from '../../contracts/transform.ts';
import { normaliseName } from './normalise-name.ts';
import { resolveColumn } from './resolve-column.ts';

export interface MapEntry { readonly columns: readonly string[]; readonly field: string; readonly transforms?: readonly TransformStep[] | undefined }

/** Date readings are added later, from samples; everything else of a {@link MappedField} is decided here. */
export interface MappingProposal {
  readonly mapping: readonly MappedField[];
  /** Source columns (from 0) that feed no field. */
  readonly unmapped: readonly number[];
}

/** Columns (from 0) and fields that names do not decide of. */
export interface Reserved {
  readonly columns?: ReadonlySet<number>;
  readonly fields?: ReadonlySet<string>;
}

interface Matcher {
  readonly by: 'exact_name' | 'normalised_name' | 'alias';
  readonly matches: (column: string, field: FieldDefinition) => boolean;
}

const matchers: readonly Matcher[] = [
  { by: 'exact_name', matches: (column, field) => column === field.name },
  { by: 'normalised_name', matches: (column, field) => sameName(column, field.name) || (field.label !== undefined && sameName(column, field.label)) },
  { by: 'alias', matches: (column, field) => field.aliases.some((alias) => sameName(column, alias)) || (field.type === 'point' && column === geoJsonPlace) },
];

/** GeoJSON has one place a feature and one name for it (RFC 7946, section 3.2): an alias of the dataset's point, when it has only one to fill. */
const geoJsonPlace = 'geometry';

const sameName = (left: string, right: string): boolean => {
  const normalised = normaliseName(left);
  return normalised !== '' && normalised === normaliseName(right);
};

export const proposeMapping = (
  columns: readonly string[], definition: DatasetDefinition, entries: readonly MapEntry[], reserved: Reserved = {},
): MappingProposal => {
  const mapped = new Map<string, MappedField>();
  const taken = new Set<number>(reserved.columns);
  entries.forEach((entry, index) => {
    const field = mappedByOperator(columns, definition, { entry, entryNo: index + 1 });
    if (mapped.has(field.field)) throw invalidEntry(index + 1, entry.field, 'the field is named twice');
    mapped.set(field.field, field);
    field.columns.forEach((column) => taken.add(column));
  });
  for (const matcher of matchers) matchByName(matcher, { columns, definition, mapped, taken, reserved });
  for (const field of definition.fields)
    if (field.hashOf !== undefined) mapped.set(field.name, { field: field.name, columns: [], by: 'derived' });
  return {
    mapping: definition.fields.flatMap((field) => mapped.get(field.name) ?? []),
    unmapped: unmappedOf(columns, mapped),
  };
};

/** What the operator said, and nothing by name. */
export const saidMapping = (columns: readonly string[], definition: DatasetDefinition, entries: readonly MapEntry[]): readonly MappedField[] =>
  proposeMapping(columns, definition, entries, { columns: new Set(columns.keys()) }).mapping.filter(({ by }) => by === 'operator');

const unmappedOf = (columns: readonly string[], mapped: ReadonlyMap<string, MappedField>): readonly number[] => {
  const used = new Set([...mapped.values()].flatMap((entry) => entry.columns));
  return columns.flatMap((_, index) => (used.has(index) ? [] : [index]));
};

interface Assignment {
  readonly columns: readonly string[];
  readonly definition: DatasetDefinition;
  readonly mapped: Map<string, MappedField>;
  readonly taken: Set<number>;
  readonly reserved: Reserved;
}

/** A name that fits two columns or two fields is no evidence for either: it is left for the operator. */
const matchByName = (matcher: Matcher, { columns, definition, mapped, taken, reserved }: Assignment): void => {
  const open = definition.fields.filter((field) => !mapped.has(field.name) && reserved.fields?.has(field.name) !== true && mayBeMapped(field));
  const free = columns.flatMap((name, index) => (taken.has(index) ? [] : [{ name, index }]));
  for (const field of open) {
    const candidates = free.filter((column) => matcher.matches(column.name, field));
    const [only] = candidates;
    if (only === undefined || candidates.length > 1 || taken.has(only.index)) continue;
    if (open.filter((other) => matcher.matches(only.name, other)).length > 1) continue;
    mapped.set(field.name, { field: field.name, columns: [only.index], by: matcher.by });
    taken.add(only.index);
  }
};

const mayBeMapped = (field: FieldDefinition): boolean => !field.readOnly && field.hashOf === undefined;

const mappedByOperator = (
  columns: readonly string[], definition: DatasetDefinition, { entry, entryNo }: { readonly entry: MapEntry; readonly entryNo: number },
): MappedField => {
  const field = definition.fields.find((candidate) => candidate.name === entry.field);
  if (field === undefined) throw invalidEntry(entryNo, entry.field, 'the dataset has no such field');
  if (!mayBeMapped(field)) throw invalidEntry(entryNo, entry.field, 'the field is filled by itself');
  if (entry.transforms === undefined && entry.columns.length !== 1 && !(entry.columns.length === 2 && field.type === 'point'))
    throw invalidEntry(entryNo, entry.field, 'without a transform only a point takes two columns, and every other field one');
  const found = entry.columns.map((wanted) => resolveColumn(columns, wanted));
  if (found.some((index) => index === null)) throw invalidEntry(entryNo, entry.field, 'the file has no such column, or more than one');
  return { field: field.name, columns: found.flatMap((index) => index ?? []), ...(entry.transforms === undefined ? {} : { transforms: entry.transforms }), by: 'operator' };
};

/** The header stays out of the message: in a file without a header it may be data (design 10.12). */
const invalidEntry = (entryNo: number, field: string, why: string): WaybillError =>
  new WaybillError('MAPPING_INVALID', `The ${ordinal(entryNo)} --map entry cannot be used: ${why}.`, { entry: entryNo, field });

const ordinal = (n: number): string => `${n}${n === 1 ? 'st' : n === 2 ? 'nd' : n === 3 ? 'rd' : 'th'}`;
