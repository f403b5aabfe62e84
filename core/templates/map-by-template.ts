/** The mapping of a file by its template: the same columns to the same fields, for the same reasons. */
import type { DatasetDefinition } from '../../contracts/dataset-definition.ts';
import type { MapEntry } from '../mapping/propose-mapping.ts';
import { proposeMapping } from '../mapping/propose-mapping.ts';
import type { MappedField } from '../../contracts/plan-document.ts';
import type { SourceShape, TemplateField } from '../../contracts/template.ts';
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

/** A field of which a column is missing is left out: half of what a transform expects would be something else. */
export const mapByTemplate = ({ source, fields, found, columns, definition, own }: TemplateMapping): readonly MappedField[] => {
  const mapped = new Map<string, MappedField>();
  for (const entry of fields) {
    const places = templateColumns(source, entry).map((column) => found.get(column));
    if (places.every((place) => place !== undefined)) mapped.set(entry.field, { ...withoutDate(entry), columns: places });
  }
  for (const entry of proposeMapping(columns, definition, own).mapping)
    if (entry.by === 'operator' || (entry.by === 'derived' && !mapped.has(entry.field))) mapped.set(entry.field, entry);
  return definition.fields.flatMap(({ name }) => mapped.get(name) ?? []);
};

const withoutDate = ({ date: _, ...entry }: TemplateField): Omit<TemplateField, 'date'> => entry;

/** Where the file proves no order of day and month, the one that earlier files proved; the whole column may still prove another. */
export const withKnownOrders = (mapping: readonly MappedField[], fields: readonly TemplateField[]): readonly MappedField[] => mapping.map((entry) => {
  const known = fields.find(({ field }) => field === entry.field)?.date;
  const isKnown = known !== undefined && known.order !== null && (known.source === 'evidence' || known.source === 'template');
  return entry.date?.source === 'assumed' && isKnown ? { ...entry, date: { order: known.order, source: 'template' } } : entry;
});
