/**
 * The one source of a dataset's records (promise 9): every preview reads here, and exports will, so that a disclosure policy has one place
 * to stand. Values come as PostgreSQL writes them, so that nothing is rounded on the way.
 */
import type { DatasetDefinition } from '../contracts/dataset-definition.ts';
import { atomically, type Queryable } from './connection.ts';
import { quoteIdentifier, quoteTable } from './quote-identifier.ts';
import { refuseWithoutRole, type Reader } from './reader.ts';

export interface PreviewInput extends Reader {
  readonly definition: DatasetDefinition;
  /** At most 1,000. */
  readonly limit: number;
  /** Only records that this job made or changed, by the rows of its file. */
  readonly importedBy?: string;
  /** Key fields that the job's plan used; the dataset's key without. */
  readonly key?: readonly string[];
}
export type PreviewRecord = Readonly<Record<string, string | null>>;

/** Which fields this reader may see. Today all; a disclosure policy goes here and nowhere else. */
const visibleFields = (input: PreviewInput): DatasetDefinition['fields'] => {
  refuseWithoutRole(input);
  return input.definition.fields;
};

const originKeys = async (db: Queryable, { importedBy, limit }: PreviewInput): Promise<readonly string[]> => {
  const { rows } = await db.query<{ recordKey: string }>(`
    select o.record_key as "recordKey" from waybill.record_origins o
    where o.job_no = (select job_no from waybill.jobs where job_id = $1) order by o.row_no limit $2`, [importedBy, limit]);
  return rows.map((row) => row.recordKey);
};

/** The key's text turned back into values of its types, so that the table's index finds each record. */
const joinByKey = (input: PreviewInput): string => {
  const key = input.key ?? input.definition.fields.filter((field) => field.key).map((field) => field.name);
  const typeOf = new Map(input.definition.fields.map((field) => [field.name, field.pgType ?? 'text']));
  const equal = key.map((name, index) =>
    `t.${quoteIdentifier(name)} = (${key.length === 1 ? 'k.key' : `k.key::jsonb ->> ${index}`})::${typeOf.get(name) ?? 'text'}`);
  return `from unnest($1::text[]) with ordinality k(key, nr) join`.concat(` %table% t on ${equal.length === 0 ? 'false' : equal.join(' and ')}`);
};

export const previewRecords = (db: Queryable, input: PreviewInput): Promise<readonly PreviewRecord[]> => {
  const limit = Math.max(1, Math.min(input.limit, 1000));
  const fields = visibleFields(input);
  const table = quoteTable(input.definition.table ?? { schema: 'registry', name: input.definition.name });
  // json_object, not the names as column labels: two labels may be one to the driver, and PostgreSQL cuts them at 63 bytes.
  const values = `array[${fields.map((field) => `t.${quoteIdentifier(field.name)}::text`).join(', ')}] as values`;
  return atomically(db, async (tx) => {
    const keys = input.importedBy === undefined ? null : await originKeys(tx, { ...input, limit });
    const { rows } = await tx.query<{ values: readonly (string | null)[] }>(
      keys === null ? `select ${values} from ${table} t limit ${limit}` : `select ${values} ${joinByKey(input).replace('%table%', () => table)} order by k.nr limit ${limit}`,
      keys === null ? [] : [keys]);
    return rows.map((row) => Object.fromEntries(fields.map((field, index) => [field.name, row.values[index] ?? null])));
  });
};
