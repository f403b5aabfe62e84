/**
 * The work of one chunk, on a thread of its own: read the range, turn its records into COPY lines, and write rows, issues, rejected rows and
 * ledger in one transaction.
 */
import { WaybillError } from '../contracts/errors.ts';
import { loadRecordChunk } from '../core/formats/record-chunks.ts';
import { createStager } from '../core/staging/create-stager.ts';
import type { RowStager } from '../core/staging/row-stager.ts';
import { dayOfJob } from '../core/validation/day-of-job.ts';
import { CopyBuffer } from '../core/types/copy-buffer.ts';
import { readChunk } from '../db/chunks.ts';
import type { ChunkKey } from '../db/chunk-key.ts';
import type { ChunkTotals } from '../db/chunk-transaction.ts';
import { openChunk, sealChunk } from '../db/chunk-transaction.ts';
import type { Pool, PoolClient } from '../db/connection.ts';
import { inTransaction } from '../db/connection.ts';
import { copyRows, refusedValueOf } from '../db/copy-rows.ts';
import { stagingTable } from '../db/staging-table.ts';
import { storeIssues, storeRejects } from '../db/store-findings.ts';
import type { Storage } from '../storage/storage.ts';
import { collectGarbage } from './collect-garbage.ts';
import { stageCarefully } from './stage-carefully.ts';
import { stageRejectedRows } from './stage-rejected-rows.ts';
import type { StagingOrder } from './stage-carefully.ts';
import { openSource, sourceKey } from './import-source.ts';
import { plannedJob } from './job-for-work.ts';

export interface ChunkWork { readonly pool: Pool; readonly storage: Storage }

/** One piece of COPY text; two buffers take turns (db/copy-rows.ts). */
const pieceBytes = 256 * 1024;
const pieces = [new CopyBuffer(pieceBytes * 2), new CopyBuffer(pieceBytes * 2)] as const;

/** A thread stages one chunk at a time, so the chunk's bytes lie in the same memory each time: new memory a chunk cost 0.1 s of collection for 1 M rows. */
let room = Buffer.alloc(0);
/** A chunk that is larger than any plan makes them (a few huge records) does not have to be paid for ever after. */
const mostKeptBytes = 64 * 1024 * 1024;
const roomFor = (length: number): Buffer => {
  if (length > mostKeptBytes) return Buffer.allocUnsafeSlow(length);
  if (room.length < length) room = Buffer.allocUnsafeSlow(length);
  return room.subarray(0, length);
};

export const runChunk = async ({ pool, storage }: ChunkWork, key: ChunkKey, signal: AbortSignal): Promise<ChunkTotals> => {
  const planned = await plannedJob(pool, key.jobId);
  const chunk = await readChunk(pool, key);
  if (chunk === null) throw new WaybillError('CHUNK_STALE', 'The chunk is not in the plan any more.', { chunk: key.chunkNo, epoch: key.planEpoch });
  const { plan, job, definition } = planned;
  const source = await openSource(storage, sourceKey(job, plan.parse));
  if (source.version !== job.sourceVersion) throw new WaybillError('FILE_CHANGED', 'The archived copy was changed while it was read.', { chunk: key.chunkNo });
  const bytes = await loadRecordChunk(source, plan.parse, chunk, roomFor);
  // Its pages, 40 MB outside the heap, do not have to wait there until the chunk is staged.
  if (plan.parse.format === 'parquet') collectGarbage('minor');
  const stager = createStager(plan, definition, { today: dayOfJob(job.createdAt, plan.zone) });
  return inTransaction(pool, async (tx) => {
    const earlier = await openChunk(tx, key);
    if (earlier !== null) return earlier;
    await stageRows(tx, stager, { key, bytes, chunk, signal });
    if (stager.counts.rowsRead !== chunk.rowCount)
      throw new WaybillError('FILE_CHANGED', 'The chunk holds another number of records than when it was planned.', { chunk: key.chunkNo });
    await stageRejectedRows(tx, stager, key);
    await storeIssues(tx, key, stager.issues);
    await storeRejects(tx, key, { rows: stager.rejected, bytes });
    const { evidence } = stager;
    const totals = { ...stager.counts, issueCount: stager.issues.length, rowsUndecided: evidence.undecided ?? 0 };
    await sealChunk(tx, key, { totals, evidence, keyHashes: stager.keyHashes });
    return totals;
  });
};

const stageRows = async (tx: PoolClient, stager: RowStager, order: StagingOrder): Promise<void> => {
  stager.begin(order.bytes, order.chunk);
  await tx.query('savepoint rows');
  try {
    const staged = await copyRows(tx, stagingTable(order.key), encodedPieces(stager, order.signal));
    if (staged !== stager.counts.rowsStaged)
      throw new WaybillError('CHUNK_REFUSED', 'The database staged another number of rows than were sent.', { chunk: order.key.chunkNo });
  } catch (error) {
    if (refusedValueOf(error) === null) throw error;
    await tx.query('rollback to savepoint rows');
    await stageCarefully(tx, stager, order);
  }
};

function* encodedPieces(stager: RowStager, signal: AbortSignal): Generator<Uint8Array> {
  for (let turn = 0; ; turn = 1 - turn) {
    signal.throwIfAborted();
    const piece = turn === 0 ? pieces[0] : pieces[1];
    piece.truncate(0);
    const more = stager.fill(piece, pieceBytes);
    if (piece.length > 0) yield piece.view();
    if (!more) return;
  }
}
