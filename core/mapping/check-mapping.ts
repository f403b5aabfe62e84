/** What a mapping must offer before anything is staged: its required fields and its key. */
import type { DatasetDefinition } from '../../contracts/dataset-definition.ts';
import { WaybillError } from '../../contracts/errors.ts';
import type { OpenProposal } from './join-evidence.ts';
import type { LoadMode, MappedField } from '../../contracts/plan-document.ts';

interface MappingChoice {
  readonly mapping: readonly MappedField[];
  readonly key: readonly string[];
  readonly mode: LoadMode;
  /** Columns that look like the source of a field, but not surely enough to be taken. */
  readonly open?: readonly OpenProposal[];
}

export const checkMapping = (definition: DatasetDefinition, { mapping, key, mode, open = [] }: MappingChoice): void => {
  const mapped = new Set(mapping.map((entry) => entry.field));
  if (!mapping.some((entry) => entry.columns.length > 0))
    throw new WaybillError('MAPPING_EMPTY', 'No column of the file matches a field of the dataset.', { dataset: definition.name });
  checkKey(definition, { key, mode });
  const missing = neededFields(definition, { key, mode }).filter((name) => !mapped.has(name));
  if (missing.length > 0)
    throw new WaybillError('MAPPING_REQUIRED_MISSING', `No column of the file feeds: ${missing.join(', ')}.${hintsFor(missing, open)}`, { fields: missing });
  checkDerived(definition, mapped);
};

/** What no answer of a person mends. */
export const checkKey = (definition: DatasetDefinition, { key, mode }: Pick<MappingChoice, 'key' | 'mode'>): void => {
  for (const name of key)
    if (!definition.fields.some((field) => field.name === name))
      throw new WaybillError('OPTION_INVALID', 'The key names a field that the dataset does not have.', { field: name });
  if (mode !== 'append' && key.length === 0)
    throw new WaybillError('MODE_NEEDS_KEY', `The dataset has no key, and mode ${mode} needs one.`, { dataset: definition.name, mode });
};

/** Fields that must be mapped: those of the key and, where records are made, the required ones. */
export const neededFields = (definition: DatasetDefinition, { key, mode }: Pick<MappingChoice, 'key' | 'mode'>): readonly string[] =>
  definition.fields.filter((field) => key.includes(field.name) || (mode !== 'update' && field.required && !field.hasDefault)).map((field) => field.name);

/** By place, not by header: in a file without a header that may be data (design 10.12). */
const hintsFor = (missing: readonly string[], open: readonly OpenProposal[]): string => {
  const hints = missing.flatMap((field) => open.filter((proposal) => proposal.field === field && proposal.confidence >= leastConfidence)
    .map(({ columns, confidence }) => `--map "${columns.map((column) => `#${column + 1}`).join('+')}=${field}" (${Math.round(confidence * 100)} % sure)`));
  return hints.length === 0 ? '' : ` By the names and the values it may be: ${hints.join(', ')}.`;
};

const leastConfidence = 0.1;

const checkDerived = (definition: DatasetDefinition, mapped: ReadonlySet<string>): void => {
  for (const field of definition.fields)
    if (field.hashOf !== undefined && !field.hashOf.some((name) => mapped.has(name)))
      throw new WaybillError('MAPPING_REQUIRED_MISSING', `None of the fields that make ${field.name} has a column.`, { fields: field.hashOf });
};
