/** What the values of a field should look like: by its type where that tells, else by what its name means. */
import type { FieldDefinition } from '../../contracts/dataset-definition.ts';
import { gistOfDescription } from './describe-phrases.ts';
import { readName, type ReadName } from './name-likeness.ts';
import { unitsOfName } from './name-units.ts';

export const expectations = [
  'key', 'record_id', 'code', 'document', 'imo', 'mmsi', 'call_sign', 'serial', 'plate', 'iban', 'uuid', 'postal',
  'person', 'person_part', 'organisation', 'owner', 'thing', 'place', 'zone', 'address', 'country', 'category', 'colour', 'brand', 'words', 'remarks', 'programme', 'other_names',
  'date', 'timestamp', 'year', 'integer', 'number', 'latitude', 'longitude', 'point', 'boolean', 'enum', 'sex', 'phone', 'email', 'url', 'list', 'json', 'text',
] as const;
export type Expectation = (typeof expectations)[number];

interface Rule { readonly all: readonly string[]; readonly expects: Expectation }

/** The first that fits counts. The concepts are the lexicon's. */
const textRules: readonly Rule[] = [
  { all: ['email'], expects: 'email' }, { all: ['website'], expects: 'url' }, { all: ['url'], expects: 'url' }, { all: ['phone'], expects: 'phone' }, { all: ['mobile'], expects: 'phone' }, { all: ['fax'], expects: 'phone' },
  { all: ['sex'], expects: 'sex' }, { all: ['imo'], expects: 'imo' }, { all: ['mmsi'], expects: 'mmsi' }, { all: ['call', 'sign'], expects: 'call_sign' }, { all: ['serial'], expects: 'serial' }, { all: ['iban'], expects: 'iban' },
  { all: ['uuid'], expects: 'uuid' }, { all: ['registration', 'plate'], expects: 'plate' }, { all: ['registration', 'number'], expects: 'plate' }, { all: ['record', 'id'], expects: 'record_id' }, { all: ['source', 'id'], expects: 'record_id' }, { all: ['postal'], expects: 'postal' },
  { all: ['remarks'], expects: 'remarks' }, { all: ['other', 'name'], expects: 'other_names' }, { all: ['former', 'name'], expects: 'other_names' }, { all: ['trade', 'name'], expects: 'organisation' },
  { all: ['family', 'name'], expects: 'person_part' }, { all: ['given', 'name'], expects: 'person_part' }, { all: ['middle', 'name'], expects: 'person_part' }, { all: ['full', 'name'], expects: 'person' },
  { all: ['address'], expects: 'address' }, { all: ['street'], expects: 'address' }, { all: ['owner'], expects: 'owner' }, { all: ['agency'], expects: 'organisation' },
  { all: ['nationality'], expects: 'country' }, { all: ['country'], expects: 'country' }, { all: ['flag'], expects: 'country' },
  { all: ['birth', 'place'], expects: 'place' }, { all: ['city'], expects: 'place' }, { all: ['port'], expects: 'place' }, { all: ['region'], expects: 'zone' }, { all: ['district'], expects: 'zone' }, { all: ['neighbourhood'], expects: 'zone' },
  { all: ['passport'], expects: 'document' }, { all: ['nationalid'], expects: 'document' }, { all: ['tax'], expects: 'document' }, { all: ['document', 'number'], expects: 'document' }, { all: ['licence', 'number'], expects: 'document' },
  { all: ['programme'], expects: 'programme' }, { all: ['official', 'name'], expects: 'organisation' }, { all: ['latitude'], expects: 'latitude' }, { all: ['longitude'], expects: 'longitude' },
  { all: ['code'], expects: 'code' }, { all: ['id'], expects: 'code' }, { all: ['number'], expects: 'code' },
  { all: ['type'], expects: 'category' }, { all: ['status'], expects: 'category' }, { all: ['colour'], expects: 'colour' }, { all: ['form'], expects: 'category' }, { all: ['premises'], expects: 'category' },
  { all: ['make'], expects: 'brand' }, { all: ['weapon'], expects: 'category' }, { all: ['description'], expects: 'words' }, { all: ['position'], expects: 'words' }, { all: ['model'], expects: 'brand' },
];

export const expectationOf = (field: FieldDefinition, subjects: ReadonlySet<string>): Expectation => {
  const name = readName(unitsOfName(field.label === undefined ? field.name : `${field.name} ${field.label}`));
  switch (field.type) {
    case 'country': case 'phone': case 'email': case 'date': case 'timestamp': case 'point': case 'boolean': case 'uuid': case 'enum': case 'json': return field.type;
    case 'text_list': return 'list';
    case 'integer': return has(name, ['year']) || has(name, ['built']) ? 'year' : field.key ? 'key' : 'integer';
    case 'number': return has(name, ['latitude']) ? 'latitude' : has(name, ['longitude']) ? 'longitude' : 'number';
    case 'text': case 'code': case 'other': return textExpectation(field, name, subjects);
  }
};

const has = (name: ReadName, concepts: readonly string[]): boolean => concepts.every((concept) => (name.concepts.get(concept) ?? 0) >= 0.8);

const textExpectation = (field: FieldDefinition, name: ReadName, subjects: ReadonlySet<string>): Expectation => {
  const rule = textRules.find(({ all }) => has(name, all))?.expects;
  if (field.key && (rule === undefined || ['code', 'document'].includes(rule))) return 'key';
  // Police that is told by its district, not by its name.
  if (rule === 'organisation' && has(name, ['agency']) && readName(unitsOfName(gistOfDescription(field.description))).concepts.has('district')) return 'zone';
  if (rule !== undefined) return rule === 'place' && field.type === 'code' ? 'code' : rule;
  if (has(name, ['name'])) return subjects.has('person') ? 'person' : subjects.has('organisation') ? 'organisation' : 'thing';
  return field.type === 'code' ? 'code' : 'text';
};
