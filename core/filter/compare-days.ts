/** A day compared with a time is the whole day: `<= 2024-01-31` holds until its end, as bounds of a dataset's field do. */
import type { FilterExpression, FilterOperator, FilterValue } from '../../contracts/filter-expression.ts';
import { civilDay, epochDay } from '../types/calendar.ts';
import { dateOnly, isDay } from './filter-value.ts';

interface Comparison { readonly field: string; readonly operator: FilterOperator; readonly value: FilterValue }

const nextDay = (text: string): string => {
  const [, year, month, day] = dateOnly.exec(text) ?? [];
  const next = civilDay(epochDay(Number(year), Number(month), Number(day)) + 1);
  return `${String(next.year).padStart(4, '0')}-${String(next.month).padStart(2, '0')}-${String(next.day).padStart(2, '0')}`;
};

export const comparison = ({ field, operator, value }: Comparison): FilterExpression => {
  const { kind, text } = value;
  if ((kind !== 'moment' && kind !== 'clock') || !isDay(text)) return { kind: 'compare', field, operator, value };
  const midnight = (day: string): FilterValue => ({ kind, text: `${day}T00:00:00${kind === 'moment' ? 'Z' : ''}` });
  const from = (op: FilterOperator): FilterExpression => ({ kind: 'compare', field, operator: op, value: midnight(text) });
  const to = (op: FilterOperator): FilterExpression => ({ kind: 'compare', field, operator: op, value: midnight(nextDay(text)) });
  switch (operator) {
    case '=': return { kind: 'and', operands: [from('>='), to('<')] };
    case '<>': return { kind: 'or', operands: [from('<'), to('>=')] };
    case '<': return from('<');
    case '<=': return to('<');
    case '>': return to('>=');
    case '>=': return from('>=');
  }
};
