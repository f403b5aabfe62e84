/** The parts become files: opening, parts, closing, hashed on the way. A file that is whole is not made again. */
import { createHash } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { WaybillError } from '../contracts/errors.ts';
import { createWriter } from '../core/formats/create-writer.ts';
import type { FormatWriter } from '../core/formats/format-writer.ts';
import { listExportFiles, saveExportFile } from '../db/export-files.ts';
import { listParts } from '../db/export-parts.ts';
import type { ExportPart } from '../db/export-parts.ts';
import { exportFileKey, exportPartKey } from '../storage/storage-keys.ts';
import type { Storage } from '../storage/storage.ts';
import type { ActivityDeps } from './activity-deps.ts';
import type { ExportOfJob } from './export-of-job.ts';

const sum = (parts: readonly ExportPart[], of: (part: ExportPart) => number | null): number => parts.reduce((total, part) => total + (of(part) ?? 0), 0);

export const assembleFiles = async (deps: ActivityDeps, { job, request, planned }: ExportOfJob, { fileCount, signal }: { readonly fileCount: number; readonly signal: AbortSignal }): Promise<void> => {
  const { jobId, planEpoch } = job;
  const writer = createWriter(request, planned.fields);
  const parts = await listParts(deps.pool, { jobId, planEpoch });
  const whole = new Map((await listExportFiles(deps.pool, jobId)).map((file) => [file.fileNo, file]));
  for (let fileNo = 1; fileNo <= fileCount; fileNo += 1) {
    const storageKey = exportFileKey(jobId, fileNo);
    const known = whole.get(fileNo);
    if (known !== undefined && (await deps.storage.stat(storageKey))?.bytes === known.bytes) continue;
    const own = parts.filter((part) => part.fileNo === fileNo);
    const hash = createHash('sha256');
    const pieces = hashed(filePieces(deps.storage, { keys: own.map((part) => ({ key: exportPartKey({ jobId, planEpoch, partNo: part.partNo }), bytes: part.bytes })), writer, gzip: request.compress === 'gzip' }), hash, signal);
    const { bytes } = await deps.storage.write(storageKey, pieces);
    await saveExportFile(deps.pool, jobId, {
      fileNo, rows: sum(own, (part) => part.rowCount), bytes, sha256: hash.digest('hex'), storageKey, guardedCells: sum(own, (part) => part.guardedCells),
    });
  }
};

interface FilePlan { readonly keys: readonly { readonly key: string; readonly bytes: number | null }[]; readonly writer: FormatWriter; readonly gzip: boolean }

async function* filePieces(storage: Storage, { keys, writer, gzip }: FilePlan): AsyncGenerator<Uint8Array, void, undefined> {
  const own = (bytes: Uint8Array): readonly Uint8Array[] => bytes.length === 0 ? [] : [gzip ? gzipSync(bytes) : bytes];
  yield* own(writer.opening);
  for (const [index, { key, bytes }] of keys.entries()) {
    if (index > 0) yield* own(writer.between);
    let seen = 0;
    for await (const piece of storage.read(key)) { seen += piece.byteLength; yield piece; }
    if (seen !== bytes) throw new WaybillError('FILE_CHANGED', 'A part of the export is not as long as when it was written.', { part: index });
  }
  yield* own(writer.closing);
  // A compressed file without a record and a header is still a gzip file.
  if (gzip && keys.length === 0 && writer.opening.length + writer.closing.length === 0) yield gzipSync('');
}

async function* hashed(pieces: AsyncIterable<Uint8Array>, hash: ReturnType<typeof createHash>, signal: AbortSignal): AsyncGenerator<Uint8Array, void, undefined> {
  for await (const piece of pieces) {
    signal.throwIfAborted();
    hash.update(piece);
    yield piece;
  }
}
