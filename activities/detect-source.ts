import { WaybillError } from '../contracts/errors.ts';
import { importRequestSchema } from '../contracts/import-request.ts';
import { detectSource, markCompressed } from '../core/detect/detect-source.ts';
import { createSourceDecoder } from '../core/formats/csv/source-decoder.ts';
import { moveJob, noteJob } from '../db/move-job.ts';
import { archiveKey, spoolKey } from '../storage/storage-keys.ts';
import type { Storage } from '../storage/storage.ts';
import { lookAtSamples } from '../storage/read-samples.ts';
import { isGzip, unpackGzip } from '../storage/unpack-gzip.ts';
import type { ActivityDeps } from './activity-deps.ts';
import { openSource } from './import-source.ts';
import { jobForWork } from './job-for-work.ts';

export interface DetectSourceInput { readonly jobId: string }

/** Finds out how the file is written, from samples; what cannot be read at an offset is unpacked and decoded once into a spool. */
export const createDetectSource = (deps: ActivityDeps) => async ({ jobId }: DetectSourceInput, signal: AbortSignal): Promise<void> => {
  await moveJob(deps.pool, { jobId, from: ['received'], to: 'detecting' });
  const job = await jobForWork(deps.pool, jobId);
  const request = importRequestSchema.parse(job.request);
  const archived = await openSource(deps.storage, archiveKey(request.sha256));
  if (archived.bytes === 0) throw new WaybillError('FILE_EMPTY', 'The file has no bytes.');
  const packed = isGzip(await deps.storage.readRange(archived.key, 0, 2));
  const to = spoolKey(jobId);
  if (packed) await unpackGzip(deps.storage, { from: archived.key, to, signal });
  const source = packed ? await openSource(deps.storage, to) : archived;
  const found = await lookAtSamples(deps.storage, { key: source.key, totalBytes: source.bytes },
    (samples) => detectSource({ samples, totalBytes: source.bytes, overrides: request.parse, fileName: request.fileName }));
  // The spool may be its own source: it is replaced when the decoded one is whole.
  if (found.needsSpool) await writeSpool(deps.storage, { from: source.key, to, encoding: found.options.encoding });
  await noteJob(deps.pool, { jobId, patch: { detection: packed ? markCompressed(found) : found } });
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
