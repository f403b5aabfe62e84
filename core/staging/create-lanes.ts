/** From the plan's mapping to the lanes of the staging table, in the order of the mapping: lane i is column `f<i>`. */
import type { DatasetDefinition, FieldDefinition } from '../../contracts/dataset-definition.ts';
import { WaybillError } from '../../contracts/errors.ts';
import { issueNumber } from '../../contracts/issue-codes.ts';
import { emptyMayStay } from '../../contracts/load-policy.ts';
import { pgTypeOf } from '../../contracts/pg-type-of.ts';
import type { MappedField, PlanDocument } from '../../contracts/plan-document.ts';
import { createCellEncoder, createPointPairEncoder } from '../types/cell-encoder.ts';
import { createKeyHasher } from '../types/derived-key.ts';
import { TransformArena } from '../transform/byte-cell.ts';
import { compileTransforms } from '../transform/compile-transforms.ts';
import { TransformCellsEncoder, TransformEncoder } from '../transform/transform-encoder.ts';
import { TransformProgram } from '../transform/transform-program.ts';
import { withDerivedKey } from './derived-key-field.ts';
import type { HashSource, Lane } from './lane.ts';

export interface LaneOptions {
  /** False: dates as people write them, for a preview. */
  readonly datesAsDays: boolean;
}

export const createLanes = (plan: PlanDocument, definition: DatasetDefinition, options: LaneOptions = { datesAsDays: true }): readonly Lane[] =>
  {
  const basis = { plan, definition: withDerivedKey(definition, plan.derivedKey), options, arena: new TransformArena() };
  return plan.mapping.map((mapped) => createLane(mapped, basis));
};

interface LaneBasis { readonly plan: PlanDocument; readonly definition: DatasetDefinition; readonly options: LaneOptions; readonly arena: TransformArena }

const createLane = (mapped: MappedField, basis: LaneBasis): Lane => {
  const { plan, definition, options, arena } = basis;
  const inKey = plan.key.includes(mapped.field);
  // A blank cell of a key chosen for this import is a missing key, as it is for the dataset's own.
  const field = { ...fieldNamed(definition, mapped.field), ...(inKey ? { key: true } : {}) };
  const whenBlank = emptyMayStay(plan, field.name) ? 0 : whenMissing(field);
  const [first, second] = mapped.columns;
  const program = programOf(mapped, field);
  if (first === undefined && program === null)
    return { kind: 'hash', field: field.name, sources: hashSources(field, basis), hasher: createKeyHasher() };
  if (first !== undefined && second !== undefined && program === null)
    return { kind: 'pair', field: field.name, columns: [first, second], encoder: createPointPairEncoder(field), whenBlank };
  const encoder = createCellEncoder(field, { zone: plan.zone, date: mapped.date, datesAsDays: options.datesAsDays && pgTypeOf(field) === 'date', farYears: plan.fromExport !== undefined });
  if (first === undefined || second !== undefined)
    return { kind: 'cells', field: field.name, columns: mapped.columns, encoder: new TransformCellsEncoder(program ?? nothingToDo, encoder, arena), whenBlank };
  return { kind: 'cell', field: field.name, column: first, encoder: program === null ? encoder : new TransformEncoder(program, encoder, arena), whenBlank };
};

const whenMissing = (field: FieldDefinition): number => (field.key ? issueNumber('KEY_MISSING') : field.required ? issueNumber('REQUIRED_MISSING') : 0);

/** Issue of each lane, or 0, when the token says that there is to be no value: whatever the policy, a required one cannot be taken away. */
export const findingsWhenCleared = (plan: PlanDocument, definition: DatasetDefinition): readonly number[] =>
  plan.mapping.map(({ field }) => whenMissing({ ...fieldNamed(definition, field), key: plan.key.includes(field) }));

const nothingToDo = new TransformProgram([], { columns: 1, pair: false });

/** Checked when the import was defined; the place is the plan's. */
const programOf = ({ transforms, columns, field: name, date }: MappedField, field: FieldDefinition): TransformProgram | null =>
  transforms === undefined ? null : compileTransforms(transforms, { type: field.type, columns: columns.length, at: `the field ${name}, transforms`, order: date?.order });

/** In the definition's order, so that the hash does not depend on the file's. A field without a column takes no part. */
const hashSources = (field: FieldDefinition, { plan, definition }: LaneBasis): readonly HashSource[] =>
  (field.hashOf ?? []).flatMap((name) => {
    const mapped = plan.mapping.find((entry) => entry.field === name);
    return mapped === undefined ? [] : [{ columns: mapped.columns, program: programOf(mapped, fieldNamed(definition, name)) }];
  });

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
