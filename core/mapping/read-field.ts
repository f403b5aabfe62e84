/** A field read for mapping: the phrases it may be called by, and the values it should have. */
import type { DatasetDefinition, FieldDefinition } from '../../contracts/dataset-definition.ts';
import { gistOfDescription, phrasesOfDescription } from './describe-phrases.ts';
import { expectationOf, type Expectation } from './expectation.ts';
import { kinOf, weightOf } from './lexicon/relations.ts';
import { readName, type ReadName } from './name-likeness.ts';
import { unitsOfName, type NameUnit } from './name-units.ts';

export interface FieldPhrase {
  readonly from: 'name' | 'label' | 'alias' | 'description';
  readonly read: ReadName;
  readonly trust: number;
}

export interface ReadField {
  readonly definition: FieldDefinition;
  readonly phrases: readonly FieldPhrase[];
  /** Name and description together. */
  readonly gist: ReadName;
  readonly expects: Expectation;
  /** Its description says that codes will do. */
  readonly takesCodes: boolean;
}

/** What the dataset is about, by its name and the first words of its description. */
export const subjectsOf = ({ name, label, description }: Pick<DatasetDefinition, 'name' | 'label' | 'description'>): ReadonlySet<string> => {
  const inName = kinIn([...unitsOfName(name), ...unitsOfName(label ?? '')]);
  return inName.size > 0 ? inName : kinIn(unitsOfName(gistOfDescription(description).split(/\s(?:per|one row|una fila|une ligne|uma linha|eine zeile)\s/iu)[0]?.slice(0, 80) ?? ''));
};

const kinIn = (units: readonly NameUnit[]): ReadonlySet<string> => new Set([...readName(units).concepts.keys()].flatMap((concept) => kinOf[concept] ?? []));

/**
 * Per field, the concepts of its name that no other field's name has, where it shares others: `until` of `occurred until` beside `occurred at`.
 * A column without them is rather its sibling's.
 */
export const definingConcepts = (fields: readonly ReadField[], subjects: ReadonlySet<string>): ReadonlyMap<string, readonly string[]> => {
  const conceptsOf = ({ phrases: [name] }: ReadField): readonly string[] => [...name?.read.concepts.keys() ?? []].filter((concept) => weightOf(concept, subjects) >= leastTelling);
  const counts = new Map<string, number>();
  for (const field of fields) for (const concept of conceptsOf(field)) counts.set(concept, (counts.get(concept) ?? 0) + 1);
  return new Map(fields.map((field) => {
    const concepts = conceptsOf(field);
    return [field.definition.name, concepts.some((concept) => (counts.get(concept) ?? 0) > 1) ? concepts.filter((concept) => counts.get(concept) === 1) : []];
  }));
};

const dateUnit: NameUnit = { text: 'date', meanings: [['date']], sure: 1, kind: 'term' };

const readPhrase = (text: string, field: FieldDefinition, name: ReadName | null): ReadName => {
  const units = name === null ? unitsOfName(text) : asNameMeans(unitsOfName(text), name);
  const dated = field.type === 'date' || field.type === 'timestamp';
  const saysDate = units.some(({ meanings }) => meanings.some((meaning) => meaning.some((concept) => concept === 'date' || concept === 'time')));
  return readName(dated && !saysDate && units.length > 0 ? [...units, dateUnit] : units);
};

/** `Number or code by which …`: words that any field might be described with. */
const leastTelling = 0.6;
const tells = (read: ReadName, subjects: ReadonlySet<string>): number =>
  read.units.reduce((sum, { meanings: [meaning], kind }) => sum + (meaning === undefined ? kind === 'word' ? 0.5 : 0 : meaning.reduce((all, concept) => all + (concept === 'date' ? 0 : weightOf(concept, subjects)), 0)), 0);

/** `State` in the description of a status is no region: of several meanings, those that the field's name has too. */
const asNameMeans = (units: readonly NameUnit[], name: ReadName): readonly NameUnit[] => units.map((unit) => {
  const own = unit.meanings.filter((meaning) => meaning.some((concept) => name.concepts.has(concept)));
  return own.length === 0 ? unit : { ...unit, meanings: own };
});

const trusts = { name: 1, label: 1, alias: 1, description: 0.86 } as const;

export const readField = (definition: FieldDefinition, subjects: ReadonlySet<string>): ReadField => {
  const texts: readonly (readonly [FieldPhrase['from'], string])[] = [
    ['name', definition.name], ...(definition.label === undefined ? [] : [['label', definition.label] as const]),
    ...definition.aliases.map((alias) => ['alias', alias] as const),
    ...phrasesOfDescription(definition.description).map((phrase) => ['description', phrase] as const),
  ];
  const name = readName(unitsOfName(definition.name));
  return {
    definition,
    phrases: texts.flatMap(([from, text]) => {
      const read = readPhrase(text, definition, from === 'description' ? name : null);
      return read.units.length === 0 || from === 'description' && tells(read, subjects) < leastTelling ? [] : [{ from, read, trust: trusts[from] }];
    }),
    gist: readName([...name.units, ...unitsOfName(definition.label ?? ''), ...asNameMeans(unitsOfName(gistOfDescription(definition.description)), name)]),
    expects: expectationOf(definition, subjects), takesCodes: readName(unitsOfName(definition.description)).concepts.has('code'),
  };
};
