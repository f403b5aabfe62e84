import type { DatasetDefinition } from '../contracts/dataset-definition.ts';
import { WaybillError } from '../contracts/errors.ts';
import { exportRequestSchema, type ExportRequest } from '../contracts/export-request.ts';
import type { FinalState } from '../contracts/job-states.ts';
import type { ExportReceiptBody } from '../contracts/receipt.ts';
import type { Queryable } from './connection.ts';
import { findDatasetVersion } from './datasets.ts';
import { frozenAt, listExportFiles } from './export-files.ts';
import { findJobForWorker } from './find-job.ts';

export interface ExportReceiptQuestion {
  readonly jobId: string;
  readonly state: FinalState;
  readonly engineVersion: string;
  /** Names of the fields; the definition is null when the dataset is gone. */
  readonly selectionOf: (definition: DatasetDefinition | null, request: ExportRequest) => Pick<ExportReceiptBody, 'fields' | 'filterFields'>;
}

/** What an export's receipt says but for the head of the audit chain, which is read last: whoever has appended holds the chain. */
export const readExportReceiptFacts = async (db: Queryable, { jobId, state, engineVersion, selectionOf }: ExportReceiptQuestion): Promise<Omit<ExportReceiptBody, 'auditHead'>> => {
  const job = await findJobForWorker(db, jobId);
  if (job === null) throw new WaybillError('JOB_UNKNOWN', 'The job is not in the database.', { job: jobId });
  const request = exportRequestSchema.parse(job.request);
  const { datasetId, datasetVersion } = job;
  const version = datasetId === null || datasetVersion === null ? null : await findDatasetVersion(db, { datasetId, version: datasetVersion });
  const frozen = await frozenAt(db, jobId);
  const completed = state === 'completed';
  const files = completed ? await listExportFiles(db, jobId) : [];
  return {
    schemaVersion: 1, kind: 'export', jobId, round: job.round, org: job.org, actor: job.owner, partner: job.partner, purpose: job.purpose,
    dataset: request.dataset, datasetVersion, ...selectionOf(version?.definition ?? null, request), format: request.format, compression: request.compress,
    state, errorCode: completed ? null : job.errorCode, rows: frozen?.rowsTotal ?? null, guardedCells: files.reduce((sum, file) => sum + file.guardedCells, 0),
    files: files.map(({ fileNo, extension, rows, bytes, sha256 }) => ({ no: fileNo, ...(extension === null ? {} : { extension }), rows, bytes, sha256 })), engineVersion,
    startedAt: (job.startedAt ?? job.createdAt).toISOString(), frozenAt: frozen?.frozenAt.toISOString() ?? null,
  };
};
