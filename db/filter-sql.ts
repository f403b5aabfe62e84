/** A parsed filter as a condition on the table `t`: names quoted, every value a parameter with its type. */
import type { FieldDefinition } from '../contracts/dataset-definition.ts';
import { WaybillError } from '../contracts/errors.ts';
import { earthKilometres } from '../contracts/filter-expression.ts';
import type { FilterExpression, FilterKind, FilterValue } from '../contracts/filter-expression.ts';
import { quoteIdentifier } from './quote-identifier.ts';
import type { SqlParameters } from './sql-parameters.ts';

const typeOfKind: Readonly<Record<FilterKind, string>> = {
  text: 'text', integer: 'numeric', number: 'numeric', real: 'real', double: 'double precision', boolean: 'boolean', date: 'date', uuid: 'uuid',
  moment: 'timestamptz', clock: 'timestamp',
};

/** A whole number as bigint lets the database use an index over an integer column. */
const paramType = ({ kind, text }: FilterValue): string => kind === 'integer' && /^[+-]?\d{1,18}$/.test(text) ? 'bigint' : typeOfKind[kind];

const plainText = /^(text|character varying(\(\d+\))?)$/;

export class FilterSql {
  private readonly fields: ReadonlyMap<string, FieldDefinition>;
  constructor(fields: readonly FieldDefinition[], private readonly parameters: SqlParameters) {
    this.fields = new Map(fields.map((field) => [field.name, field]));
  }

  of(expression: FilterExpression): string {
    switch (expression.kind) {
      case 'and': case 'or': return `(${expression.operands.map((operand) => this.of(operand)).join(` ${expression.kind} `)})`;
      case 'not': return `(not ${this.of(expression.operand)})`;
      case 'compare': return `${this.operand(expression.field, expression.value.kind)} ${expression.operator} ${this.value(expression.value)}`;
      case 'fields': return this.fieldsCompared(expression);
      case 'in': return this.inList(expression);
      case 'like': return `${this.operand(expression.field, 'text')} like ${this.parameters.add(expression.pattern, 'text')}`;
      case 'null': return `${this.column(expression.field)} is null`;
      case 'box': return this.box(expression);
      case 'radius': return this.radius(expression);
    }
  }

  private column(name: string): string {
    if (!this.fields.has(name)) throw new WaybillError('FILTER_FIELD_UNKNOWN', 'The filter names a field that may not be read.');
    return `t.${quoteIdentifier(name)}`;
  }

  /** Texts in the order of their characters' numbers, whatever the database's language. Enums and foreign types by their text. */
  private operand(name: string, kind: FilterKind): string {
    const column = this.column(name);
    if (kind !== 'text') return column;
    const isText = plainText.test(this.fields.get(name)?.pgType ?? 'text') && this.fields.get(name)?.type !== 'other';
    return `${isText ? column : `${column}::text`} collate "C"`;
  }

  private value(value: FilterValue): string {
    return this.parameters.add(value.text, paramType(value));
  }

  private fieldsCompared({ field, operator, other, by }: FilterExpression & { readonly kind: 'fields' }): string {
    switch (by) {
      case 'texts': return `${this.operand(field, 'text')} ${operator} ${this.operand(other, 'text')}`;
      case 'values': return `${this.column(field)} ${operator} ${this.column(other)}`;
      case 'days': return `${this.day(field)} ${operator} ${this.day(other)}`;
    }
  }

  private day(name: string): string {
    const column = this.column(name);
    const { type, pgType } = this.fields.get(name) ?? {};
    if (type === 'date') return column;
    return pgType?.startsWith('timestamp') === true && pgType.endsWith('without time zone') ? `${column}::date` : `(${column} at time zone 'UTC')::date`;
  }

  private inList({ field, values }: FilterExpression & { readonly kind: 'in' }): string {
    const kind = values[0]?.kind ?? 'text';
    const type = values.every((value) => paramType(value) === 'bigint') ? 'bigint' : typeOfKind[kind];
    return `${this.operand(field, kind)} = any (${this.parameters.add(values.map((value) => value.text), `${type}[]`)})`;
  }

  /** A point is (longitude, latitude). */
  private box({ field, south, west, north, east }: FilterExpression & { readonly kind: 'box' }): string {
    const column = this.column(field);
    const degrees = (text: string): string => this.parameters.add(text, 'double precision');
    const longitudes = Number(west) <= Number(east) ? 'and' : 'or';
    return `(${column}[1] between ${degrees(south)} and ${degrees(north)} and (${column}[0] >= ${degrees(west)} ${longitudes} ${column}[0] <= ${degrees(east)}))`;
  }

  /** Haversine: exact enough at every distance, and needs no extension. atan2, because least() takes no notice of an empty point. */
  private radius({ field, latitude, longitude, kilometres }: FilterExpression & { readonly kind: 'radius' }): string {
    const column = this.column(field);
    const lat = this.parameters.add(latitude, 'double precision'), lon = this.parameters.add(longitude, 'double precision');
    const half = (difference: string): string => `power(sin(radians(${difference}) / 2), 2)`;
    const chord = `${half(`${column}[1] - ${lat}`)} + cos(radians(${lat})) * cos(radians(${column}[1])) * ${half(`${column}[0] - ${lon}`)}`;
    return `(2 * ${earthKilometres} * atan2(sqrt(${chord}), sqrt(greatest(0, 1 - (${chord})))) <= ${this.parameters.add(kilometres, 'double precision')})`;
  }
}
