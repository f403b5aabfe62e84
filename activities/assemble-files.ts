/** The parts become files: opening, parts, closing, hashed on the way. A file that is whole is not made again. */
import { createHash } from 'node:crypto';
import type { ExportPartKey } from '../contracts/export-request.ts';
import { WaybillError } from '../contracts/errors.ts';
import { createFileWriter } from '../core/export/create-file-writer.ts';
import type { WrittenPart } from '../core/formats/file-writer.ts';
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
  const parts = await listParts(deps.pool, { jobId, planEpoch });
  const whole = new Map((await listExportFiles(deps.pool, jobId)).map((file) => [file.fileNo, file]));
  for (let fileNo = 1; fileNo <= fileCount; fileNo += 1) {
    const storageKey = exportFileKey(jobId, fileNo);
    const known = whole.get(fileNo);
    if (known !== undefined && (await deps.storage.stat(storageKey))?.bytes === known.bytes) continue;
    const writer = createFileWriter(request, planned.fields, fileNo);
    const own = parts.filter((part) => part.fileNo === fileNo);
    const hash = createHash('sha256');
    const pieces = hashed(writer.assemble(own.map((part) => writtenPart(deps.storage, part, { jobId, planEpoch, partNo: part.partNo }))), hash, signal);
    const { bytes } = await deps.storage.write(storageKey, pieces);
    await saveExportFile(deps.pool, jobId, {
      fileNo, rows: sum(own, (part) => part.rowCount), bytes, sha256: hash.digest('hex'), storageKey, guardedCells: sum(own, (part) => part.guardedCells),
    });
  }
};

const writtenPart = (storage: Storage, part: ExportPart, key: ExportPartKey): WrittenPart => ({
  bytes: part.bytes ?? 0, firstRow: part.firstRow, rows: part.rowCount,
  async *read(start = 0, endExclusive = part.bytes ?? 0) {
    let seen = 0;
    for await (const piece of storage.read(exportPartKey(key), start, endExclusive)) { seen += piece.byteLength; yield piece; }
    if (seen !== endExclusive - start) throw new WaybillError('FILE_CHANGED', 'A part of the export is not as long as when it was written.', { part: part.partNo });
  },
});

async function* hashed(pieces: AsyncIterable<Uint8Array>, hash: ReturnType<typeof createHash>, signal: AbortSignal): AsyncGenerator<Uint8Array, void, undefined> {
  for await (const piece of pieces) {
    signal.throwIfAborted();
    hash.update(piece);
    yield piece;
  }
}
