/** One part of an export, written on a thread: rows of the frozen table through the format's writer into an object of its own. */
import { crc32 } from 'node:zlib';
import type { ExportPartKey } from '../contracts/export-request.ts';
import { isFinal } from '../contracts/job-states.ts';
import { WaybillError } from '../contracts/errors.ts';
import { createFileWriter } from '../core/export/create-file-writer.ts';
import { rowsOfMessages } from '../core/formats/copy-text.ts';
import type { FileWriter } from '../core/formats/file-writer.ts';
import type { Pool } from '../db/connection.ts';
import type { CopiedLines } from '../db/copy-out.ts';
import { findPart, isFrozenTableGone, notePartWritten, readPart } from '../db/export-parts.ts';
import type { ExportPart } from '../db/export-parts.ts';
import { exportPartKey } from '../storage/storage-keys.ts';
import type { Storage } from '../storage/storage.ts';
import { exportOfJob } from './export-of-job.ts';
import { jobForWork } from './job-for-work.ts';

export interface PartWork { readonly pool: Pool; readonly storage: Storage }
/** `lost`: the frozen rows are not there any more (a crash of PostgreSQL empties unlogged tables). */
export interface PartResult { readonly kind: 'written' | 'lost'; readonly rows: number }

/** Once for each part; what an earlier attempt wrote whole is not written again. */
export const writePartOf = async (work: PartWork, key: ExportPartKey, signal: AbortSignal): Promise<PartResult> => {
  const { pool, storage } = work;
  const part = await findPart(pool, key);
  if (part === null) throw new WaybillError('CHUNK_STALE', 'The part is not in the plan any more.', { chunk: key.partNo, epoch: key.planEpoch });
  if (part.bytes !== null && (await storage.stat(exportPartKey(key)))?.bytes === part.bytes) return { kind: 'written', rows: part.rowCount };
  const { request, planned } = await exportOfJob(pool, key.jobId);
  const writer = createFileWriter(request, planned.fields);
  const written = await writeObject(work, { key, part, writer, signal });
  if (written === null) return { kind: 'lost', rows: 0 };
  if (await notePartWritten(pool, key, { ...written, guardedCells: writer.guardedCells })) return { kind: 'written', rows: part.rowCount };
  await leaveNothing(work, key);
  throw new WaybillError('CHUNK_STALE', 'The job is no longer writing this epoch.', { chunk: key.partNo, epoch: key.planEpoch });
};

interface WrittenObject { readonly bytes: number; readonly crc32: number }
interface PartOrder { readonly key: ExportPartKey; readonly part: ExportPart; readonly writer: FileWriter; readonly signal: AbortSignal }

/** Breaks the writing off, so that no part with missing rows gets its name. */
class FrozenRowsMissing extends Error {
  override readonly name = 'FrozenRowsMissing';
}

/** Its length and checksum; null when the frozen rows are gone. */
const writeObject = async ({ pool, storage }: PartWork, { key, part, writer, signal }: PartOrder): Promise<WrittenObject | null> => {
  let written: WrittenObject = { bytes: 0, crc32: 0 };
  try {
    await readPart(pool, { key, part, each: async (batches) => {
      const lines = counted(batches, { rowCount: part.rowCount, signal });
      const place = { firstRow: part.firstRow, rows: part.rowCount };
      const pieces = writer.writeLines === null ? writer.writePart(rowsOf(lines), place) : writer.writeLines(lines, place);
      let sum = 0;
      const summed = async function* (): AsyncGenerator<Uint8Array> { for await (const piece of pieces) { sum = crc32(piece, sum); yield piece; } };
      const { bytes } = await storage.write(exportPartKey(key), summed(), { durable: false });
      written = { bytes, crc32: sum };
    } });
    return written;
  } catch (error) {
    if (error instanceof FrozenRowsMissing || isFrozenTableGone(error)) return null;
    throw error;
  }
};

async function* rowsOf(batches: AsyncIterable<Buffer>): AsyncGenerator<ReturnType<typeof rowsOfMessages>, void, undefined> {
  for await (const messages of batches) yield rowsOfMessages(messages);
}

interface Counting { readonly rowCount: number; readonly signal: AbortSignal }
async function* counted(batches: AsyncIterable<CopiedLines>, { rowCount, signal }: Counting): AsyncGenerator<Buffer, void, undefined> {
  let rows = 0;
  for await (const batch of batches) {
    signal.throwIfAborted();
    rows += batch.rows;
    yield batch.messages;
  }
  if (rows !== rowCount) throw new FrozenRowsMissing('the frozen rows are not all there');
}

/** An attempt that was overtaken leaves its object only where the job still needs it. */
const leaveNothing = async ({ pool, storage }: PartWork, key: ExportPartKey): Promise<void> => {
  const { state, planEpoch } = await jobForWork(pool, key.jobId);
  if (isFinal(state) || planEpoch !== key.planEpoch) await storage.remove(exportPartKey(key));
};
