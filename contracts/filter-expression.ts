/**
 * A filter over a dataset's fields, parsed and typed (core/filter/parse-filter.ts makes it, db/filter-sql.ts turns it into SQL with
 * parameters). As in SQL a comparison with an empty value, on either side, is neither true nor false: such a record is left out, also under `not`.
 */
export const filterOperators = ['=', '<>', '<', '<=', '>', '>='] as const;
export type FilterOperator = (typeof filterOperators)[number];

/** How the value of a field is compared; the last two are times with and without zone. */
export type FilterKind = 'text' | 'integer' | 'number' | 'real' | 'double' | 'boolean' | 'date' | 'uuid' | 'moment' | 'clock';

/** A literal that was found valid for its kind; as text, so that nothing is rounded. */
export interface FilterValue {
  readonly kind: FilterKind;
  readonly text: string;
}

export type FilterExpression =
  | { readonly kind: 'and' | 'or'; readonly operands: readonly FilterExpression[] }
  | { readonly kind: 'not'; readonly operand: FilterExpression }
  | { readonly kind: 'compare'; readonly field: string; readonly operator: FilterOperator; readonly value: FilterValue }
  /** Two fields of the record; `days`: one is a day and the other a time, whose day (in UTC, without a zone its own) is compared. */
  | { readonly kind: 'fields'; readonly field: string; readonly operator: FilterOperator; readonly other: string; readonly by: 'texts' | 'values' | 'days' }
  | { readonly kind: 'in'; readonly field: string; readonly values: readonly FilterValue[] }
  /** `%` any text, `_` one character, backslash takes the next character as it is. */
  | { readonly kind: 'like'; readonly field: string; readonly pattern: string }
  | { readonly kind: 'null'; readonly field: string }
  /** Degrees, borders included. West of a box that crosses the 180th meridian is larger than its east. */
  | { readonly kind: 'box'; readonly field: string; readonly south: string; readonly west: string; readonly north: string; readonly east: string }
  | { readonly kind: 'radius'; readonly field: string; readonly latitude: string; readonly longitude: string; readonly kilometres: string };

/** Mean radius of the earth (IUGG), for distances along the great circle. */
export const earthKilometres = 6371.0088;
