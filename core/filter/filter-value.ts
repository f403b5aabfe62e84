/** Which comparisons a field's type has, and whether a literal is a value of it. */
import type { FieldDefinition } from '../../contracts/dataset-definition.ts';
import { WaybillError } from '../../contracts/errors.ts';
import type { FilterKind, FilterValue } from '../../contracts/filter-expression.ts';
import { isCalendarDay } from '../types/calendar.ts';
import { pgTypeParts } from '../types/pg-type.ts';
import type { FilterToken } from './filter-tokens.ts';

export const typeError = (message: string, { field, at }: { readonly field: FieldDefinition; readonly at: number }): WaybillError =>
  new WaybillError('FILTER_TYPE', `The filter asks at character ${at} for what the field ${field.name} (${field.type}) does not have: ${message}`, { position: at, field: field.name, type: field.type });

const numberKind = (field: FieldDefinition): FilterKind => {
  switch (pgTypeParts(field).base) {
    case 'smallint': case 'integer': case 'bigint': return 'integer';
    case 'real': return 'real';
    case 'double precision': return 'double';
    default: return 'number';
  }
};

/** Null: the type is not compared (points, JSON, lists). */
export const filterKindOf = (field: FieldDefinition): FilterKind | null => {
  switch (field.type) {
    case 'text': case 'country': case 'phone': case 'email': case 'code': case 'enum': case 'other': return 'text';
    case 'integer': case 'number': return numberKind(field);
    case 'boolean': return 'boolean';
    case 'date': return 'date';
    case 'timestamp': return pgTypeParts(field).base === 'timestamp without time zone' ? 'clock' : 'moment';
    case 'uuid': return 'uuid';
    case 'json': case 'text_list': case 'point': return null;
  }
};

const number = /^[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE]([+-]?\d+))?$/;
const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;
export const dateOnly = /^(\d{4})-(\d{2})-(\d{2})$/;
const time = /^(\d{4}-\d{2}-\d{2})[Tt ](\d{2}):(\d{2})(?::(\d{2})(?:\.\d{1,6})?)?([Zz]|[+-]\d{2}(?::?\d{2})?)?$/;

/** What PostgreSQL's types of number take without an overflow. */
const isNumber = (text: string, kind: FilterKind): boolean => {
  const match = number.exec(text);
  if (match === null || text.length > 200 || Math.abs(Number(match[1] ?? '0')) > 1_000) return false;
  if (kind !== 'real' && kind !== 'double') return true;
  const value = kind === 'real' ? Math.fround(Number(text)) : Number(text);
  return Number.isFinite(value) && (value !== 0 || !/[1-9]/.test(text.replace(/[eE].*/, '')));
};

export const isDay = (text: string): boolean => {
  const [, year, month, day] = dateOnly.exec(text) ?? [];
  return year !== undefined && isCalendarDay(Number(year), Number(month), Number(day));
};

const isTime = (text: string, withZone: boolean): boolean => {
  const [, day = '', hour, minute, second = '0', zone = ''] = time.exec(text) ?? [];
  const [zoneHour = 0, zoneMinute = 0] = (/\d{2}:?(?:\d{2})?/.exec(zone.slice(1))?.[0] ?? '').match(/\d{2}/g)?.map(Number) ?? [];
  return isDay(day) && Number(hour) <= 23 && Number(minute) <= 59 && Number(second) <= 59 && zoneHour <= 14 && zoneMinute <= 59 && (withZone || zone === '');
};

const wanted: Readonly<Record<FilterKind, string>> = {
  text: 'a text in single quotes', integer: 'a number', number: 'a number', real: 'a number that a floating point column can hold',
  double: 'a number that a floating point column can hold', boolean: 'true or false', date: 'a day as YYYY-MM-DD', uuid: 'a UUID in single quotes',
  moment: 'a day as YYYY-MM-DD, or a time as YYYY-MM-DDThh:mm:ssZ', clock: 'a day as YYYY-MM-DD, or a time without zone as YYYY-MM-DDThh:mm:ss',
};

const isValid = (kind: FilterKind, text: string): boolean => {
  switch (kind) {
    case 'text': return !text.includes('\u0000');
    case 'integer': case 'number': case 'real': case 'double': return isNumber(text, kind);
    case 'boolean': return text === 'true' || text === 'false';
    case 'date': return isDay(text);
    case 'uuid': return uuid.test(text);
    case 'moment': return isDay(text) || isTime(text, true);
    case 'clock': return isDay(text) || isTime(text, false);
  }
};

/** A time without zone is UTC's. */
const inZone = (text: string): string => /[Zz]|[+-]\d{2}(?::?\d{2})?$/.test(text.slice(10)) ? text : `${text}Z`;

export const filterValueOf = (field: FieldDefinition, token: FilterToken): FilterValue => {
  const kind = filterKindOf(field);
  const { text: written, word, at } = token;
  if (kind === null) throw typeError('it can be compared with null only, a point also by within.', { field, at });
  const isBoolean = token.kind === 'word' && (word === 'true' || word === 'false');
  const text = isBoolean ? word : written;
  // A bare word is a slip but for true and false; numbers and dates may stand in quotes or not.
  if ((token.kind === 'word' && !isBoolean) || token.kind === 'name' || (isBoolean && kind !== 'boolean') || !isValid(kind, text))
    throw typeError(`write ${wanted[kind]}.`, { field, at });
  if (field.type === 'enum' && field.values !== undefined && !field.values.includes(text)) throw typeError('write one of its values.', { field, at });
  return { kind, text: kind === 'moment' && !isDay(text) ? inZone(text) : text };
};
