import { isWaybillError } from '../../contracts/errors.ts';
import type { ParseOverrides } from '../../contracts/parse-options.ts';
import { tableOfDefinition } from '../../db/dataset-table.ts';
import type { Dataset } from '../../db/datasets.ts';
import { holdsRecords, recentRowsPerSecond } from '../../db/dataset-load.ts';
import type { SourceFile } from '../../db/source-files.ts';
import type { ApiDeps } from '../api-deps.ts';
import { estimateImport, type DiskEstimate } from './estimate-import.ts';
import { inspectSource } from './inspect-source.ts';

export interface EstimateQuestion {
  readonly dataset: Dataset;
  readonly file: SourceFile;
  readonly overrides: ParseOverrides;
  /** Known to change no record: modes insert and append. */
  readonly onlyAdds?: boolean;
}

export const estimateForDataset = async (
  { pool, storage, databaseSharesDisk, readLegacy }: Pick<ApiDeps, 'pool' | 'storage' | 'databaseSharesDisk' | 'readLegacy'>, { dataset, file, overrides, onlyAdds = false }: EstimateQuestion,
): Promise<DiskEstimate & { readonly rows: number }> => {
  const { detection, rows, bytes } = await inspectSource(storage, { file, overrides, extent: 'head', readLegacy });
  const disk = estimateImport({
    bytes, rows, columns: detection.options.columns.length, needsSpool: detection.needsSpool, databaseSharesDisk, bytesFree: await storage.freeBytes(),
    ontoRecords: !onlyAdds && await holdsRecords(pool, tableOfDefinition(dataset.definition)),
    rowsPerSecond: await recentRowsPerSecond(pool, dataset.datasetId),
  });
  return { rows, ...disk };
};

/** Null: the file cannot be read as a table, which its job will say. */
export const estimateWhenReadable = (deps: Parameters<typeof estimateForDataset>[0], question: EstimateQuestion): Promise<DiskEstimate | null> =>
  estimateForDataset(deps, question).catch((error: unknown) => {
    if (isWaybillError(error) && !error.retryable) return null;
    throw error;
  });
