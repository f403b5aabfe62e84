import { importRequestSchema } from '../contracts/import-request.ts';
import { prepareSource } from '../core/intake/prepare-source.ts';
import { moveJob, noteJob } from '../db/move-job.ts';
import { archiveKey, spoolKey } from '../storage/storage-keys.ts';
import type { ActivityDeps } from './activity-deps.ts';
import { jobForWork } from './job-for-work.ts';
import { prepareByTemplate } from './recognise-template.ts';

export interface DetectSourceInput { readonly jobId: string }

/** Finds out how the file is written, from samples, and whether a template knows it; what cannot be read at an offset is unpacked and decoded once into a spool. */
export const createDetectSource = (deps: ActivityDeps) => async ({ jobId }: DetectSourceInput, signal: AbortSignal): Promise<void> => {
  await moveJob(deps.pool, { jobId, from: ['received'], to: 'detecting' });
  const job = await jobForWork(deps.pool, jobId);
  const request = importRequestSchema.parse(job.request);
  const { detection } = await prepareByTemplate(deps, {
    job, request,
    prepare: (overrides) => prepareSource(deps.storage, { key: archiveKey(request.sha256), spool: spoolKey(jobId), overrides, fileName: request.fileName, signal, readLegacy: deps.readLegacy }),
  });
  await noteJob(deps.pool, { jobId, patch: { detection } });
};
