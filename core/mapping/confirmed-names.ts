/** What operators said of earlier files, as evidence: their `--map` of a column of the same name. */
import type { ParseOptions } from '../../contracts/parse-options.ts';
import type { MappedField } from '../../contracts/plan-document.ts';
import { normaliseName } from './normalise-name.ts';

export interface Confirmation {
  readonly field: string;
  readonly samePartner: boolean;
}
/** By the column's folded name. */
export type Confirmations = ReadonlyMap<string, readonly Confirmation[]>;

export const confirmationsOf = (names: readonly (Confirmation & { readonly header: string })[]): Confirmations => {
  const confirmations = new Map<string, Confirmation[]>();
  for (const { header, field, samePartner } of names) confirmations.set(header, [...confirmations.get(header) ?? [], { field, samePartner }]);
  return confirmations;
};

/** Single columns that an operator named, in a file whose names are the sender's: where there are none, a name would be a place, or data. */
export const saidByOperator = (mapping: readonly MappedField[], parse: ParseOptions): readonly { readonly header: string; readonly field: string }[] =>
  parse.format === 'csv' && !parse.header ? [] : mapping.flatMap(({ field, columns, by }) => {
    const [column] = columns;
    const name = column === undefined || by !== 'operator' || columns.length !== 1 ? '' : parse.columns[column] ?? '';
    const header = name === `column_${(column ?? 0) + 1}` ? '' : normaliseName(name);
    return header === '' ? [] : [{ header, field }];
  });
