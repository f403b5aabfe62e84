import { randomUUID } from 'node:crypto';
import { importRequestSchema } from '../contracts/import-request.ts';
import { prepareSource } from '../core/intake/prepare-source.ts';
import type { Job } from '../db/job.ts';
import { moveJob, noteJob } from '../db/move-job.ts';
import { archiveKey, attemptSpoolKey } from '../storage/storage-keys.ts';
import type { ActivityDeps } from './activity-deps.ts';
import { collectGarbage } from './collect-garbage.ts';
import { jobForWork } from './job-for-work.ts';

export interface DetectSourceInput { readonly jobId: string }

const workbooks: ReadonlySet<string> = new Set(['xlsx', 'ods', 'xls']);

/** Finds out how the file is written, from samples; what cannot be read at an offset is unpacked and decoded once into a spool. */
export const createDetectSource = (deps: ActivityDeps) => async ({ jobId }: DetectSourceInput, signal: AbortSignal): Promise<void> => {
  await moveJob(deps.pool, { jobId, from: ['received'], to: 'detecting' });
  const job = await jobForWork(deps.pool, jobId);
  // An attempt before this one got as far, and only its answer was lost.
  if (job.detection === null) await detect(deps, job, signal);
};

/**
 * Each attempt has a spool of its own, and the first that notes what it found has made the job's: one that was given up and goes on (a frozen
 * process, a lost heartbeat) can neither replace nor remove what the job reads.
 */
const detect = async (deps: ActivityDeps, { jobId, request }: Job, signal: AbortSignal): Promise<void> => {
  const { sha256, parse, fileName } = importRequestSchema.parse(request);
  const spool = attemptSpoolKey(jobId, randomUUID());
  const order = { key: archiveKey(sha256), spool, overrides: parse, fileName, signal, readLegacy: deps.readLegacy };
  const { detection, key } = await prepareSource(deps.storage, order).catch(async (error: unknown) => { await deps.storage.remove(spool); throw error; });
  const noted = { ...detection, ...(key === spool ? { spool } : {}) };
  // When the answer is lost it may be noted all the same, so the spool stays until the job ends, or the sweep finds that no job reads it.
  const isFirst = await noteJob(deps.pool, { jobId, patch: { detection: noted }, whenIn: 'detecting', onlyOnce: true });
  if (!isFirst || key !== spool) await deps.storage.remove(spool);
  if (workbooks.has(detection.options.format)) collectGarbage();
};
