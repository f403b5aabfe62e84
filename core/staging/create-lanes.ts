/** From the plan's mapping to the lanes of the staging table, in the order of the mapping: lane i is column `f<i>`. */
import type { DatasetDefinition, FieldDefinition } from '../../contracts/dataset-definition.ts';
import { WaybillError } from '../../contracts/errors.ts';
import { issueNumber } from '../../contracts/issue-codes.ts';
import { pgTypeOf } from '../../contracts/pg-type-of.ts';
import type { MappedField, PlanDocument } from '../../contracts/plan-document.ts';
import { createCellEncoder, createPointPairEncoder } from '../types/cell-encoder.ts';
import { createKeyHasher } from '../types/derived-key.ts';
import type { Lane } from './row-stager.ts';

export const createLanes = (plan: PlanDocument, definition: DatasetDefinition): readonly Lane[] =>
  plan.mapping.map((mapped) => createLane(mapped, plan, definition));

const createLane = (mapped: MappedField, plan: PlanDocument, definition: DatasetDefinition): Lane => {
  const inKey = plan.key.includes(mapped.field);
  // A blank cell of a key chosen for this import is a missing key, as it is for the dataset's own.
  const field = { ...fieldNamed(definition, mapped.field), ...(inKey ? { key: true } : {}) };
  const whenBlank = inKey ? issueNumber('KEY_MISSING') : field.required ? issueNumber('REQUIRED_MISSING') : 0;
  const [first, second] = mapped.columns;
  if (first === undefined)
    return { kind: 'hash', field: field.name, columns: hashedColumns(field, plan), hasher: createKeyHasher() };
  if (second !== undefined)
    return { kind: 'pair', field: field.name, columns: [first, second], encoder: createPointPairEncoder(field), whenBlank };
  const encoder = createCellEncoder(field, { zone: plan.zone, date: mapped.date, datesAsDays: pgTypeOf(field) === 'date', farYears: plan.fromExport !== undefined });
  return { kind: 'cell', field: field.name, column: first, encoder, whenBlank };
};

/** In the definition's order, so that the hash does not depend on the file's. A field without a column takes no part. */
const hashedColumns = (field: FieldDefinition, plan: PlanDocument): readonly number[] =>
  (field.hashOf ?? []).flatMap((name) => plan.mapping.find((entry) => entry.field === name)?.columns ?? []);

const fieldNamed = (definition: DatasetDefinition, name: string): FieldDefinition => {
  const field = definition.fields.find((candidate) => candidate.name === name);
  if (field === undefined) throw new WaybillError('DATASET_CHANGED', 'The plan names a field that the dataset no longer has.', { field: name });
  return field;
};

const alikeTypes: readonly FieldDefinition['type'][] = ['text', 'code', 'country', 'phone', 'email', 'enum'];
const alikePgTypes = /^(text|character varying)(\(|$)/;

/**
 * Lanes of the plan's key, when two equal keys are always written with the same bytes: plain texts only. Numbers (1 and 1.0), times, padded
 * and case-insensitive texts have several spellings of one value; then none, and the database compares the keys itself.
 */
export const hashedLanes = (plan: PlanDocument, definition: DatasetDefinition): readonly number[] => {
  const lanes = plan.key.map((name) => plan.mapping.findIndex((mapped) => mapped.field === name));
  const fields = plan.key.map((name) => fieldNamed(definition, name));
  return fields.every((field) => alikeTypes.includes(field.type) && alikePgTypes.test(pgTypeOf(field))) && !lanes.includes(-1) ? lanes : [];
};
