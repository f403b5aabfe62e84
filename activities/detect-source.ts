import { randomUUID } from 'node:crypto';
import { importRequestSchema } from '../contracts/import-request.ts';
import type { ParseOverrides } from '../contracts/parse-options.ts';
import { asksAboutDrift } from '../core/templates/find-drift.ts';
import { prepareSource, type PreparedSource } from '../core/intake/prepare-source.ts';
import type { Job } from '../db/job.ts';
import { moveJob, noteJob } from '../db/move-job.ts';
import { archiveKey, attemptSpoolKey } from '../storage/storage-keys.ts';
import type { ActivityDeps } from './activity-deps.ts';
import { collectGarbage } from './collect-garbage.ts';
import { jobForWork } from './job-for-work.ts';
import { prepareByTemplate } from './recognise-template.ts';
import { pinnedTemplate } from './template-of-job.ts';

export interface DetectSourceInput { readonly jobId: string }
export interface DetectSourceResult { /** The job waits for a person where its mapping is not sure. */ readonly mayAsk: boolean }

const workbooks: ReadonlySet<string> = new Set(['xlsx', 'ods', 'xls']);

/** Finds out how the file is written, from samples, and whether a template knows it; what cannot be read at an offset is unpacked and decoded once into a spool. */
export const createDetectSource = (deps: ActivityDeps) => async ({ jobId }: DetectSourceInput, signal: AbortSignal): Promise<DetectSourceResult> => {
  await moveJob(deps.pool, { jobId, from: ['received'], to: 'detecting' });
  const job = await jobForWork(deps.pool, jobId);
  // An attempt before this one got as far, and only its answer was lost.
  if (job.detection === null) await detect(deps, job, signal);
  return { mayAsk: await mayAsk(deps, jobId) };
};

/** With a template that it may differ from in what the policy asks about, also where the import itself does not ask. The detection may have found it. */
const mayAsk = async (deps: ActivityDeps, jobId: string): Promise<boolean> => {
  const job = await jobForWork(deps.pool, jobId);
  const { whenUnsure, acceptDrift } = importRequestSchema.parse(job.request);
  if (whenUnsure === 'ask') return true;
  const template = acceptDrift === true ? null : await pinnedTemplate(deps.pool, job);
  return template !== null && asksAboutDrift(template.document);
};

/**
 * Each attempt has a spool of its own, and the first that notes what it found has made the job's: one that was given up and goes on (a frozen
 * process, a lost heartbeat) can neither replace nor remove what the job reads.
 */
const detect = async (deps: ActivityDeps, job: Job, signal: AbortSignal): Promise<void> => {
  const { jobId } = job;
  const request = importRequestSchema.parse(job.request);
  const spool = attemptSpoolKey(jobId, randomUUID());
  const order = { key: archiveKey(request.sha256), spool, fileName: request.fileName, signal, readLegacy: deps.readLegacy };
  const prepare = (overrides: ParseOverrides): Promise<PreparedSource> => prepareSource(deps.storage, { ...order, overrides });
  const { prepared: { detection, key }, patch } = await prepareByTemplate(deps, { job, request, prepare }).catch(async (error: unknown) => { await deps.storage.remove(spool); throw error; });
  const noted = { ...detection, ...(key === spool ? { spool } : {}) };
  // When the answer is lost it may be noted all the same, so the spool stays until the job ends, or the sweep finds that no job reads it.
  const isFirst = await noteJob(deps.pool, { jobId, patch: { detection: noted, ...patch }, whenIn: 'detecting', onlyOnce: true });
  if (!isFirst || key !== spool) await deps.storage.remove(spool);
  if (workbooks.has(detection.options.format)) collectGarbage();
};
