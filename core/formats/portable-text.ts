/**
 * A value as a file of text has it, from the text of PostgreSQL. Times become ISO 8601 with their zone; a point becomes WKT, because `(x,y)`
 * would be read as latitude first (docs/types.md); a list becomes JSON. Everything else is written as it is, so no digit is lost.
 */
import type { FieldDefinition } from '../../contracts/dataset-definition.ts';
import { pgTypeParts } from '../types/pg-type.ts';
import { listElements } from '../types/list-shape.ts';

const time = /^(\d{4}-\d{2}-\d{2}) (\d{2}:\d{2}:\d{2}(?:\.\d+)?)(\+00)?$/;
const late = /^\d{5,}-.*\d$/;
/**
 * Times outside of the years 1 to 9999 and infinite ones stay as the database has them, with their era: a year of five digits alone might be a slip,
 * and what ISO 8601 has for it (`+12024-01-01`) is a formula to a spreadsheet.
 */
const withEra = (text: string): string => (text.length > 10 && late.test(text) ? `${text} AD` : text);
const isoTime = (text: string): string => {
  const [, day, clock, zone] = time.exec(text) ?? [];
  return day === undefined ? withEra(text) : `${day}T${clock ?? ''}${zone === undefined ? '' : 'Z'}`;
};

const pair = /^\(([^,()]+),([^,()]+)\)$/;
/** Longitude and latitude as they are written; null where the text is no pair of finite numbers. */
export const coordinatesOf = (text: string): readonly [string, string] | null => {
  const [, longitude, latitude] = pair.exec(text) ?? [];
  return longitude === undefined || latitude === undefined || !/^-?\d/.test(longitude) || !/^-?\d/.test(latitude) ? null : [longitude, latitude];
};
const wellKnownPoint = (text: string): string => {
  const coordinates = coordinatesOf(text);
  return coordinates === null ? text : `POINT(${coordinates[0]} ${coordinates[1]})`;
};

/** Lists of several dimensions stay as PostgreSQL writes them. */
export const jsonListOf = (text: string): string | null => {
  const elements = text.startsWith('{') ? listElements(text) : null;
  return elements === null ? null : JSON.stringify(elements);
};

const same = (text: string): string => text;
export const portableText = (field: FieldDefinition): ((text: string) => string) => {
  switch (field.type) {
    case 'timestamp': return isoTime;
    case 'point': return pgTypeParts(field).base === 'point' ? wellKnownPoint : same;
    case 'text_list': return (text) => jsonListOf(text) ?? text;
    case 'date': return withEra;
    case 'text': case 'integer': case 'number': case 'boolean': case 'uuid': case 'json': case 'enum': case 'country': case 'phone': case 'email':
    case 'code': case 'other': return same;
  }
};
