import { importRequestSchema } from '../contracts/import-request.ts';
import { prepareSource } from '../core/intake/prepare-source.ts';
import { moveJob, noteJob } from '../db/move-job.ts';
import { archiveKey, spoolKey } from '../storage/storage-keys.ts';
import type { ActivityDeps } from './activity-deps.ts';
import { jobForWork } from './job-for-work.ts';

export interface DetectSourceInput { readonly jobId: string }
export interface DetectSourceResult { /** The job waits for a person where its mapping is not sure. */ readonly mayAsk: boolean }

/** Finds out how the file is written, from samples; what cannot be read at an offset is unpacked and decoded once into a spool. */
export const createDetectSource = (deps: ActivityDeps) => async ({ jobId }: DetectSourceInput, signal: AbortSignal): Promise<DetectSourceResult> => {
  await moveJob(deps.pool, { jobId, from: ['received'], to: 'detecting' });
  const job = await jobForWork(deps.pool, jobId);
  const { sha256, parse, fileName, whenUnsure } = importRequestSchema.parse(job.request);
  const { detection } = await prepareSource(deps.storage, { key: archiveKey(sha256), spool: spoolKey(jobId), overrides: parse, fileName, signal, readLegacy: deps.readLegacy });
  // An attempt that was overtaken must not write over the columns that a question speaks of.
  await noteJob(deps.pool, { jobId, patch: { detection }, whenIn: 'detecting' });
  return { mayAsk: whenUnsure === 'ask' };
};
