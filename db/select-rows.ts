/**
 * The one source of a dataset's records (promise 9): previews, record listings and exports read what this selects and nothing else. Who may
 * see which field how is decided in `visibleFields` and in the columns made here; a disclosure policy changes only this file.
 */
import type { DatasetDefinition, FieldDefinition } from '../contracts/dataset-definition.ts';
import { WaybillError } from '../contracts/errors.ts';
import type { SortKey } from '../contracts/export-request.ts';
import type { FilterExpression } from '../contracts/filter-expression.ts';
import { FilterSql } from './filter-sql.ts';
import { quoteIdentifier, quoteTable } from './quote-identifier.ts';
import { refuseWithoutRole, type Reader } from './reader.ts';
import { SqlParameters } from './sql-parameters.ts';

export interface SelectRowsInput extends Reader {
  readonly definition: DatasetDefinition;
  /** Names in the order wanted; default: all that may be seen. A name may stand twice. */
  readonly fields?: readonly string[];
  readonly filter?: FilterExpression | null;
  readonly sort?: readonly SortKey[];
  /** Only records with these keys, in their order: `fields` of a key and the texts of their values (db/record-origins.ts). */
  readonly keys?: { readonly fields: readonly string[]; readonly texts: readonly string[] };
  /** Only records that lie on these pages of the table, from `from` to before `end`. */
  readonly pages?: { readonly from: number; readonly end: number | null };
}

export interface RowSelection {
  readonly fields: readonly FieldDefinition[];
  /** A text or null for each field, as PostgreSQL writes the value. */
  readonly columns: readonly string[];
  /** The same for COPY, which writes texts itself: the value as it is where that is cheaper and its text is the same. */
  readonly outputs: readonly string[];
  /** `from … where …` */
  readonly from: string;
  /** `order by …`, or nothing. */
  readonly order: string;
  readonly values: readonly unknown[];
}

/** Types whose text is what COPY writes. Not so: boolean (`t` for `true`), inet (no `/32`), char(n) (its blanks), and whatever we do not know. */
const writtenAlike = /^(?:smallint|integer|bigint|numeric(?:\([^)]*\))?|real|double precision|date|uuid|text|character varying(?:\(\d+\))?|timestamp(?:\(\d\))? with(?:out)? time zone|jsonb?|point)$/;

/** Which fields this reader may see. Today all, for whoever has a role and a purpose. */
const visibleFields = (input: SelectRowsInput): readonly FieldDefinition[] => {
  refuseWithoutRole(input);
  return input.definition.fields;
};

const fieldNamed = (visible: readonly FieldDefinition[], name: string): FieldDefinition => {
  const field = visible.find((candidate) => candidate.name === name);
  if (field === undefined) throw new WaybillError('EXPORT_FIELDS_INVALID', `The dataset has no field ${name}.`, { field: name });
  return field;
};

const columnOf = ({ name }: FieldDefinition): string => `t.${quoteIdentifier(name)}`;

const sortable = (field: FieldDefinition): FieldDefinition => {
  if (['point', 'json', 'text_list', 'other'].includes(field.type)) throw new WaybillError('EXPORT_FIELDS_INVALID', `The field ${field.name} (${field.type}) has no order to sort by.`, { field: field.name });
  return field;
};

/** The key's text turned back into values of its types, so that the table's index finds each record. */
const joinByKey = (visible: readonly FieldDefinition[], { fields, texts }: NonNullable<SelectRowsInput['keys']>, parameters: SqlParameters): string => {
  const typeOf = new Map(visible.map((field) => [field.name, field.pgType ?? 'text']));
  const equal = fields.map((name, index) =>
    `t.${quoteIdentifier(name)} = (${fields.length === 1 ? 'k.key' : `k.key::jsonb ->> ${index}`})::${typeOf.get(name) ?? 'text'}`);
  return `unnest(${parameters.add(texts, 'text[]')}) with ordinality k(key, nr) join %table% t on ${equal.length === 0 ? 'false' : equal.join(' and ')}`;
};

const onPages = (pages: SelectRowsInput['pages']): string[] => pages === undefined ? []
  : [`t.ctid >= '(${pages.from},0)'::tid`, ...(pages.end === null ? [] : [`t.ctid < '(${pages.end},0)'::tid`])];

export const tableOf = (definition: DatasetDefinition): { readonly schema: string; readonly name: string } =>
  definition.table ?? { schema: 'registry', name: definition.name };

export const selectRows = (input: SelectRowsInput): RowSelection => {
  const visible = visibleFields(input);
  const fields = input.fields === undefined ? visible : input.fields.map((name) => fieldNamed(visible, name));
  const parameters = new SqlParameters();
  const table = quoteTable(tableOf(input.definition));
  const source = input.keys === undefined ? `${table} t` : joinByKey(visible, input.keys, parameters).replace('%table%', () => table);
  const conditions = onPages(input.pages);
  if (input.filter !== null && input.filter !== undefined) conditions.push(`(${new FilterSql(visible, parameters).of(input.filter)})`);
  const condition = conditions.length === 0 ? '' : ` where ${conditions.join(' and ')}`;
  const order = (input.sort ?? []).map(({ field, descending }) =>
    `t.${quoteIdentifier(sortable(fieldNamed(visible, field)).name)} ${descending ? 'desc nulls last' : 'asc nulls last'}`);
  if (input.keys !== undefined) order.push('k.nr');
  return {
    fields, columns: fields.map((field) => `${columnOf(field)}::text`),
    outputs: fields.map((field) => writtenAlike.test(field.pgType ?? '') ? columnOf(field) : `${columnOf(field)}::text`), from: `from ${source}${condition}`,
    order: order.length === 0 ? '' : `order by ${order.join(', ')}`, values: parameters.values,
  };
};
