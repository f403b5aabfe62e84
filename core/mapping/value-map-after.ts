/** The codes of a column that its field does not take yet, after the steps that were confirmed for it, and the steps that take them too. */
import type { FieldDefinition } from '../../contracts/dataset-definition.ts';
import type { StepOf, TransformStep } from '../../contracts/transform.ts';
import { compileTransforms } from '../transform/compile-transforms.ts';
import { foldWord } from '../transform/fold-word.ts';
import { proposeValueMap, valueMapStep, type ProposedCode } from './propose-value-map.ts';

export interface ProposedMapSteps {
  readonly codes: readonly ProposedCode[];
  readonly step: StepOf<'map'>;
  /** With what was confirmed before and behind it. */
  readonly transforms: readonly TransformStep[];
}

export const valueMapAfter = (field: FieldDefinition, cells: readonly string[], steps: readonly TransformStep[] = []): ProposedMapSteps => {
  const at = steps.findIndex(({ fn }) => fn === 'map'), before = at < 0 ? steps : steps.slice(0, at), behind = at < 0 ? [] : steps.slice(at + 1);
  const known = steps[at]?.fn === 'map' ? steps[at] : null;
  const knows = known === null ? () => false : knowing(known);
  const codes = proposeValueMap(field, textsAfter(before, cells).filter((text) => !knows(text)));
  const proposed = valueMapStep(field, codes), step = known === null ? proposed : extended(known, proposed);
  return { codes, step, transforms: [...before, step, ...behind] };
};

const textsAfter = (steps: readonly TransformStep[], cells: readonly string[]): readonly string[] => {
  if (steps.length === 0) return cells;
  const program = compileTransforms(steps, { type: 'text', columns: 1, at: 'transforms' });
  return cells.flatMap((cell) => {
    const text = program.run([cell === '' ? null : cell]);
    return typeof text === 'string' ? [text] : [];
  });
};

const keyOf = ({ fold }: StepOf<'map'>, text: string): string => (fold ? foldWord(text) : text);
const knowing = (step: StepOf<'map'>): ((text: string) => boolean) => {
  const codes = new Set(Object.keys(step.table).map((code) => keyOf(step, code)));
  return (text) => codes.has(keyOf(step, text));
};

/** What was confirmed stands. */
const extended = (known: StepOf<'map'>, proposed: StepOf<'map'>): StepOf<'map'> => {
  const knows = knowing(known), more = Object.entries(proposed.table).filter(([code]) => !knows(code));
  return { ...known, table: { ...known.table, ...Object.fromEntries(more) } };
};
