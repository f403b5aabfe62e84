import { WaybillError } from '../contracts/errors.ts';
import { importRequestSchema } from '../contracts/import-request.ts';
import { detectDelimited } from '../core/detect/detect-delimited.ts';
import { createSourceDecoder } from '../core/formats/csv/source-decoder.ts';
import { moveJob, noteJob } from '../db/move-job.ts';
import { archiveKey, spoolKey } from '../storage/storage-keys.ts';
import type { Storage } from '../storage/storage.ts';
import { lookAtSamples } from '../storage/read-samples.ts';
import type { ActivityDeps } from './activity-deps.ts';
import { openSource } from './import-source.ts';
import { jobForWork } from './job-for-work.ts';

export interface DetectSourceInput { readonly jobId: string }

/** Finds out how the file is written, from samples; what cannot be read at an offset is decoded once into a spool. */
export const createDetectSource = (deps: ActivityDeps) => async ({ jobId }: DetectSourceInput): Promise<void> => {
  await moveJob(deps.pool, { jobId, from: ['received'], to: 'detecting' });
  const job = await jobForWork(deps.pool, jobId);
  const request = importRequestSchema.parse(job.request);
  const source = await openSource(deps.storage, archiveKey(request.sha256));
  if (source.bytes === 0) throw new WaybillError('FILE_EMPTY', 'The file has no bytes.');
  const detection = await lookAtSamples(deps.storage, { key: source.key, totalBytes: source.bytes },
    (samples) => detectDelimited({ samples, totalBytes: source.bytes, overrides: request.parse }));
  if (detection.needsSpool) await writeSpool(deps.storage, { from: source.key, to: spoolKey(jobId), encoding: detection.options.encoding });
  await noteJob(deps.pool, { jobId, patch: { detection } });
};

interface SpoolOrder { readonly from: string; readonly to: string; readonly encoding: Parameters<typeof createSourceDecoder>[0] }

const writeSpool = async (storage: Storage, order: SpoolOrder): Promise<void> => {
  const decoder = createSourceDecoder(order.encoding);
  async function* decoded(): AsyncGenerator<Uint8Array> {
    for await (const piece of storage.read(order.from)) yield decoder.push(piece);
    yield decoder.end();
  }
  await storage.write(order.to, decoded());
};
