/** The parts become files: opening, parts, closing, hashed on the way. A file that is whole is not made again. */
import { createHash } from 'node:crypto';
import type { JobId } from '../contracts/ids.ts';
import { createFileWriter } from '../core/export/create-file-writer.ts';
import type { Companion, FileWriter } from '../core/formats/file-writer.ts';
import { listExportFiles, saveExportFile } from '../db/export-files.ts';
import { listParts } from '../db/export-parts.ts';
import type { ExportPart } from '../db/export-parts.ts';
import { exportFileKey } from '../storage/storage-keys.ts';
import type { ActivityDeps } from './activity-deps.ts';
import type { ExportOfJob } from './export-of-job.ts';
import { keepHashed } from './keep-hashed.ts';
import { writtenPart } from './written-part.ts';

const sum = (parts: readonly ExportPart[], of: (part: ExportPart) => number | null): number => parts.reduce((total, part) => total + (of(part) ?? 0), 0);

export interface Assembling {
  readonly fileCount: number;
  readonly signal: AbortSignal;
  /** By the number of the file; default: those of the request. */
  readonly writerOf?: (fileNo: number) => FileWriter;
}

export const assembleFiles = async (deps: ActivityDeps, { job, request, planned }: ExportOfJob, { fileCount, signal, writerOf = (fileNo) => createFileWriter(request, planned.fields, fileNo) }: Assembling): Promise<void> => {
  const { jobId, planEpoch } = job;
  const parts = await listParts(deps.pool, { jobId, planEpoch });
  const whole = new Map((await listExportFiles(deps.pool, jobId)).map((file) => [file.fileNo, file]));
  for (let fileNo = 1; fileNo <= fileCount; fileNo += 1) {
    const storageKey = exportFileKey(jobId, fileNo);
    const known = whole.get(fileNo);
    if (known !== undefined && (await deps.storage.stat(storageKey))?.bytes === known.bytes) continue;
    const writer = writerOf(fileNo);
    const own = parts.filter((part) => part.fileNo === fileNo);
    const { bytes, sha256 } = (fileNo === 1 ? await deps.ahead?.finish({ jobId, planEpoch }) : null)
      ?? await keepHashed(deps.storage, storageKey, { pieces: writer.assemble(own.map((part) => writtenPart(deps.storage, part, { jobId, planEpoch, partNo: part.partNo }))), signal });
    await saveExportFile(deps.pool, jobId, {
      fileNo, rows: sum(own, (part) => part.rowCount), bytes, sha256, storageKey, guardedCells: sum(own, (part) => part.guardedCells), extension: null,
    });
  }
  // One beside all files of a split export: they are alike.
  for (const [index, companion] of writerOf(1).companions.entries()) await writeCompanion(deps, { jobId, fileNo: fileCount + 1 + index, companion });
};

const writeCompanion = async ({ pool, storage }: ActivityDeps, { jobId, fileNo, companion: { extension, bytes: content } }: { readonly jobId: JobId; readonly fileNo: number; readonly companion: Companion }): Promise<void> => {
  const storageKey = exportFileKey(jobId, fileNo);
  const { bytes } = await storage.write(storageKey, [content]);
  await saveExportFile(pool, jobId, { fileNo, rows: 0, bytes, sha256: createHash('sha256').update(content).digest('hex'), storageKey, guardedCells: 0, extension });
};
