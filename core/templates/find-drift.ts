/** How a file differs from the template that it is read with: each column once, with what the template's policy says of it. */
import type { DatasetDefinition } from '../../contracts/dataset-definition.ts';
import { driftKinds, type DriftFinding, type DriftHandling, type DriftKind, type SourceShape, type TemplateDocument, type TemplateField } from '../../contracts/template.ts';
import type { SampledColumns } from '../mapping/sample-columns.ts';
import { resolveColumn } from '../mapping/resolve-column.ts';
import { kindsAgree } from './column-kind.ts';
import { findRenames } from './find-renames.ts';
import { matchColumns } from './match-columns.ts';
import { readFieldSample, type SampledField } from '../mapping/read-field-sample.ts';
import { isShapeOfRejects, shapeOfDelivery } from './shape-of-rejects.ts';

export interface DriftQuestion {
  readonly document: TemplateDocument;
  /** Of the document, what the import does not map otherwise. */
  readonly fields: readonly TemplateField[];
  readonly file: SourceShape;
  readonly sampled: SampledColumns;
  readonly definition: DatasetDefinition;
  /** Fields without which nothing is loaded. */
  readonly needed: ReadonlySet<string>;
  readonly zone: string;
}
export interface Drift {
  readonly findings: readonly DriftFinding[];
  /** Template's column → file's column, from 0, renamed ones too. */
  readonly found: ReadonlyMap<number, number>;
  /** Of renamed columns of the file, how alike each is to what it was, from 0 to 1. */
  readonly likeness: ReadonlyMap<number, number>;
}

/** Values of which fewer are read are of another kind; a usual share of bad rows is no drift. */
const leastReadable = 0.5, leastValues = 3;

export const findDrift = (asked: DriftQuestion): Drift => {
  const question = { ...asked, file: shapeOfDelivery(asked.document.source, asked.file) };
  const { document: { source, drift }, file, definition } = question;
  const needed = withSources(question.needed, definition), named = source.named && file.named;
  const match = matchColumns(source, file);
  const uses = usesOf(question);
  const fieldsOf = (column: number): readonly string[] => uses.get(column) ?? [];
  const renames = findRenames({
    source, file, match, fieldsOf, definition,
    isReadable: (field, column) => { const sample = sampleOf(question, field.name, () => column); return sample === null || sample.share >= leastReadable; },
  });
  const found = new Map([...match.found, ...renames.map(({ from, to }) => [from, to] as const)]);
  const gone = new Set(renames.map(({ from }) => from)), come = new Set(renames.map(({ to }) => to));
  const finding = (kind: DriftKind, { from, to, why, fields = from === null ? [] : fieldsOf(from) }: Seen): DriftFinding => ({
    kind, column: nameOf(file, to), no: to === null ? null : to + 1, was: nameOf(source, from), wasNo: from === null ? null : from + 1, fields, why,
    handling: handlingOf(drift[kind], kind, { fields, named, isNeeded: fields.some((name) => needed.has(name)), isRare: from !== null && source.columns[from]?.rare === true }),
  });
  return { found, likeness: new Map(renames.map(({ to, score }) => [to, Math.min(1, score)])), findings: [
    ...renames.map(({ from, to }) => finding('renamed', { from, to, why: 'The name is another one; it and the values are alike.' })),
    ...match.missing.filter((from) => !gone.has(from)).map((from) => finding('missing', { from, to: null, why: !named ? 'The file has fewer columns; without names, another one may be gone and have moved those behind it.' : fieldsOf(from).length === 0 ? 'The file does not have it; it fed no field.' : 'The file does not have it.' })),
    ...match.added.filter((to) => !come.has(to)).map((to) => finding('new', { from: null, to, why: named ? 'The template does not know it; it feeds no field.' : 'The template has fewer columns; without names, it may stand anywhere and move those behind it.' })),
    // Rows that were rejected for their values say nothing of how the others are written.
    ...(isShapeOfRejects(asked.file) ? [] : retyped(question, found)).map((seen) => finding('retyped', seen)),
    ...match.moved.map((from) => finding('moved', { from, to: found.get(from) ?? null, why: 'It stands at another place among the columns.' })),
  ] };
};

interface Seen { readonly from: number | null; readonly to: number | null; readonly why: string; readonly fields?: readonly string[] }

const nameOf = ({ columns, named }: SourceShape, column: number | null): string | null => (column === null || !named ? null : columns[column]?.name ?? null);

/** A hash of other fields is another one when a column of theirs is gone: every record would be a new one. */
export const withSources = (needed: ReadonlySet<string>, { fields }: DatasetDefinition): ReadonlySet<string> =>
  new Set([...needed, ...fields.flatMap(({ name, hashOf = [] }) => (needed.has(name) ? hashOf : []))]);

interface Stakes { readonly fields: readonly string[]; readonly isNeeded: boolean; readonly isRare: boolean; readonly named: boolean }

/**
 * What feeds nothing does no harm, nor what most records never had; a needed field without its column is never let pass. Without names, one column
 * more or less may have been put in or taken out anywhere, and moved what stands behind it to other fields.
 */
const handlingOf = (policy: DriftHandling, kind: DriftKind, { fields, isNeeded, isRare, named }: Stakes): DriftHandling => {
  if (!named && (kind === 'new' || kind === 'missing')) return policy === 'accept' ? 'ask' : policy;
  if (kind !== 'new' && kind !== 'moved' && fields.length === 0) return 'accept';
  if (kind === 'missing' && isRare && !isNeeded) return 'accept';
  return kind === 'missing' && isNeeded && policy === 'accept' ? 'ask' : policy;
};

/** Whether a file may differ so that a person is asked: also where the policy accepts what {@link handlingOf} does not let pass. */
export const asksAboutDrift = ({ drift, source: { named } }: Pick<TemplateDocument, 'drift' | 'source'>): boolean =>
  drift.missing === 'accept' || (!named && drift.new === 'accept') || driftKinds.some((kind) => drift[kind] === 'ask');

/** Fields by the template's columns. */
const usesOf = ({ document: { source }, fields }: Pick<DriftQuestion, 'document' | 'fields'>): ReadonlyMap<number, readonly string[]> => {
  const uses = new Map<number, string[]>();
  for (const { field, column } of fields.flatMap((entry) => templateColumns(source, entry).map((column) => ({ field: entry.field, column }))))
    uses.set(column, [...uses.get(column) ?? [], field]);
  return uses;
};

/** Of a field of the template, its columns there, from 0. */
export const templateColumns = ({ columns }: SourceShape, { columns: wanted }: Pick<TemplateField, 'columns'>): readonly number[] => {
  const names = columns.map(({ name }) => name);
  return wanted.flatMap((column) => resolveColumn(names, column) ?? []);
};

/** Null: a column of the field is not there. */
const sampleOf = ({ document: { source }, fields, sampled, definition, zone }: DriftQuestion, name: string, place: (column: number) => number | undefined): SampledField | null => {
  const entry = fields.find(({ field }) => field === name), field = definition.fields.find((candidate) => candidate.name === name);
  const columns = entry === undefined ? [] : templateColumns(source, entry).map(place);
  if (entry === undefined || field === undefined || columns.length === 0 || columns.some((column) => column === undefined)) return null;
  return readFieldSample({ field, transforms: entry.transforms, zone, cells: columns.map((column) => sampled.columns[column ?? 0]?.cells ?? []) });
};

const retyped = (question: DriftQuestion, found: ReadonlyMap<number, number>): readonly Seen[] => {
  const { document: { source }, fields, file } = question;
  const byField = fields.flatMap((entry): readonly Seen[] => {
    const sample = sampleOf(question, entry.field, (column) => found.get(column));
    const [from] = templateColumns(source, entry);
    const why = sample === null ? null : reasonOf(sample, entry);
    return why === null || from === undefined ? [] : [{ from, to: found.get(from) ?? null, why, fields: [entry.field] }];
  });
  const told = new Set(byField.map(({ from }) => from));
  const byKind = source.named ? [] : [...found].filter(([from]) => !told.has(from)).flatMap(([from, to]): readonly Seen[] => {
    const was = source.columns[from]?.kind ?? 'empty', is = file.columns[to]?.kind ?? 'empty';
    return kindsAgree(was, is) ? [] : [{ from, to, why: `Its values were of the kind ${was} and are of the kind ${is}.` }];
  });
  return [...byField, ...byKind];
};

const reasonOf = ({ share, values, date }: SampledField, { date: known }: TemplateField): string | null => {
  if (values >= leastValues && share < leastReadable) return `The field reads ${Math.round(share * 100)} % of the sampled values.`;
  const swapped = date?.source === 'evidence' && date.order !== null && known !== undefined && known.order !== null && known.order !== date.order;
  return swapped ? 'Its dates have day and month in another order.' : null;
};
