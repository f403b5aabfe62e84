import { systemActor } from '../contracts/actor.ts';
import { WaybillError } from '../contracts/errors.ts';
import { appendAudit } from '../db/audit.ts';
import { inTransaction } from '../db/connection.ts';
import { frozenAt, listExportFiles } from '../db/export-files.ts';
import { moveJob } from '../db/move-job.ts';
import { dropStaging } from '../db/staging-table.ts';
import { exportPartsPrefix } from '../storage/storage-keys.ts';
import type { ActivityDeps } from './activity-deps.ts';
import { assembleFiles } from './assemble-files.ts';
import { exportOfJob } from './export-of-job.ts';
import { jobForWork } from './job-for-work.ts';
import { sealExportReceipt } from './seal-export-receipt.ts';
import { PartTorn } from './written-part.ts';

export interface CloseExportInput { readonly jobId: string }
/** `lost`: a part was torn by a crash of the machine; the selection is frozen anew. */
export interface CloseExportResult { readonly state: 'completed' | 'lost' }

/** Every part is written: files are assembled, the receipt is signed, what was frozen goes. Safe to run twice. */
export const createCloseExport = (deps: ActivityDeps) => async ({ jobId }: CloseExportInput, signal: AbortSignal): Promise<CloseExportResult> => {
  await moveJob(deps.pool, { jobId, from: ['staging'], to: 'closing' });
  const job = await jobForWork(deps.pool, jobId);
  if (job.state === 'closing') {
    const torn = await finish(deps, jobId, signal).then(() => false, (error: unknown) => { if (error instanceof PartTorn) return true; throw error; });
    if (torn) return { state: 'lost' };
  }
  else if (job.state !== 'completed') throw new WaybillError('JOB_STATE', `The export has ended as ${job.state}.`, { job: jobId, state: job.state });
  await dropStaging(deps.pool, jobId);
  await deps.storage.remove(exportPartsPrefix(jobId));
  return { state: 'completed' };
};

const finish = async (deps: ActivityDeps, jobId: string, signal: AbortSignal): Promise<void> => {
  const work = await exportOfJob(deps.pool, jobId);
  const frozen = await frozenAt(deps.pool, jobId);
  await assembleFiles(deps, work, { fileCount: frozen?.fileCount ?? 1, signal });
  const files = await listExportFiles(deps.pool, jobId);
  const rows = files.reduce((sum, file) => sum + file.rows, 0);
  if (rows !== frozen?.rowsTotal) throw new WaybillError('BOOKS_UNBALANCED', 'The files do not hold the rows that were frozen.', { rows, frozen: frozen?.rowsTotal ?? 0 });
  const receipt = await sealExportReceipt(deps, jobId, 'completed');
  const { job, request } = work;
  await inTransaction(deps.pool, async (tx) => {
    if (await moveJob(tx, { jobId, from: ['closing'], to: 'completed', patch: { errorCode: null, errorPlace: null } }))
      await appendAudit(tx, {
        actor: { ...systemActor, id: job.owner, org: job.org }, action: 'export.completed', jobId,
        details: { rows, format: request.format, files: files.map(({ fileNo, extension, bytes, sha256 }) => ({ no: fileNo, ...(extension === null ? {} : { extension }), bytes, sha256 })), receiptKey: receipt.signature.keyId },
      });
  });
};
