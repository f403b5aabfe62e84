import { WaybillError } from '../contracts/errors.ts';
import type { ParseOptions } from '../contracts/parse-options.ts';
import { planRecordChunks } from '../core/formats/record-chunks.ts';
import type { PlannedChunk } from '../core/formats/source-format.ts';
import { forgetChunks, insertChunks } from '../db/chunks.ts';
import type { Job } from '../db/find-job.ts';
import type { ActivityDeps } from './activity-deps.ts';
import { openSource } from './import-source.ts';

export interface ChunkOrder { readonly job: Job; readonly parse: ParseOptions; readonly key: string }
export interface PlannedChunks { readonly chunkCount: number; readonly rowsTotal: number; readonly sourceVersion: string }

/** One pass over the source; chunks go to the ledger in batches, so memory does not depend on the file. */
export const planChunks = async (deps: ActivityDeps, { job, parse, key }: ChunkOrder, signal: AbortSignal): Promise<PlannedChunks> => {
  const epoch = { jobId: job.jobId, round: job.round, planEpoch: job.planEpoch };
  const source = await openSource(deps.storage, key);
  const planned = planRecordChunks(source, parse, { chunkBytes: chunkBytesFor(source.bytes, deps.chunkBytes), chunkRows: chunkRowsFor(parse.columns.length) });
  // An earlier attempt may have cut otherwise (another setting, another version): two cuttings must not mix.
  await forgetChunks(deps.pool, epoch);
  let chunkCount = 0, rowsTotal = 0;
  let batch: PlannedChunk[] = [];
  const flush = async (): Promise<void> => {
    await insertChunks(deps.pool, { ...epoch, chunks: batch });
    chunkCount += batch.length;
    batch = [];
  };
  for await (const chunks of planned) {
    signal.throwIfAborted();
    batch.push(...chunks);
    for (const { rows } of chunks) rowsTotal += rows;
    if (batch.length >= 1_000) await flush();
  }
  await flush();
  if (rowsTotal === 0) throw new WaybillError('FILE_NO_RECORDS', 'The file has no records.', { line: parse.dataStartLine });
  return { chunkCount, rowsTotal, sourceVersion: source.version };
};

/** Chunks enough for all threads and workers, and none so small that the engine's 20 ms a step would show. */
const chunkBytesFor = (totalBytes: number, mostBytes: number): number => Math.min(mostBytes, Math.max(Math.ceil(totalBytes / 12), 1024 * 1024));

/** Every cell may be an issue of 80 bytes: so many cells a chunk are 120 MB a thread at worst. Rows of a usual length meet the limit of bytes first. */
const mostCells = 1_500_000;
const chunkRowsFor = (columns: number): number => Math.max(1, Math.floor(mostCells / Math.max(columns, 12)));
