/** The column type in PostgreSQL for a field that Waybill creates; an introspected field carries its own. */
import type { FieldDefinition } from './dataset-definition.ts';

export const pgTypeOf = (field: FieldDefinition): string => {
  if (field.pgType !== undefined) return field.pgType;
  switch (field.type) {
    case 'text': case 'country': case 'phone': case 'email': case 'code': case 'enum':
      return field.maxLength === undefined ? 'text' : `character varying(${field.maxLength})`;
    case 'integer': return 'bigint';
    case 'number':
      return field.precision === undefined ? 'numeric' : `numeric(${field.precision},${field.scale ?? 0})`;
    case 'boolean': return 'boolean';
    case 'date': return 'date';
    case 'timestamp': return 'timestamp with time zone';
    case 'uuid': return 'uuid';
    case 'json': return 'jsonb';
    case 'text_list': return 'text[]';
    case 'point': return 'point';
    case 'other': return 'text';
  }
};
