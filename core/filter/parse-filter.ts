/**
 * The filter language: comparisons, in, like, between, null, boxes and circles on points, joined by and, or, not and parentheses. Typed by
 * the dataset's fields, so whatever it accepts the database accepts. Errors name the character and never repeat what stands there.
 */
import type { FieldDefinition } from '../../contracts/dataset-definition.ts';
import { WaybillError } from '../../contracts/errors.ts';
import { filterOperators } from '../../contracts/filter-expression.ts';
import type { FilterExpression, FilterOperator } from '../../contracts/filter-expression.ts';
import { comparedFields } from './compare-fields.ts';
import { comparison } from './compare-days.ts';
import { filterError, filterTokens } from './filter-tokens.ts';
import type { FilterToken } from './filter-tokens.ts';
import { filterKindOf, filterValueOf, typeError } from './filter-value.ts';

const longestFilter = 10_000;
const deepest = 50;
const mostParts = 1_000;

const isOperator = (text: string): text is FilterOperator => (filterOperators as readonly string[]).includes(text);
const reserved: ReadonlySet<string> = new Set(['and', 'or', 'not', 'in', 'like', 'is', 'null', 'between', 'within', 'true', 'false']);

/** A field that is being judged, and where its name stands. */
interface Subject { readonly field: FieldDefinition; readonly at: number }

class FilterParser {
  private readonly tokens: readonly FilterToken[];
  private index = 0;
  private depth = 0;
  private parts = 0;

  constructor(filter: string, private readonly fields: ReadonlyMap<string, FieldDefinition>) {
    if (filter.length > longestFilter) throw filterError(`it is longer than ${longestFilter} characters.`, longestFilter + 1);
    this.tokens = filterTokens(filter);
  }

  whole(): FilterExpression {
    const expression = this.either();
    if (this.token.kind !== 'end') throw filterError('expected and, or, or the end.', this.token.at);
    return expression;
  }

  private get token(): FilterToken {
    return this.tokens[this.index] ?? { kind: 'end', text: '', word: '', at: 1 };
  }

  private take(): FilterToken {
    const { token } = this;
    this.index += 1;
    return token;
  }

  private takes(wordOrSign: string): boolean {
    const { kind, word, text } = this.token;
    const found = (kind === 'word' && word === wordOrSign) || (kind === 'sign' && text === wordOrSign);
    if (found) this.index += 1;
    return found;
  }

  private expect(wordOrSign: string): void {
    if (!this.takes(wordOrSign)) throw filterError(`expected ${wordOrSign}.`, this.token.at);
  }

  private either(): FilterExpression {
    return this.joined('or', () => this.both());
  }

  private both(): FilterExpression {
    return this.joined('and', () => this.unary());
  }

  private joined(kind: 'and' | 'or', next: () => FilterExpression): FilterExpression {
    const operands = [next()];
    while (this.takes(kind)) operands.push(next());
    const [only] = operands;
    return operands.length === 1 && only !== undefined ? only : { kind, operands };
  }

  private unary(): FilterExpression {
    if (this.takes('not')) return { kind: 'not', operand: this.deeper(() => this.unary()) };
    if (!this.takes('(')) return this.predicate();
    const inner = this.deeper(() => this.either());
    this.expect(')');
    return inner;
  }

  private deeper(read: () => FilterExpression): FilterExpression {
    this.depth += 1;
    if (this.depth > deepest) throw filterError(`it is nested deeper than ${deepest} levels.`, this.token.at);
    const expression = read();
    this.depth -= 1;
    return expression;
  }

  private predicate(): FilterExpression {
    this.parts += 1;
    if (this.parts > mostParts) throw filterError(`it has more than ${mostParts} comparisons.`, this.token.at);
    const subject = this.subject();
    if (this.takes('is')) return this.isNull(subject);
    if (this.takes('not')) return { kind: 'not', operand: this.test(subject, 'in, like, between or within') };
    const operator = this.token;
    if (operator.kind !== 'sign' || !isOperator(operator.text)) return this.test(subject, 'a comparison (=, <>, <, <=, >, >=), in, like, between, within or is');
    this.index += 1;
    return this.compare(subject, { operator: operator.text, at: operator.at });
  }

  private subject(): Subject {
    const { kind, text, word, at } = this.take();
    if ((kind !== 'word' && kind !== 'name') || (kind === 'word' && reserved.has(word))) throw filterError('expected the name of a field, not, or an opening parenthesis.', at);
    const field = this.fields.get(text);
    if (field === undefined) throw new WaybillError('FILTER_FIELD_UNKNOWN', `The filter names at character ${at} a field that the dataset does not have.`, { position: at });
    return { field, at };
  }

  private isNull({ field }: Subject): FilterExpression {
    const negated = this.takes('not');
    this.expect('null');
    const found: FilterExpression = { kind: 'null', field: field.name };
    return negated ? { kind: 'not', operand: found } : found;
  }

  private test(subject: Subject, expected: string): FilterExpression {
    const { at } = this.token;
    if (this.takes('in')) return this.inList(subject);
    if (this.takes('like')) return this.like(subject, at);
    if (this.takes('between')) return this.between(subject, at);
    if (this.takes('within')) return this.within(subject);
    throw filterError(`expected ${expected}.`, at);
  }

  private literal({ field }: Subject): ReturnType<typeof filterValueOf> {
    const token = this.take();
    if (token.kind === 'sign' || token.kind === 'end') throw filterError('expected a value.', token.at);
    if (token.kind === 'word' && token.word === 'null') throw filterError('null is asked for with is null.', token.at);
    return filterValueOf(field, token);
  }

  private compare(subject: Subject, { operator, at }: { readonly operator: FilterOperator; readonly at: number }): FilterExpression {
    const other = this.otherField();
    if (other !== null) {
      for (const side of [subject, other]) this.refuseUnordered(side, operator, at);
      return comparedFields({ field: subject.field, operator, other: other.field, at: other.at });
    }
    const value = this.literal(subject);
    this.refuseUnordered(subject, operator, at);
    return comparison({ field: subject.field.name, operator, value });
  }

  /** A name where a value may stand is a field; a word that names none is a slip, and judged as a value. */
  private otherField(): Subject | null {
    const { kind, text, word, at } = this.token;
    const field = kind === 'name' || (kind === 'word' && !reserved.has(word)) ? this.fields.get(text) : undefined;
    if (field === undefined && kind !== 'name') return null;
    this.index += 1;
    if (field === undefined) throw new WaybillError('FILTER_FIELD_UNKNOWN', `The filter names at character ${at} a field that the dataset does not have.`, { position: at });
    return { field, at };
  }

  /** An enum's order is its own, a UUID's is none that a person would ask for. */
  private refuseUnordered({ field }: Subject, operator: FilterOperator, at: number): void {
    if (operator !== '=' && operator !== '<>' && ['enum', 'uuid', 'boolean'].includes(field.type)) throw typeError('it has no order; use =, <> or in.', { field, at });
  }

  private inList(subject: Subject): FilterExpression {
    this.expect('(');
    const values = [this.literal(subject)];
    while (this.takes(',')) values.push(this.literal(subject));
    this.expect(')');
    const field = subject.field.name;
    const days = values.map((value) => comparison({ field, operator: '=', value }));
    // Days of a time are ranges.
    return days.some((day) => day.kind !== 'compare') ? { kind: 'or', operands: days } : { kind: 'in', field, values };
  }

  private like({ field }: Subject, at: number): FilterExpression {
    const token = this.take();
    if (filterKindOf(field) !== 'text') throw typeError('like compares texts.', { field, at });
    if (token.kind !== 'text') throw filterError('expected a pattern in single quotes.', token.at);
    if (/(?<!\\)(?:\\\\)*\\$/.test(token.text) || token.text.includes('\u0000')) throw filterError('a pattern does not end with a single backslash.', token.at);
    return { kind: 'like', field: field.name, pattern: token.text };
  }

  private between(subject: Subject, at: number): FilterExpression {
    const low = this.literal(subject);
    this.expect('and');
    const high = this.literal(subject);
    this.refuseUnordered(subject, '<=', at);
    const field = subject.field.name;
    return { kind: 'and', operands: [comparison({ field, operator: '>=', value: low }), comparison({ field, operator: '<=', value: high })] };
  }

  private within({ field }: Subject): FilterExpression {
    const { at } = this.token;
    const isBox = this.takes('box');
    if (!isBox && !this.takes('radius')) throw filterError('expected box(lat,lon,lat,lon) or radius(lat,lon,km).', at);
    if (field.type !== 'point') throw typeError('within asks for a point.', { field, at });
    this.expect('(');
    const first = this.number(90), second = this.nextNumber(180);
    if (isBox) return this.box(field, { south: first, west: second, at });
    const kilometres = this.nextNumber(Number.MAX_SAFE_INTEGER, 0);
    this.expect(')');
    return { kind: 'radius', field: field.name, latitude: first, longitude: second, kilometres };
  }

  private box(field: FieldDefinition, { south, west, at }: { readonly south: string; readonly west: string; readonly at: number }): FilterExpression {
    const north = this.nextNumber(90), east = this.nextNumber(180);
    this.expect(')');
    if (Number(south) > Number(north)) throw filterError('a box begins in the south: write box(south,west,north,east).', at);
    return { kind: 'box', field: field.name, south, west, north, east };
  }

  private nextNumber(most: number, least = -most): string {
    this.expect(',');
    return this.number(most, least);
  }

  private number(most: number, least = -most): string {
    const { kind, text, at } = this.take();
    const value = Number(text);
    if (kind !== 'number' || !(value >= least && value <= most)) throw filterError(`expected a number from ${least} to ${most}.`, at);
    return text;
  }
}

export const parseFilter = (filter: string, fields: readonly FieldDefinition[]): FilterExpression =>
  new FilterParser(filter, new Map(fields.map((field) => [field.name, field]))).whole();
