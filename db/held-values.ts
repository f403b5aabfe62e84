/**
 * Some values that a dataset holds, by field: how a partner's column is told by what is in it. A page-wise sample of the first records
 * (docs/mapping.md), read for who may read records; dates, numbers and long texts would say nothing.
 */
import type { DatasetDefinition, FieldDefinition } from '../contracts/dataset-definition.ts';
import { previewRecords } from './preview-records.ts';
import type { Reader } from './reader.ts';
import type { Queryable } from './connection.ts';

const sampledRecords = 500;
const telling: ReadonlySet<FieldDefinition['type']> = new Set(['text', 'code', 'country', 'enum']);
const longestValue = 80;
/** A field whose values all differ (names, identifiers) is not told by a few of them, and a column of another delivery shares none. */
const leastRepeats = 0.5;

export const heldValues = async (db: Queryable, { definition, ...reader }: Reader & { readonly definition: DatasetDefinition }): Promise<ReadonlyMap<string, ReadonlySet<string>>> => {
  const records = await previewRecords(db, { definition, ...reader, limit: sampledRecords });
  return new Map(definition.fields.filter(({ type }) => telling.has(type)).flatMap(({ name }) => {
    const values = records.flatMap((record) => { const value = record[name]; return value === null || value === undefined || value === '' || value.length > longestValue ? [] : [value]; });
    const different = new Set(values);
    return values.length < 5 || different.size > values.length * leastRepeats ? [] : [[name, different] as const];
  }));
};
