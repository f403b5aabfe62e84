/**
 * The table of a dataset: made when it is missing (as waybill_dataset_owner), taken over when it fits, refused with the fields named when
 * it does not. What it returns is the definition as the table bears it: with the columns' own types.
 */
import type { DatasetDefinition } from '../contracts/dataset-definition.ts';
import { WaybillError } from '../contracts/errors.ts';
import { atomically, type Queryable } from './connection.ts';
import { sqlStateOf } from './database-errors.ts';
import { createTableStatements } from './create-table-statements.ts';
import { fitDefinition } from './fit-definition.ts';
import { quoteIdentifier, quoteTable, type TableName } from './quote-identifier.ts';
import { datasetOwnerRole } from './roles.ts';
import { readTableShape, tableExists } from './table-shape.ts';

export { checkWritable } from './check-writable.ts';

export interface DatasetTable {
  /** With `table`, `pgType` of every field, and `managed`: what is to be registered. */
  readonly definition: DatasetDefinition;
  readonly fingerprint: string;
  readonly created: boolean;
}

export const tableOfDefinition = ({ name, table }: Pick<DatasetDefinition, 'name' | 'table'>): TableName => table ?? { schema: 'registry', name };

const create = async (tx: Queryable, definition: DatasetDefinition, table: TableName): Promise<void> => {
  const statements = createTableStatements(definition, table);
  try {
    await tx.query(`set local role ${datasetOwnerRole}`);
    for (const statement of statements) await tx.query(statement);
    await tx.query('reset role');
  } catch (error) {
    if (sqlStateOf(error) === '42501' || sqlStateOf(error) === '3F000') throw notCreatable(table);
    throw error;
  }
};

const notCreatable = (table: TableName): WaybillError => {
  const schema = quoteIdentifier(table.schema);
  const remedy = `CREATE SCHEMA IF NOT EXISTS ${schema}; GRANT USAGE, CREATE ON SCHEMA ${schema} TO ${datasetOwnerRole};`;
  return new WaybillError('DATASET_NOT_WRITABLE', `Waybill may not make tables in the schema ${table.schema}. Run: ${remedy}`, { table: `${table.schema}.${table.name}`, remedy });
};

export const createDatasetTable = (db: Queryable, definition: DatasetDefinition): Promise<DatasetTable> =>
  atomically(db, async (tx) => {
    const table = tableOfDefinition(definition);
    // Two that make the same table at once would meet in the catalog with an error that says nothing.
    await tx.query('select pg_advisory_xact_lock(hashtextextended($1, 0))', [quoteTable(table)]);
    const created = !await tableExists(tx, table);
    if (created) await create(tx, definition, table);
    const shape = await readTableShape(tx, table);
    const fitted = fitDefinition({ ...definition, table }, shape);
    return { definition: { ...fitted, managed: shape.owner === datasetOwnerRole }, fingerprint: shape.fingerprint, created };
  });
