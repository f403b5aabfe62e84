/** What a request means for a dataset: its fields and their names in the file, its filter, typed; whatever cannot be done is refused here, before a job stands. */
import type { DatasetDefinition, FieldDefinition } from '../../contracts/dataset-definition.ts';
import { WaybillError } from '../../contracts/errors.ts';
import type { ExportField, ExportRequest, ExportSelection } from '../../contracts/export-request.ts';
import type { FilterExpression } from '../../contracts/filter-expression.ts';
import { parseFilter } from '../filter/parse-filter.ts';
import type { OutputField } from '../formats/format-writer.ts';
import { createFileWriter } from './create-file-writer.ts';

export interface PlannedSelection {
  readonly fields: readonly OutputField[];
  readonly filter: FilterExpression | null;
  /** Names that the filter asks for, for the audit. */
  readonly filterFields: readonly string[];
}

const invalid = (message: string, field: string): WaybillError => new WaybillError('EXPORT_FIELDS_INVALID', message, { field });

const fieldNamed = (definition: DatasetDefinition, name: string): FieldDefinition => {
  const field = definition.fields.find((candidate) => candidate.name === name);
  if (field === undefined) throw invalid(`The dataset has no field ${name}.`, name);
  return field;
};

const outputFields = (definition: DatasetDefinition, asked: readonly ExportField[] | undefined): readonly OutputField[] => {
  const wanted = asked ?? definition.fields.map(({ name }) => ({ field: name, as: name }));
  const fields = wanted.map(({ field, as }) => ({ name: as, field: fieldNamed(definition, field) }));
  const names = new Set<string>();
  for (const { name, field } of fields) {
    if (names.has(name)) throw invalid('Two fields would have one name in the file.', field.name);
    names.add(name);
  }
  return fields;
};

const fieldsOfFilter = (filter: FilterExpression): readonly string[] => {
  switch (filter.kind) {
    case 'and': case 'or': return filter.operands.flatMap(fieldsOfFilter);
    case 'not': return fieldsOfFilter(filter.operand);
    case 'fields': return [filter.field, filter.other];
    case 'compare': case 'in': case 'like': case 'null': case 'box': case 'radius': return [filter.field];
  }
};

export const planSelection = (definition: DatasetDefinition, { fields, filter, sort }: Pick<ExportSelection, 'fields' | 'filter' | 'sort'>): PlannedSelection => {
  for (const key of sort) fieldNamed(definition, key.field);
  const expression = filter === null || filter.trim() === '' ? null : parseFilter(filter, definition.fields);
  return { fields: outputFields(definition, fields), filter: expression, filterFields: expression === null ? [] : [...new Set(fieldsOfFilter(expression))].sort() };
};

/** A name that a spreadsheet would run cannot get an apostrophe: the file's reader looks for the name. */
const refuseRunnableNames = ({ format, dialect }: ExportRequest, fields: readonly OutputField[]): void => {
  if ((format !== 'csv' && format !== 'tsv' && format !== 'xlsx') || dialect?.guardFormulas === false) return;
  const runnable = fields.find(({ name }) => /^[=+\-@\t]/.test(name));
  if (runnable !== undefined) throw invalid(`The name of ${runnable.field.name} in the file begins with a sign that a spreadsheet would run; give it another one.`, runnable.field.name);
};

const refuseDialect = ({ format, dialect }: ExportRequest): void => {
  if (dialect === undefined) return;
  if (format !== 'csv' && format !== 'tsv') throw new WaybillError('OPTION_INVALID', `A ${format} file has no delimiter, quotes, header or byte order mark.`, { option: 'dialect' });
  if (dialect.delimiter !== undefined && (dialect.delimiter === dialect.quote || /[A-Za-z0-9 ]/.test(dialect.delimiter)))
    throw new WaybillError('OPTION_INVALID', 'The delimiter is the quote, a letter, a digit or a blank.', { option: 'delimiter' });
};

const refusePacking = ({ format, compress }: ExportRequest): void => {
  if (format === 'xlsx' && compress !== 'none') throw new WaybillError('OPTION_INVALID', 'An XLSX file is packed in itself and not compressed again.', { option: 'compress' });
};

export const planExport = (definition: DatasetDefinition, request: ExportRequest): PlannedSelection => {
  refuseDialect(request);
  refusePacking(request);
  const planned = planSelection(definition, request);
  refuseRunnableNames(request, planned.fields);
  createFileWriter(request, planned.fields);
  return planned;
};
