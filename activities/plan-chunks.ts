import { WaybillError } from '../contracts/errors.ts';
import type { ParseOptions } from '../contracts/parse-options.ts';
import { ChunkPlanner } from '../core/formats/csv/chunk-planner.ts';
import type { PlannedChunk } from '../core/formats/csv/chunk-planner.ts';
import { insertChunks } from '../db/chunks.ts';
import type { Job } from '../db/find-job.ts';
import type { ActivityDeps } from './activity-deps.ts';
import { dialectOf, openSource } from './import-source.ts';

export interface ChunkOrder { readonly job: Job; readonly parse: ParseOptions; readonly key: string }
export interface PlannedChunks { readonly chunkCount: number; readonly rowsTotal: number; readonly sourceVersion: string }

/** One pass over the source; chunks go to the ledger in batches, so memory does not depend on the file. */
export const planChunks = async (deps: ActivityDeps, { job, parse, key }: ChunkOrder, signal: AbortSignal): Promise<PlannedChunks> => {
  const epoch = { jobId: job.jobId, round: job.round, planEpoch: job.planEpoch };
  const source = await openSource(deps.storage, key);
  const planner = new ChunkPlanner({
    dialect: dialectOf(parse), chunkBytes: chunkBytesFor(source.bytes, deps.chunkBytes), startByte: parse.dataStartByte, startLine: parse.dataStartLine,
  });
  let chunkCount = 0;
  let batch: PlannedChunk[] = [];
  const flush = async (): Promise<void> => {
    await insertChunks(deps.pool, { ...epoch, chunks: batch });
    chunkCount += batch.length;
    batch = [];
  };
  for await (const piece of deps.storage.read(source.key, parse.dataStartByte)) {
    signal.throwIfAborted();
    batch.push(...planner.push(piece));
    if (batch.length >= 1_000) await flush();
  }
  batch.push(...planner.end());
  await flush();
  if (planner.rows === 0) throw new WaybillError('FILE_NO_RECORDS', 'The file has no records.', { line: parse.dataStartLine });
  return { chunkCount, rowsTotal: planner.rows, sourceVersion: source.version };
};

/** Chunks enough for all threads and workers, and none so small that the engine's 20 ms a step would show. */
const chunkBytesFor = (totalBytes: number, mostBytes: number): number => Math.min(mostBytes, Math.max(Math.ceil(totalBytes / 16), 1024 * 1024));
