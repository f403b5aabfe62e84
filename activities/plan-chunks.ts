import { WaybillError } from '../contracts/errors.ts';
import type { ParseOptions } from '../contracts/parse-options.ts';
import { createPlanner } from '../core/formats/formats.ts';
import type { PlannedChunk } from '../core/formats/source-format.ts';
import { forgetChunks, insertChunks } from '../db/chunks.ts';
import type { Job } from '../db/find-job.ts';
import type { Storage } from '../storage/storage.ts';
import type { ActivityDeps } from './activity-deps.ts';
import { openSource } from './import-source.ts';

export interface ChunkOrder { readonly job: Job; readonly parse: ParseOptions; readonly key: string }
export interface PlannedChunks { readonly chunkCount: number; readonly rowsTotal: number; readonly sourceVersion: string }

/** One pass over the source; chunks go to the ledger in batches, so memory does not depend on the file. */
export const planChunks = async (deps: ActivityDeps, { job, parse, key }: ChunkOrder, signal: AbortSignal): Promise<PlannedChunks> => {
  const epoch = { jobId: job.jobId, round: job.round, planEpoch: job.planEpoch };
  const source = await openSource(deps.storage, key);
  const planner = createPlanner(parse, { chunkBytes: chunkBytesFor(source.bytes, deps.chunkBytes), chunkRows: chunkRowsFor(parse.columns.length) });
  // An earlier attempt may have cut otherwise (another setting, another version): two cuttings must not mix.
  await forgetChunks(deps.pool, epoch);
  let chunkCount = 0;
  let batch: PlannedChunk[] = [];
  const flush = async (): Promise<void> => {
    await insertChunks(deps.pool, { ...epoch, chunks: batch });
    chunkCount += batch.length;
    batch = [];
  };
  for await (const piece of piecesOf(deps.storage, source.key, parse.dataStartByte)) {
    signal.throwIfAborted();
    batch.push(...planner.push(piece));
    if (batch.length >= 1_000) await flush();
  }
  batch.push(...planner.end());
  await flush();
  if (planner.rows === 0) throw new WaybillError('FILE_NO_RECORDS', 'The file has no records.', { line: parse.dataStartLine });
  return { chunkCount, rowsTotal: planner.rows, sourceVersion: source.version };
};

const pieceBytes = 4 * 1024 * 1024;

/** The object from `start`, in pieces that take turns in two buffers: the next is read while one is looked at, and no memory is made anew. */
async function* piecesOf(storage: Storage, key: string, start: number): AsyncGenerator<Uint8Array> {
  let [current, other] = [Buffer.allocUnsafeSlow(pieceBytes), Buffer.allocUnsafeSlow(pieceBytes)];
  let offset = start;
  let filling = storage.readInto(key, offset, current);
  for (;;) {
    const length = await filling;
    if (length === 0) return;
    offset += length;
    filling = storage.readInto(key, offset, other);
    // Looked at when its turn comes, unless the consumer fails first.
    filling.catch(() => undefined);
    yield current.subarray(0, length);
    [current, other] = [other, current];
  }
}

/** Chunks enough for all threads and workers, and none so small that the engine's 20 ms a step would show. */
const chunkBytesFor = (totalBytes: number, mostBytes: number): number => Math.min(mostBytes, Math.max(Math.ceil(totalBytes / 12), 1024 * 1024));

/** Every cell may be an issue of 80 bytes: so many cells a chunk are 120 MB a thread at worst. Rows of a usual length meet the limit of bytes first. */
const mostCells = 1_500_000;
const chunkRowsFor = (columns: number): number => Math.max(1, Math.floor(mostCells / Math.max(columns, 12)));
