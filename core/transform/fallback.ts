/** Steps that put something where there is nothing, and those that make one text of several. */
import type { StepOf } from '../../contracts/transform.ts';
import { done, type CombiningStep, type TextStep } from './step.ts';

/** `default`: a value where the cell is empty. */
export const fallback = ({ value }: StepOf<'default'>): TextStep => ({ kind: 'text', apply: (text) => text, ofNothing: value, bytes: () => done });

export const constant = ({ value }: StepOf<'constant'>): CombiningStep => ({ kind: 'combining', combine: () => value });

/** Empty cells are left out, and so are their separators. */
export const join = ({ separator }: StepOf<'join'>): CombiningStep => ({
  kind: 'combining', combine: (values) => values.filter((value) => value !== null).join(separator),
});

/** The first that is not empty. */
export const coalesce = (): CombiningStep => ({ kind: 'combining', combine: (values) => values.find((value) => value !== null) ?? null });
