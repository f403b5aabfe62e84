/** What people said of earlier files, as evidence: the field of a column of the same name, that it has none, how it writes its dates. */
import type { ParseOptions } from '../../contracts/parse-options.ts';
import type { MappedField } from '../../contracts/plan-document.ts';
import { normaliseName } from './normalise-name.ts';

export interface Confirmation {
  /** Empty: the column was left without a field. */
  readonly field: string;
  readonly samePartner: boolean;
  readonly dateOrder?: 'dmy' | 'mdy' | null;
}
/** By the column's folded name. */
export type Confirmations = ReadonlyMap<string, readonly Confirmation[]>;

export const confirmationsOf = (names: readonly (Confirmation & { readonly header: string })[]): Confirmations => {
  const confirmations = new Map<string, Confirmation[]>();
  for (const { header, ...said } of names) confirmations.set(header, [...confirmations.get(header) ?? [], said]);
  return confirmations;
};

/** A column's name as it is remembered; empty in a file whose names are not the sender's: there a name would be a place, or data. */
const rememberedName = (parse: ParseOptions, column: number | undefined): string => {
  const name = column === undefined || (parse.format === 'csv' && !parse.header) ? '' : parse.columns[column] ?? '';
  return name === `column_${(column ?? 0) + 1}` ? '' : normaliseName(name);
};

export interface SaidName { readonly header: string; readonly field: string; readonly dateOrder: 'dmy' | 'mdy' | null }

/** Single columns whose field, or whose order of day and month, an operator said, and those that were left without a field. */
export const saidByOperator = (mapping: readonly MappedField[], parse: ParseOptions, ignored: readonly number[] = []): readonly SaidName[] => [
  ...mapping.flatMap(({ field, columns, by, date }): readonly SaidName[] => {
    const dateOrder = date?.source === 'operator' ? date.order : null;
    const header = columns.length === 1 && (by === 'operator' || dateOrder !== null) ? rememberedName(parse, columns[0]) : '';
    return header === '' ? [] : [{ header, field, dateOrder }];
  }),
  ...ignored.flatMap((column): readonly SaidName[] => {
    const header = rememberedName(parse, column);
    return header === '' ? [] : [{ header, field: '', dateOrder: null }];
  }),
];

/** Columns (from 0) that a person left without a field in an earlier file of the partner. */
export const ignoredColumns = (parse: ParseOptions, confirmed: Confirmations): ReadonlySet<number> => new Set(parse.columns.flatMap((_, column) =>
  (confirmed.get(rememberedName(parse, column))?.some(({ field, samePartner }) => samePartner && field === '') === true ? [column] : [])));

export interface RecalledPair { readonly column: number; readonly field: string; readonly dateOrder: 'dmy' | 'mdy' | null }

/** What was last said of columns of these names in files of the partner; a field that two columns would feed is nobody's. */
export const recalledPairs = (parse: ParseOptions, confirmed: Confirmations): readonly RecalledPair[] => {
  const pairs = parse.columns.flatMap((_, column): readonly RecalledPair[] => {
    const said = confirmed.get(rememberedName(parse, column))?.find(({ samePartner }) => samePartner);
    return said === undefined || said.field === '' ? [] : [{ column, field: said.field, dateOrder: said.dateOrder ?? null }];
  });
  return pairs.filter(({ field }) => pairs.filter((other) => other.field === field).length === 1);
};

export const isConfirmed = (parse: ParseOptions, confirmed: Confirmations, { column, field }: { readonly column: number | undefined; readonly field: string }): boolean =>
  confirmed.get(rememberedName(parse, column))?.some((said) => said.samePartner && said.field === field) === true;

/** Field → order of day and month, as it was said of an earlier file of the partner. */
export const rememberedOrders = (mapping: readonly MappedField[], parse: ParseOptions, confirmed: Confirmations): Readonly<Record<string, 'dmy' | 'mdy'>> =>
  Object.fromEntries(mapping.flatMap(({ field, columns }) => {
    const order = columns.length === 1 ? confirmed.get(rememberedName(parse, columns[0]))?.find((said) => said.samePartner && said.field === field)?.dateOrder : null;
    return order === null || order === undefined ? [] : [[field, order] as const];
  }));
