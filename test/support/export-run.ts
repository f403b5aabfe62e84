/** Exports on a real database through the activities themselves, without the engine: each step in turn. */
import { randomUUID } from 'node:crypto';
import { createCloseExport } from '../../activities/close-export.ts';
import { createFreezeExport } from '../../activities/freeze-export.ts';
import { localOperator } from '../../contracts/actor.ts';
import { exportRequestSchema } from '../../contracts/export-request.ts';
import type { z } from 'zod';
import { planExport } from '../../core/export/plan-export.ts';
import { findDataset } from '../../db/datasets.ts';
import { listExportFiles, type ExportFile } from '../../db/export-files.ts';
import type { FrozenExport } from '../../db/freeze-export.ts';
import { insertExportJob } from '../../db/insert-export-job.ts';
import type { ImportBench } from './import-bench.ts';

export type ExportWish = Omit<z.input<typeof exportRequestSchema>, 'dataset'>;
const signal = new AbortController().signal;

export const requestExport = async ({ pool }: ImportBench, dataset: string, wish: ExportWish = {}): Promise<string> => {
  const found = await findDataset(pool, { org: localOperator.org, name: dataset });
  if (found === null) throw new TypeError(`no dataset ${dataset}`);
  const request = exportRequestSchema.parse({ ...wish, dataset });
  const { fields, filterFields } = planExport(found.definition, request);
  const jobId = randomUUID();
  await insertExportJob(pool, {
    jobId, actor: localOperator, request, idempotencyKey: jobId, datasetId: found.datasetId, datasetVersion: found.version,
    audited: { fields: fields.map(({ field }) => field.name), filterFields },
  });
  return jobId;
};

export const freeze = ({ deps }: ImportBench, jobId: string, lostEpoch: number | null = null): Promise<FrozenExport> => createFreezeExport(deps)({ jobId, lostEpoch });

export const writeParts = async ({ deps }: ImportBench, jobId: string, { planEpoch, partCount }: FrozenExport): Promise<readonly string[]> => {
  const kinds: string[] = [];
  // The last first: parts do not depend on each other.
  for (let partNo = partCount - 1; partNo >= 0; partNo -= 1) kinds.push((await deps.writePartOnThread({ jobId, planEpoch, partNo }, signal)).kind);
  return kinds;
};

export const close = ({ deps }: ImportBench, jobId: string): Promise<unknown> => createCloseExport(deps)({ jobId }, signal);

export interface Exported { readonly jobId: string; readonly files: readonly ExportFile[]; readonly contents: readonly Buffer[]; readonly partCount: number }

export const readFiles = async ({ pool, deps }: ImportBench, jobId: string): Promise<Omit<Exported, 'partCount'>> => {
  const files = await listExportFiles(pool, jobId);
  const contents = await Promise.all(files.map((file) => deps.storage.readRange(file.storageKey, 0, file.bytes)));
  return { jobId, files, contents };
};

/** The whole way. */
export const runExport = async (bench: ImportBench, dataset: string, wish: ExportWish = {}): Promise<Exported> => {
  const jobId = await requestExport(bench, dataset, wish);
  const frozen = await freeze(bench, jobId);
  await writeParts(bench, jobId, frozen);
  await close(bench, jobId);
  return { ...await readFiles(bench, jobId), partCount: frozen.partCount };
};

export const textOf = ({ contents }: Exported): string => contents.map((content) => content.toString('utf8')).join('');
