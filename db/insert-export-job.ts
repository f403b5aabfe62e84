/** An export's row, its audit event and its idempotency key stand or fall together; the same key and request give the same job. */
import type { Actor } from '../contracts/actor.ts';
import { WaybillError } from '../contracts/errors.ts';
import type { ExportRequest } from '../contracts/export-request.ts';
import { appendAudit } from './audit.ts';
import { atomically, type Queryable } from './connection.ts';
import type { InsertJobResult } from './insert-job.ts';

export interface InsertExportJobInput {
  readonly jobId: string;
  readonly actor: Actor;
  readonly request: ExportRequest;
  readonly idempotencyKey: string;
  readonly datasetId: number;
  readonly datasetVersion: number;
  /** Names of the fields that leave the house, and of those that the filter asks for: never its values. */
  readonly audited: { readonly fields: readonly string[]; readonly filterFields: readonly string[] };
}

const insertRow = async (db: Queryable, input: InsertExportJobInput): Promise<boolean> => {
  const { jobId, actor, request, idempotencyKey, datasetId, datasetVersion } = input;
  const { rowCount } = await db.query(`
    insert into waybill.jobs (job_id, kind, org_id, owner, partner_id, purpose, dataset_id, dataset_version, request, idempotency_key)
    values ($1, 'export', $2, $3, $4, $5, $6, $7, $8, $9) on conflict (org_id, idempotency_key) do nothing`,
  [jobId, actor.org, actor.id, request.partner, request.purpose, datasetId, datasetVersion, JSON.stringify(request), idempotencyKey]);
  return rowCount === 1;
};

const findEarlier = async (db: Queryable, { actor, idempotencyKey, request }: InsertExportJobInput): Promise<string> => {
  const { rows: [earlier] } = await db.query<{ job_id: string; same: boolean }>(
    `select job_id, kind = 'export' and request = $3::jsonb as same from waybill.jobs where org_id = $1 and idempotency_key = $2`, [actor.org, idempotencyKey, JSON.stringify(request)]);
  if (earlier === undefined) throw new WaybillError('DATABASE_UNAVAILABLE', 'The job of this idempotency key vanished meanwhile.');
  if (!earlier.same) throw new WaybillError('REQUEST_INVALID', 'This idempotency key was used for another request.', { field: 'idempotencyKey', job: earlier.job_id });
  return earlier.job_id;
};

export const insertExportJob = (db: Queryable, input: InsertExportJobInput): Promise<InsertJobResult> =>
  atomically(db, async (tx) => {
    const { jobId, actor, request, datasetVersion, audited } = input;
    if (!await insertRow(tx, input)) return { jobId: await findEarlier(tx, input), created: false };
    await appendAudit(tx, {
      actor, action: 'export.requested', jobId, dataset: request.dataset,
      details: { datasetVersion, format: request.format, compress: request.compress, splitRows: request.splitRows, ...audited },
    });
    return { jobId, created: true };
  });
