import type { FinalState } from '../contracts/job-states.ts';
import type { Receipt } from '../contracts/receipt.ts';
import { exportRequestSchema } from '../contracts/export-request.ts';
import { auditHead } from '../db/audit.ts';
import { frozenAt, listExportFiles } from '../db/export-files.ts';
import type { ActivityDeps } from './activity-deps.ts';
import { exportOfJob } from './export-of-job.ts';
import { jobForWork } from './job-for-work.ts';
import { sealBody } from './seal-receipt.ts';

/** What cannot be planned (a dataset that changed) was asked for all the same. */
const selectionOf = async (deps: ActivityDeps, jobId: string) => exportOfJob(deps.pool, jobId)
  .then(({ planned }) => ({ fields: planned.fields.map(({ name, field }) => ({ field: field.name, as: name })), filterFields: [...planned.filterFields] }), () => ({ fields: [], filterFields: [] }));

export const sealExportReceipt = (deps: ActivityDeps, jobId: string, state: FinalState): Promise<Receipt> => sealBody(deps, jobId, async () => {
  const job = await jobForWork(deps.pool, jobId);
  const request = exportRequestSchema.parse(job.request);
  const frozen = await frozenAt(deps.pool, jobId);
  const completed = state === 'completed';
  const files = completed ? await listExportFiles(deps.pool, jobId) : [];
  return {
    schemaVersion: 1, kind: 'export', jobId, round: job.round, org: job.org, actor: job.owner, partner: job.partner, purpose: job.purpose,
    dataset: request.dataset, datasetVersion: job.datasetVersion, ...await selectionOf(deps, jobId), format: request.format, compression: request.compress,
    state, errorCode: completed ? null : job.errorCode, rows: frozen?.rowsTotal ?? null, guardedCells: files.reduce((sum, file) => sum + file.guardedCells, 0),
    files: files.map(({ fileNo, rows, bytes, sha256 }) => ({ no: fileNo, rows, bytes, sha256 })), engineVersion: deps.engineVersion,
    startedAt: (job.startedAt ?? job.createdAt).toISOString(), frozenAt: frozen?.frozenAt.toISOString() ?? null, auditHead: await auditHead(deps.pool),
  };
});
