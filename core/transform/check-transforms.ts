/** Transforms of an import, checked when it is asked for: the file need not be known. */
import type { DatasetDefinition, FieldDefinition } from '../../contracts/dataset-definition.ts';
import { issueCodeOf, issueKinds } from '../../contracts/issue-codes.ts';
import { transformInvalid, type TransformStep } from '../../contracts/transform.ts';
import { createCellEncoder } from '../types/cell-encoder.ts';
import { CopyBuffer } from '../types/copy-buffer.ts';
import { compileTransforms } from './compile-transforms.ts';

interface TransformedEntry { readonly columns: readonly string[]; readonly field: string; readonly transforms?: readonly TransformStep[] | undefined }

/** TRANSFORM_INVALID with the place: entries and steps count from 0, as in the document. A field that is not there is the mapping’s to refuse. */
export const checkTransforms = (definition: DatasetDefinition, entries: readonly TransformedEntry[]): void => {
  entries.forEach(({ columns, field: name, transforms }, index) => {
    const field = definition.fields.find((candidate) => candidate.name === name);
    if (transforms === undefined || field === undefined) return;
    checkSteps(field, transforms, { columns: columns.length, at: `map[${index}].transforms` });
  });
};

export const checkSteps = (field: FieldDefinition, steps: readonly TransformStep[], { columns, at }: { readonly columns: number; readonly at: string }): void => {
  compileTransforms(steps, { type: field.type, columns, at });
  checkLiterals(field, steps, at);
};

/** What the definition itself puts into the field must be of the field's type; known when no step comes behind. */
const literalsOf = (step: TransformStep | undefined): readonly string[] => {
  if (step?.fn === 'constant' || step?.fn === 'default') return [step.value];
  return step?.fn === 'map' ? [...Object.values(step.table), step.value].filter((value) => typeof value === 'string') : [];
};

const checkLiterals = (field: FieldDefinition, steps: readonly TransformStep[], at: string): void => {
  const literals = literalsOf(steps.at(-1));
  if (literals.length === 0) return;
  // Day and month of a value that the operator wrote: any order would do, only the shape is judged.
  const encoder = createCellEncoder(field, { zone: 'UTC', date: { order: 'dmy', source: 'operator' } });
  const out = new CopyBuffer();
  for (const literal of literals) {
    const bytes = Buffer.from(literal, 'utf8');
    const finding = bytes.length === 0 ? 0 : encoder.encode(bytes, 0, bytes.length, out);
    if (finding > 0 && issueKinds[issueCodeOf(finding)].severity === 'error')
      throw transformInvalid(`it has a value that the field does not take (${issueCodeOf(finding)}).`, `${at}[${steps.length - 1}]`);
  }
};
