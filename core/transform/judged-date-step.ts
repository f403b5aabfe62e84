/** The step whose order of day and month the whole column decides; -1: there is none. */
import type { FieldType } from '../../contracts/dataset-definition.ts';
import type { TransformStep } from '../../contracts/transform.ts';
import { leavesOrderOpen } from './date.ts';
import { columnsOf, givesOf } from './functions.ts';
import type { ValueKind } from './step.ts';

/** Dates and times of the type have an order of their own, so what reaches them must be ISO 8601. */
const ordered: readonly FieldType[] = ['date', 'timestamp'];

export const judgedDateStep = (steps: readonly TransformStep[], { type, columns }: { readonly type: FieldType; readonly columns: number }): number => {
  const open = steps.flatMap((step, index) => (step.fn === 'date' && leavesOrderOpen(step) ? [index] : []));
  const [at] = open;
  if (at === undefined || open.length > 1) return -1;
  // Of several columns one may write its dates as the other does not.
  if (columns !== 1 && !steps.slice(0, at).some((step) => columnsOf(step) !== null)) return -1;
  const last = steps.slice(at + 1).reduce<ValueKind>((kind, step) => givesOf(step, kind), 'date');
  return ordered.includes(type) && last !== 'date' && last !== 'timestamp' ? -1 : at;
};
