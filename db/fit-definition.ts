/**
 * Lays a definition over a table that exists: the stricter of the two wins where they can live together (the table refuses what it
 * refuses); where they cannot, every field is named at once.
 */
import { keyFieldsOf, type DatasetDefinition, type FieldDefinition, type FieldType } from '../contracts/dataset-definition.ts';
import { WaybillError } from '../contracts/errors.ts';
import { fieldsOf } from './introspect-table.ts';
import type { TableShape } from './table-shape.ts';

const textual: readonly FieldType[] = ['text', 'country', 'phone', 'email', 'code', 'enum'];

const sameFamily = (wanted: FieldType, found: FieldType): boolean =>
  wanted === found || wanted === 'other' || (textual.includes(wanted) && textual.includes(found)) || (wanted === 'integer' && found === 'number');

/** Why a field and its column cannot live together; null when they can. */
const conflictOf = (field: FieldDefinition, column: FieldDefinition | undefined): string | null => {
  if (column === undefined) return `${field.name} is missing in the table`;
  if (!sameFamily(field.type, column.type)) return `${field.name} is ${field.type} in the definition and ${column.pgType ?? column.type} in the table`;
  const unknown = column.values === undefined ? [] : (field.values ?? []).filter((value) => column.values?.includes(value) !== true);
  return unknown.length === 0 ? null : `${field.name} has values in the definition that the table does not allow`;
};

/** The key of a definition must be unique and filled in the table, or "the record with this key" means nothing. */
const keyConflict = (definition: DatasetDefinition, shape: TableShape): readonly string[] => {
  const key = [...keyFieldsOf(definition)].sort();
  const isUnique = shape.uniqueKeys.some(({ columns }) => [...columns].sort().join('\u0000') === key.join('\u0000'));
  return key.length === 0 || isUnique ? [] : [`${key.join(', ')} is the key in the definition and not unique and required in the table`];
};

const unfilled = (definition: DatasetDefinition, columns: readonly FieldDefinition[]): readonly string[] =>
  columns.filter((column) => column.required && !column.hasDefault && !definition.fields.some((field) => field.name === column.name))
    .map((column) => `${column.name} is required in the table and not in the definition`);

const least = (...sizes: readonly (number | undefined)[]): { maxLength?: number } => {
  const known = sizes.filter((size) => size !== undefined);
  return known.length === 0 ? {} : { maxLength: Math.min(...known) };
};

const fit = (field: FieldDefinition, column: FieldDefinition): FieldDefinition => ({
  ...field,
  ...(column.type === 'enum' && field.type !== 'enum' ? { type: 'enum' as const } : {}),
  ...(field.values === undefined && column.values !== undefined ? { values: column.values } : {}),
  ...(field.type === 'other' ? { type: column.type } : {}),
  ...(column.pgType === undefined ? {} : { pgType: column.pgType }),
  ...(column.precision === undefined ? {} : { precision: column.precision }),
  ...(column.scale === undefined ? {} : { scale: column.scale }),
  ...least(field.maxLength, column.maxLength),
  ...(field.min === undefined && column.min !== undefined ? { min: column.min } : {}),
  ...(field.max === undefined && column.max !== undefined ? { max: column.max } : {}),
  required: (field.required || column.required) && !column.readOnly,
  hasDefault: column.hasDefault,
  readOnly: column.readOnly,
});

export const fitDefinition = (definition: DatasetDefinition, shape: TableShape): DatasetDefinition => {
  const columns = fieldsOf(shape);
  const columnOf = new Map(columns.map((column) => [column.name, column]));
  const conflicts = [
    ...definition.fields.flatMap((field) => conflictOf(field, columnOf.get(field.name)) ?? []),
    ...keyConflict(definition, shape), ...unfilled(definition, columns),
  ];
  if (conflicts.length > 0)
    throw new WaybillError('DATASET_CONFLICT', `The table differs from the definition: ${conflicts.join('; ')}.`, { conflicts });
  return {
    ...definition,
    fields: definition.fields.map((field) => { const column = columnOf.get(field.name); return column === undefined ? field : fit(field, column); }),
  };
};
