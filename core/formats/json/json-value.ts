/** A value as JSON has it, from the text of PostgreSQL. Numbers are written as they stand, never through a double. */
import type { FieldDefinition } from '../../../contracts/dataset-definition.ts';
import { jsonListOf, portableText } from '../portable-text.ts';

export type WriteJson = (text: string) => string;

/** RFC 8259; `NaN` and `Infinity` are no JSON and become texts. */
const number = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?$/;

/** A line end can stand between the members of a stored JSON, never inside its texts. */
const onOneLine = (text: string): string => text.replaceAll(/[\r\n]+/g, ' ');

export const jsonValueOf = (field: FieldDefinition): WriteJson => {
  const portable = portableText(field);
  switch (field.type) {
    case 'integer': case 'number': return (text) => number.test(text) ? text : JSON.stringify(text);
    case 'boolean': return (text) => text === 'true' || text === 'false' ? text : JSON.stringify(text);
    case 'json': return onOneLine;
    case 'text_list': return (text) => jsonListOf(text) ?? JSON.stringify(text);
    case 'text': case 'date': case 'timestamp': case 'uuid': case 'enum': case 'point': case 'country': case 'phone': case 'email': case 'code': case 'other':
      return (text) => JSON.stringify(portable(text));
  }
};

/** `"name":value` of each field, for an object. A field of type json that has no value is left out: `null` there is JSON's own null, which is a value. */
export const jsonMembers = (fields: readonly { readonly name: string; readonly field: FieldDefinition }[]): ((row: readonly (string | null)[]) => string) => {
  const names = fields.map(({ name }) => `${JSON.stringify(name)}:`);
  const values = fields.map(({ field }) => jsonValueOf(field));
  const nulls = fields.map(({ field }) => field.type !== 'json');
  return (row) => {
    let text = '';
    for (let index = 0; index < names.length; index += 1) {
      const value = row[index] ?? null;
      if (value === null && nulls[index] === false) continue;
      text += `${text === '' ? '' : ','}${names[index] as string}${value === null ? 'null' : (values[index] as WriteJson)(value)}`;
    }
    return text;
  };
};
