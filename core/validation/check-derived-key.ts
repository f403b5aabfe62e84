/** A derived key is made of fields that come from the file: a hash of itself has no beginning, and a hash of a hash hides what it is made of. */
import type { DatasetDefinition, FieldDefinition } from '../../contracts/dataset-definition.ts';
import type { DerivedKey } from '../../contracts/rules.ts';
import { characterLimit } from '../types/pg-type.ts';
import { typeOfField } from './read-lane.ts';
import { ruleInvalid } from './rule-invalid.ts';

/** SHA-256 in hex. */
const hashLength = 64;

export const checkDerivedKey = (definition: DatasetDefinition, { field: name, of }: DerivedKey): void => {
  const fieldOf = (wanted: string): FieldDefinition => {
    const found = definition.fields.find((field) => field.name === wanted);
    if (found === undefined) throw ruleInvalid('it names a field that the dataset does not have.', 'derivedKey');
    return found;
  };
  const field = fieldOf(name);
  of.map(fieldOf).forEach((source, index) => {
    const at = `derivedKey.of[${index}]`;
    if (source.name === name) throw ruleInvalid('the field cannot be made of itself. Name the fields of the file that tell one record from another.', at);
    if (source.hashOf?.includes(name) === true) throw ruleInvalid('it goes in a circle: that field is itself made of the one it is to make.', at);
    if (source.hashOf !== undefined) throw ruleInvalid('that field is itself a hash. Name the fields that it is made of.', at);
    if (of.indexOf(source.name) !== index) throw ruleInvalid('the field is named twice.', at);
  });
  if (field.readOnly) throw ruleInvalid('the table fills the field by itself.', 'derivedKey.field');
  const limit = characterLimit(field);
  if (typeOfField(field) !== 'text' || field.type === 'enum' || field.type === 'uuid' || field.type === 'json' || (limit !== null && limit < hashLength))
    throw ruleInvalid(`the hash is a text of ${hashLength} characters, which the field cannot hold. Name a text field.`, 'derivedKey.field');
};
