import type { DatasetDefinition } from '../../contracts/dataset-definition.ts';
import type { DerivedKey } from '../../contracts/rules.ts';

/** The dataset as this import fills it: the derived field takes no column, as if the definition said `hashOf`. */
export const withDerivedKey = (definition: DatasetDefinition, derivedKey: DerivedKey | undefined): DatasetDefinition => (derivedKey === undefined ? definition : {
  ...definition, fields: definition.fields.map((field) => (field.name === derivedKey.field ? { ...field, hashOf: [...derivedKey.of] } : field)),
});

/** The key that is loaded by: what was asked for, the dataset's own, or the derived field where there is none. */
export const keyOf = (asked: readonly string[] | undefined, own: readonly string[], derivedKey: DerivedKey | undefined): readonly string[] =>
  asked ?? (own.length > 0 || derivedKey === undefined ? own : [derivedKey.field]);
