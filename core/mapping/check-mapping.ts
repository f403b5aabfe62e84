/** What a mapping must offer before anything is staged: its required fields and its key. */
import type { DatasetDefinition } from '../../contracts/dataset-definition.ts';
import { WaybillError } from '../../contracts/errors.ts';
import type { LoadMode, MappedField } from '../../contracts/plan-document.ts';

interface MappingChoice {
  readonly mapping: readonly MappedField[];
  readonly key: readonly string[];
  readonly mode: LoadMode;
}

export const checkMapping = (definition: DatasetDefinition, { mapping, key, mode }: MappingChoice): void => {
  const mapped = new Set(mapping.map((entry) => entry.field));
  if (!mapping.some((entry) => entry.columns.length > 0))
    throw new WaybillError('MAPPING_EMPTY', 'No column of the file matches a field of the dataset.', { dataset: definition.name });
  for (const name of key)
    if (!definition.fields.some((field) => field.name === name))
      throw new WaybillError('OPTION_INVALID', 'The key names a field that the dataset does not have.', { field: name });
  if (mode !== 'append' && key.length === 0)
    throw new WaybillError('MODE_NEEDS_KEY', `The dataset has no key, and mode ${mode} needs one.`, { dataset: definition.name, mode });
  const wanted = definition.fields.filter((field) => key.includes(field.name) || (mode !== 'update' && field.required && !field.hasDefault));
  const missing = wanted.filter((field) => !mapped.has(field.name)).map((field) => field.name);
  if (missing.length > 0)
    throw new WaybillError('MAPPING_REQUIRED_MISSING', `No column of the file feeds: ${missing.join(', ')}.`, { fields: missing });
  checkDerived(definition, mapped);
};

const checkDerived = (definition: DatasetDefinition, mapped: ReadonlySet<string>): void => {
  for (const field of definition.fields)
    if (field.hashOf !== undefined && !field.hashOf.some((name) => mapped.has(name)))
      throw new WaybillError('MAPPING_REQUIRED_MISSING', `None of the fields that make ${field.name} has a column.`, { fields: field.hashOf });
};
