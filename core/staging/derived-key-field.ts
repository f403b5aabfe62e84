import { keyFieldsOf, type DatasetDefinition } from '../../contracts/dataset-definition.ts';
import type { ImportRequest } from '../../contracts/import-request.ts';
import type { LoadMode } from '../../contracts/plan-document.ts';
import type { DerivedKey } from '../../contracts/rules.ts';

/** The dataset as this import fills it: the derived field takes no column, as if the definition said `hashOf`. */
export const withDerivedKey = (definition: DatasetDefinition, derivedKey: DerivedKey | undefined): DatasetDefinition => (derivedKey === undefined ? definition : {
  ...definition, fields: definition.fields.map((field) => (field.name === derivedKey.field ? { ...field, hashOf: [...derivedKey.of] } : field)),
});

/** The key that is loaded by: what was asked for, the dataset's own, or the derived field where there is none. */
export const keyOf = ({ key, derivedKey }: Pick<ImportRequest, 'key' | 'derivedKey'>, definition: DatasetDefinition): readonly string[] => {
  const own = keyFieldsOf(definition);
  return key ?? (own.length > 0 || derivedKey === undefined ? own : [derivedKey.field]);
};

export interface LoadWay { readonly key: readonly string[]; readonly mode: LoadMode }

/** Without a word of it: upsert where there is a key. */
export const loadWayOf = (request: Pick<ImportRequest, 'key' | 'derivedKey' | 'mode'>, definition: DatasetDefinition): LoadWay => {
  const key = keyOf(request, definition);
  return { key, mode: request.mode ?? (key.length > 0 ? 'upsert' : 'append') };
};
