/** Reading a dataset's table whose columns were altered, or which the runtime role may not read, is said in words that help. */
import type { DatasetDefinition } from '../contracts/dataset-definition.ts';
import { WaybillError } from '../contracts/errors.ts';
import { sqlStateOf } from './database-errors.ts';
import { tableOf } from './select-rows.ts';

export const readableTable = async <Result>(definition: DatasetDefinition, read: () => Promise<Result>): Promise<Result> => {
  const { schema, name } = tableOf(definition);
  const place = { table: `${schema}.${name}` };
  try {
    return await read();
  } catch (error) {
    switch (sqlStateOf(error)) {
      case '42703': case '42P01': case '3F000': throw new WaybillError('DATASET_CHANGED', `The table ${place.table} is not as it was when it was registered.`, place);
      case '42501': throw new WaybillError('DATASET_NOT_READABLE', `The runtime role may not read ${place.table}.`, place);
      case null: default: throw error;
    }
  }
};
