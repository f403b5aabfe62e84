/** A job's row, its audit event and its idempotency key stand or fall together. */
import type { Actor } from '../contracts/actor.ts';
import { WaybillError } from '../contracts/errors.ts';
import type { ImportRequest } from '../contracts/import-request.ts';
import { appendAudit } from './audit.ts';
import { atomically, type Queryable } from './connection.ts';

export interface InsertJobInput {
  readonly jobId: string;
  readonly actor: Actor;
  readonly request: ImportRequest;
  readonly idempotencyKey: string;
  readonly datasetId: number;
  readonly datasetVersion: number;
  /** Pinned from the start when the import names one. */
  readonly template?: { readonly templateId: number; readonly version: number } | undefined;
}
export interface InsertJobResult {
  readonly jobId: string;
  /** False when the idempotency key was used before for the same request: the earlier job's id is returned. */
  readonly created: boolean;
}

const insertRow = async (db: Queryable, input: InsertJobInput): Promise<boolean> => {
  const { jobId, actor, request, idempotencyKey, datasetId, datasetVersion, template } = input;
  const { rowCount } = await db.query(`
    insert into waybill.jobs (job_id, kind, org_id, owner, partner_id, purpose, dataset_id, dataset_version, source_sha256, file_name, request, idempotency_key, template_id, template_version)
    values ($1, 'import', $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)
    on conflict (org_id, idempotency_key) do nothing`,
  [jobId, actor.org, actor.id, request.partner, request.purpose, datasetId, datasetVersion, request.sha256, request.fileName, JSON.stringify(request), idempotencyKey, template?.templateId ?? null, template?.version ?? null]);
  return rowCount === 1;
};

const findEarlier = async (db: Queryable, { actor, idempotencyKey, request }: InsertJobInput): Promise<string> => {
  const { rows: [earlier] } = await db.query<{ job_id: string; same: boolean }>(
    'select job_id, request = $3::jsonb as same from waybill.jobs where org_id = $1 and idempotency_key = $2',
    [actor.org, idempotencyKey, JSON.stringify(request)]);
  if (earlier === undefined) throw new WaybillError('DATABASE_UNAVAILABLE', 'The job of this idempotency key vanished meanwhile.');
  if (!earlier.same)
    throw new WaybillError('REQUEST_INVALID', 'This idempotency key was used for another request.', { field: 'idempotencyKey', job: earlier.job_id });
  return earlier.job_id;
};

/** What the audit says of a request: no file name, and no `map`, which holds headers of the file. */
const auditDetails = ({ request, datasetVersion, template }: InsertJobInput): Readonly<Record<string, unknown>> => ({
  fileSha256: request.sha256, datasetVersion, mode: request.mode ?? null, key: request.key ?? null, duplicates: request.duplicates,
  onError: request.onError, maxErrors: request.maxErrors, maxErrorPercent: request.maxErrorPercent, zone: request.zone,
  dryRun: request.dryRun, again: request.again, ...(template === undefined || request.template === undefined ? {} : { template: request.template.name, templateVersion: template.version }),
});

export const insertJob = (db: Queryable, input: InsertJobInput): Promise<InsertJobResult> =>
  atomically(db, async (tx) => {
    if (!await insertRow(tx, input)) return { jobId: await findEarlier(tx, input), created: false };
    await appendAudit(tx, {
      actor: input.actor, action: 'import.requested', jobId: input.jobId, dataset: input.request.dataset, details: auditDetails(input),
    });
    return { jobId: input.jobId, created: true };
  });
