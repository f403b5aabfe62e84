/** The mapping of a file by its template: the same columns to the same fields, for the same reasons. */
import type { DatasetDefinition } from '../../contracts/dataset-definition.ts';
import type { MapEntry } from '../mapping/propose-mapping.ts';
import { proposeMapping } from '../mapping/propose-mapping.ts';
import type { MappedField } from '../../contracts/plan-document.ts';
import type { SourceShape, TemplateField } from '../../contracts/template.ts';
import { compileTransforms } from '../transform/compile-transforms.ts';
import { isWaybillError } from '../../contracts/errors.ts';
import { templateColumns } from './find-drift.ts';

export interface TemplateMapping {
  readonly source: SourceShape;
  readonly fields: readonly TemplateField[];
  /** Template's column → file's column. */
  readonly found: ReadonlyMap<number, number>;
  /** Columns of the file. */
  readonly columns: readonly string[];
  readonly definition: DatasetDefinition;
  /** What the import maps itself. */
  readonly own: readonly MapEntry[];
}

/** A field of which a column is missing is left out, unless its transforms put together however many there are. */
export const mapByTemplate = ({ source, fields, found, columns, definition, own }: TemplateMapping): readonly MappedField[] => {
  const mapped = new Map<string, MappedField>();
  for (const entry of fields) {
    // The import derives another field than the template did, or the dataset none any more.
    if (entry.by === 'derived' && !isDerived(definition, entry.field)) continue;
    const wanted = templateColumns(source, entry), places = wanted.flatMap((column) => found.get(column) ?? []);
    if (places.length === wanted.length || canDoWith(entry, places.length, definition)) mapped.set(entry.field, { ...withoutDate(entry), columns: places });
  }
  for (const entry of proposeMapping(columns, definition, own).mapping)
    if (entry.by === 'operator' || (entry.by === 'derived' && !mapped.has(entry.field))) mapped.set(entry.field, entry);
  return definition.fields.flatMap(({ name }) => mapped.get(name) ?? []);
};

const isDerived = ({ fields }: DatasetDefinition, field: string): boolean => fields.some(({ name, hashOf }) => name === field && hashOf !== undefined);

const canDoWith = ({ field, transforms }: TemplateField, columns: number, definition: DatasetDefinition): boolean =>
  columns > 0 && (transforms ?? []).some(({ fn }) => fn === 'join' || fn === 'coalesce') && compiles(transforms ?? [], { type: definition.fields.find(({ name }) => name === field)?.type ?? 'text', columns, at: field });

const compiles = (...program: Parameters<typeof compileTransforms>): boolean => {
  try { compileTransforms(...program); return true; } catch (error) {
    if (isWaybillError(error)) return false;
    throw error;
  }
};

const withoutDate = ({ date: _, ...entry }: TemplateField): Omit<TemplateField, 'date'> => entry;

/** Where the file proves no order of day and month, the one that earlier files proved; the whole column may still prove another. */
export const withKnownOrders = (mapping: readonly MappedField[], fields: readonly TemplateField[]): readonly MappedField[] => mapping.map((entry) => {
  const known = fields.find(({ field }) => field === entry.field)?.date;
  const isKnown = known !== undefined && known.order !== null && (known.source === 'evidence' || known.source === 'template');
  return entry.date?.source === 'assumed' && isKnown ? { ...entry, date: { order: known.order, source: 'template' } } : entry;
});
