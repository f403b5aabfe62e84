/** Datasets and their versions. A version is immutable; jobs pin one. */
import type { Actor } from '../contracts/actor.ts';
import { datasetDefinitionSchema, type DatasetDefinition } from '../contracts/dataset-definition.ts';
import { WaybillError } from '../contracts/errors.ts';
import { appendAudit } from './audit.ts';
import { atomically, type Queryable } from './connection.ts';

export interface Dataset {
  readonly datasetId: number;
  readonly name: string;
  readonly version: number;
  readonly definition: DatasetDefinition;
  /** SHA-256 of the table's shape when the version was registered. */
  readonly fingerprint: string;
  readonly createdBy: string;
  readonly createdAt: Date;
}
export interface RegisterDatasetInput {
  readonly actor: Actor;
  readonly definition: DatasetDefinition;
  readonly fingerprint: string;
  readonly partner?: string | null;
  readonly purpose?: string | null;
}
export interface RegisterDatasetResult {
  readonly datasetId: number;
  readonly version: number;
  /** False when the newest version says the same. */
  readonly changed: boolean;
}

interface Row extends Omit<Dataset, 'definition'> { readonly definition: unknown }
const datasetColumns = `d.dataset_id as "datasetId", d.name, v.version, v.definition, v.table_fingerprint as fingerprint, v.created_by as "createdBy",
  v.created_at as "createdAt"`;
// Read through the schema: what was added to definitions later gets its default.
const toDataset = (row: Row): Dataset => ({ ...row, definition: datasetDefinitionSchema.parse(row.definition) });

/** Version 0 until its first version is inserted; the row stays locked until the transaction ends. */
const lockDataset = async (tx: Queryable, { actor, definition, partner, purpose }: RegisterDatasetInput): Promise<{ datasetId: number; version: number }> => {
  const { rows: [row] } = await tx.query<{ datasetId: number; version: number }>(`
    insert into waybill.datasets (org_id, name, owner, partner_id, purpose, current_version) values ($1, $2, $3, $4, $5, 0)
    on conflict (org_id, name) do update set name = excluded.name returning dataset_id as "datasetId", current_version as version`,
  [actor.org, definition.name, actor.id, partner ?? null, purpose ?? null]);
  if (row === undefined) throw new WaybillError('INTERNAL', 'The dataset could not be registered.');
  return row;
};

export const registerDataset = (db: Queryable, input: RegisterDatasetInput): Promise<RegisterDatasetResult> =>
  atomically(db, async (tx) => {
    const { actor, definition, fingerprint } = input;
    const { datasetId, version } = await lockDataset(tx, input);
    const document = JSON.stringify(definition);
    const same = await tx.query(
      'select from waybill.dataset_versions where dataset_id = $1 and version = $2 and definition = $3::jsonb and table_fingerprint = $4',
      [datasetId, version, document, fingerprint]);
    if (same.rowCount === 1) return { datasetId, version, changed: false };
    await tx.query(
      'insert into waybill.dataset_versions (dataset_id, version, definition, table_fingerprint, created_by) values ($1, $2, $3, $4, $5)',
      [datasetId, version + 1, document, fingerprint, actor.id]);
    await tx.query('update waybill.datasets set current_version = $2 where dataset_id = $1', [datasetId, version + 1]);
    await appendAudit(tx, { actor, action: 'dataset.registered', dataset: definition.name, details: { version: version + 1, fingerprint } });
    return { datasetId, version: version + 1, changed: true };
  });

/** The newest version. */
export const findDataset = async (db: Queryable, { org, name }: { readonly org: string; readonly name: string }): Promise<Dataset | null> => {
  const { rows } = await db.query<Row>(`
    select ${datasetColumns} from waybill.datasets d join waybill.dataset_versions v on v.dataset_id = d.dataset_id and v.version = d.current_version
    where d.org_id = $1 and d.name = $2`, [org, name]);
  return rows[0] === undefined ? null : toDataset(rows[0]);
};

export const findDatasetVersion = async (
  db: Queryable, { datasetId, version }: { readonly datasetId: number; readonly version: number },
): Promise<Dataset | null> => {
  const { rows } = await db.query<Row>(`
    select ${datasetColumns} from waybill.datasets d join waybill.dataset_versions v using (dataset_id)
    where d.dataset_id = $1 and v.version = $2`, [datasetId, version]);
  return rows[0] === undefined ? null : toDataset(rows[0]);
};

export const listDatasets = async (db: Queryable, { org }: { readonly org: string }): Promise<readonly Dataset[]> => {
  const { rows } = await db.query<Row>(`
    select ${datasetColumns} from waybill.datasets d join waybill.dataset_versions v on v.dataset_id = d.dataset_id and v.version = d.current_version
    where d.org_id = $1 order by d.name`, [org]);
  return rows.map(toDataset);
};

/** Newest first. */
export const listDatasetVersions = async (db: Queryable, { datasetId }: { readonly datasetId: number }): Promise<readonly Dataset[]> => {
  const { rows } = await db.query<Row>(`
    select ${datasetColumns} from waybill.datasets d join waybill.dataset_versions v using (dataset_id)
    where d.dataset_id = $1 order by v.version desc`, [datasetId]);
  return rows.map(toDataset);
};
