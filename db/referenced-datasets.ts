/** Datasets that rules of reference name: as they are registered now, and whether their field may be read. */
import type { DatasetDefinition } from '../contracts/dataset-definition.ts';
import type { Queryable } from './connection.ts';
import { findDataset } from './datasets.ts';
import { quoteIdentifier, quoteTable } from './quote-identifier.ts';
import { readableTable } from './readable-table.ts';
import { tableOf } from './select-rows.ts';

/** Those that there are. */
export const findReferencedDatasets = async (db: Queryable, { org, names }: { readonly org: string; readonly names: readonly string[] }): Promise<ReadonlyMap<string, DatasetDefinition>> => {
  const found = new Map<string, DatasetDefinition>();
  for (const name of names) {
    const dataset = await findDataset(db, { org, name });
    if (dataset !== null) found.set(name, dataset.definition);
  }
  return found;
};

/** DATASET_NOT_READABLE or DATASET_CHANGED before the file is staged for nothing. */
export const expectReadableField = async (db: Queryable, definition: DatasetDefinition, field: string): Promise<void> => {
  await readableTable(definition, () => db.query(`select ${quoteIdentifier(field)} from ${quoteTable(tableOf(definition))} limit 0`));
};
