/** A field compared with a field of the same record, as far as their types have one order. */
import type { FieldDefinition } from '../../contracts/dataset-definition.ts';
import { WaybillError } from '../../contracts/errors.ts';
import type { FilterExpression, FilterKind, FilterOperator } from '../../contracts/filter-expression.ts';
import { filterKindOf } from './filter-value.ts';

type By = (FilterExpression & { readonly kind: 'fields' })['by'];

/** Exact numbers and those of floating point are not mixed: one of them would be rounded unseen. */
const families: Readonly<Record<FilterKind, string>> = {
  text: 'text', integer: 'exact', number: 'exact', real: 'floating', double: 'floating', boolean: 'boolean', date: 'date', uuid: 'uuid', moment: 'moment', clock: 'clock',
};
const timed: ReadonlySet<FilterKind> = new Set(['moment', 'clock']);

const comparedBy = (left: FilterKind, right: FilterKind): By | null => {
  if (left === 'text' && right === 'text') return 'texts';
  if (families[left] === families[right]) return 'values';
  return (left === 'date' && timed.has(right)) || (right === 'date' && timed.has(left)) ? 'days' : null;
};

export interface FieldPair { readonly field: FieldDefinition; readonly operator: FilterOperator; readonly other: FieldDefinition; readonly at: number }

export const comparedFields = ({ field, operator, other, at }: FieldPair): FilterExpression => {
  const [left, right] = [filterKindOf(field), filterKindOf(other)];
  const by = left === null || right === null ? null : comparedBy(left, right);
  if (by === null) throw new WaybillError('FILTER_TYPE',
    `The filter compares at character ${at} the field ${field.name} (${field.type}) with ${other.name} (${other.type}), which have no order in common.`, { position: at, field: field.name, type: field.type });
  return { kind: 'fields', field: field.name, operator, other: other.name, by };
};
