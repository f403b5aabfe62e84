/** A few records, and how many there are: what a person looks at before more is done. Read through the one row source (db/select-rows.ts). */
import type { FieldDefinition } from '../contracts/dataset-definition.ts';
import { atomically, type Queryable } from './connection.ts';
import { exactTexts } from './exact-texts.ts';
import { readableTable } from './readable-table.ts';
import { selectRows, type SelectRowsInput } from './select-rows.ts';

export interface PreviewInput extends Omit<SelectRowsInput, 'keys'> {
  /** At most 1,000. */
  readonly limit: number;
  /** Only records that this job made or changed, by the rows of its file. */
  readonly importedBy?: string;
  /** Key fields that the job's plan used; the dataset's key without. */
  readonly key?: readonly string[];
}
export type PreviewRecord = Readonly<Record<string, string | null>>;
export type PreviewRow = readonly (string | null)[];
export interface SelectionPreview { readonly count: number; readonly fields: readonly FieldDefinition[]; readonly rows: readonly PreviewRow[] }

const originKeys = async (db: Queryable, { importedBy, limit }: PreviewInput): Promise<readonly string[]> => {
  const { rows } = await db.query<{ recordKey: string }>(`
    select o.record_key as "recordKey" from waybill.record_origins o
    where o.job_no = (select job_no from waybill.jobs where job_id = $1) order by o.row_no limit $2`, [importedBy, limit]);
  return rows.map((row) => row.recordKey);
};

const keysOf = async (db: Queryable, input: PreviewInput): Promise<Pick<SelectRowsInput, 'keys'>> => {
  if (input.importedBy === undefined) return {};
  const fields = input.key ?? input.definition.fields.filter((field) => field.key).map((field) => field.name);
  return { keys: { fields, texts: await originKeys(db, input) } };
};

interface Found { readonly fields: readonly FieldDefinition[]; readonly rows: readonly PreviewRow[] }
const readFirst = async (tx: Queryable, input: SelectRowsInput, limit: number): Promise<Found> => {
  const { fields, columns, from, order, values } = selectRows(input);
  // An array, not labels: two labels may be one to the driver, and PostgreSQL cuts them at 63 bytes.
  const { rows } = await tx.query<{ values: PreviewRow }>(`select array[${columns.join(', ')}] as values ${from} ${order} limit ${limit}`, [...values]);
  return { fields, rows: rows.map((row) => row.values) };
};

export const previewRecords = (db: Queryable, input: PreviewInput): Promise<readonly PreviewRecord[]> => {
  const limit = Math.max(1, Math.min(input.limit, 1000));
  return atomically(db, async (tx) => {
    await exactTexts(tx);
    const { fields, rows } = await readFirst(tx, { ...input, ...await keysOf(tx, { ...input, limit }) }, limit);
    return rows.map((row) => Object.fromEntries(fields.map((field, index) => [field.name, row[index] ?? null])));
  });
};

/** The count and the first rows of one snapshot. */
export const previewSelection = (db: Queryable, input: SelectRowsInput & { readonly limit: number }): Promise<SelectionPreview> =>
  readableTable(input.definition, () => atomically(db, async (tx) => {
    await tx.query('set transaction isolation level repeatable read, read only');
    await exactTexts(tx);
    const { from, values } = selectRows(input);
    const { rows: [counted] } = await tx.query<{ count: number }>(`select count(*) as count ${from}`, [...values]);
    return { count: counted?.count ?? 0, ...await readFirst(tx, input, input.limit) };
  }));
