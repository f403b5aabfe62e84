/** The XML Schema (XSD 1.0) of an exported file: its elements, all of them optional, and what their texts look like. */
import type { FieldDefinition } from '../../../contracts/dataset-definition.ts';
import { pgTypeParts } from '../../types/pg-type.ts';
import type { OutputField } from '../format-writer.ts';
import { escapeValue } from './xml-escape.ts';
import { elementNames, recordName, rootName } from './xml-writer.ts';

const pattern = (base: string, expression: string): string => `<xs:restriction base="xs:${base}"><xs:pattern value="${expression}"/></xs:restriction>`;
const simple = (content: string): string => `<xs:simpleType>${content}</xs:simpleType>`;
/** A type of XML Schema, and texts of PostgreSQL that it has no value for. */
const typeOr = (base: string, texts: string): string => simple(`<xs:union memberTypes="xs:${base}">${simple(pattern('token', texts))}</xs:union>`);
const oneOf = (values: readonly string[]): string =>
  simple(`<xs:restriction base="xs:string">${values.map((value) => `<xs:enumeration value="${attributeText(value)}"/>`).join('')}</xs:restriction>`);
const attributeText = (text: string): string => escapeValue(text).replaceAll('"', '&quot;').replaceAll('\t', '&#9;').replaceAll('\n', '&#10;');

const notFinite = 'NaN|-?Infinity';
/** Before the year 1, after 9999, and infinite ones. */
const farTimes = '-?infinity|.* BC|\\d{5,}-.*';
const anyUuid = '[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}';

/** Null: any text. */
const typeOf = (field: FieldDefinition): string | null => {
  switch (field.type) {
    case 'integer': return simple('<xs:restriction base="xs:integer"/>');
    case 'number': return typeOr(['real', 'double precision'].includes(pgTypeParts(field).base) ? 'double' : 'decimal', notFinite);
    case 'boolean': return simple('<xs:restriction base="xs:boolean"/>');
    case 'date': return typeOr('date', farTimes);
    case 'timestamp': return typeOr('dateTime', farTimes);
    case 'uuid': return simple(pattern('token', anyUuid));
    case 'enum': return field.values === undefined || field.values.length === 0 ? null : oneOf(field.values);
    case 'text': case 'json': case 'text_list': case 'point': case 'country': case 'phone': case 'email': case 'code': case 'other': return null;
  }
};

const elementOf = (name: string, field: FieldDefinition): string => {
  const type = typeOf(field);
  return type === null ? `<xs:element name="${name}" type="xs:string" minOccurs="0"/>` : `<xs:element name="${name}" minOccurs="0">${type}</xs:element>`;
};

export const xmlSchemaOf = (fields: readonly OutputField[]): string => {
  const elements = elementNames(fields).map((name, index) => `          ${elementOf(name, (fields[index] as OutputField).field)}\n`).join('');
  return `<?xml version="1.0" encoding="UTF-8"?>
<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema">
  <xs:element name="${rootName}"><xs:complexType><xs:sequence>
    <xs:element name="${recordName}" minOccurs="0" maxOccurs="unbounded"><xs:complexType>
        <xs:sequence>
${elements}        </xs:sequence>
    </xs:complexType></xs:element>
  </xs:sequence></xs:complexType></xs:element>
</xs:schema>
`;
};
