import { WaybillError } from '../contracts/errors.ts';
import type { Queryable } from './connection.ts';
import { introspectTable } from './introspect-table.ts';
import type { LoadTarget } from './load-target.ts';

/** The table still has the shape that the plan was made for. */
export const expectSameShape = async (db: Queryable, { table, datasetVersion }: LoadTarget, fingerprint: string): Promise<void> => {
  const now = await introspectTable(db, { schema: table.schema, table: table.name });
  if (now.fingerprint !== fingerprint)
    throw new WaybillError('DATASET_CHANGED', 'The table is no longer the one that the plan was made for.', { datasetVersion });
};
