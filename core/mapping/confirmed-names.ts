/** What people said of earlier files, as evidence: the field that columns of these names made and how, that a column has none, how it writes its dates. */
import type { ParseOptions } from '../../contracts/parse-options.ts';
import type { MappedField } from '../../contracts/plan-document.ts';
import type { TransformStep } from '../../contracts/transform.ts';
import { normaliseName } from './normalise-name.ts';

export interface Confirmation {
  /** Folded names, in the order in which they make the field; none: of a constant. */
  readonly columns: readonly string[];
  /** Empty: the column was left without a field. */
  readonly field: string;
  readonly samePartner: boolean;
  /** Steps as they were stored; who takes them has to read them. */
  readonly transforms?: unknown;
  readonly dateOrder?: 'dmy' | 'mdy' | null;
  /** Of a constant: names of columns that a file has for which it is. */
  readonly beside?: readonly string[] | null;
  /** What was said together has the same. */
  readonly saidIn?: string | null;
}
/** By the folded names of the columns, joined; of each what was said last comes first. */
export type Confirmations = ReadonlyMap<string, readonly Confirmation[]>;

/** A folded name has letters and digits only. */
const joined = (columns: readonly string[]): string => (columns.length === 0 ? '=' : columns.join('+'));

export const confirmationsOf = (said: readonly Confirmation[]): Confirmations => {
  const confirmations = new Map<string, Confirmation[]>();
  for (const each of said) confirmations.set(joined(each.columns), [...confirmations.get(joined(each.columns)) ?? [], each]);
  return confirmations;
};

/** A column's name as it is remembered; empty in a file whose names are not the sender's: there a name would be a place, or data. */
const rememberedName = (parse: ParseOptions, column: number | undefined): string => {
  const name = column === undefined || (parse.format === 'csv' && !parse.header) ? '' : parse.columns[column] ?? '';
  return name === `column_${(column ?? 0) + 1}` ? '' : normaliseName(name);
};

/** Of all columns, in their order. */
export const rememberedNames = (parse: ParseOptions): readonly string[] => parse.columns.map((_, column) => rememberedName(parse, column));

export interface SaidName {
  readonly columns: readonly string[];
  readonly field: string;
  readonly transforms: readonly TransformStep[] | null;
  readonly dateOrder: 'dmy' | 'mdy' | null;
  readonly beside: readonly string[] | null;
}

/** Columns whose field, or whose order of day and month, an operator said, constants, and columns that were left without a field. */
export const saidByOperator = (mapping: readonly MappedField[], parse: ParseOptions, ignored: readonly number[] = []): readonly SaidName[] => {
  const names = rememberedNames(parse), nameOf = (column: number): string => names[column] ?? '';
  const used = [...new Set(mapping.flatMap(({ columns }) => columns.map(nameOf)))].filter((name) => name !== '');
  return [
    ...mapping.flatMap(({ field, columns, by, date, transforms = null }): readonly SaidName[] => {
      const dateOrder = date?.source === 'operator' ? date.order : null, own = columns.map(nameOf);
      const isNameless = own.length === 0 ? used.length === 0 : own.includes('');
      return (by !== 'operator' && dateOrder === null) || isNameless ? [] : [{ columns: own, field, transforms, dateOrder, beside: own.length === 0 ? used : null }];
    }),
    ...ignored.flatMap((column): readonly SaidName[] => (nameOf(column) === '' ? [] : [{ columns: [nameOf(column)], field: '', transforms: null, dateOrder: null, beside: null }])),
  ];
};

/** Columns (from 0) that a person left without a field in an earlier file of the partner. */
export const ignoredColumns = (parse: ParseOptions, confirmed: Confirmations): ReadonlySet<number> => new Set(rememberedNames(parse).flatMap((name, column) =>
  (confirmed.get(name)?.some(({ field, samePartner }) => samePartner && field === '') === true ? [column] : [])));

/** Field → order of day and month, as it was said of an earlier file of the partner. */
export const rememberedOrders = (mapping: readonly MappedField[], parse: ParseOptions, confirmed: Confirmations): Readonly<Record<string, 'dmy' | 'mdy'>> => {
  const names = rememberedNames(parse);
  return Object.fromEntries(mapping.flatMap(({ field, columns }) => {
    const order = columns.length === 0 ? null : confirmed.get(joined(columns.map((column) => names[column] ?? '')))?.find((said) => said.samePartner && said.field === field)?.dateOrder;
    return order === null || order === undefined ? [] : [[field, order] as const];
  }));
};

/** Without what was said of these fields and columns: what is not done as it was said is no evidence that it be done otherwise. */
export const withoutConfirmed = (confirmed: Confirmations, left: readonly Pick<Confirmation, 'columns' | 'field'>[]): Confirmations => (left.length === 0 ? confirmed
  : confirmationsOf([...confirmed.values()].flat().filter((said) => !(said.samePartner && left.some(({ columns, field }) => field === said.field && joined(columns) === joined(said.columns))))));
