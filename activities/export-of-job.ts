import { WaybillError } from '../contracts/errors.ts';
import type { DatasetDefinition } from '../contracts/dataset-definition.ts';
import { exportRequestSchema } from '../contracts/export-request.ts';
import type { ExportRequest } from '../contracts/export-request.ts';
import { planExport } from '../core/export/plan-export.ts';
import type { PlannedSelection } from '../core/export/plan-export.ts';
import type { Queryable } from '../db/connection.ts';
import { findDatasetVersion } from '../db/datasets.ts';
import type { Job } from '../db/find-job.ts';
import { jobForWork } from './job-for-work.ts';

/** An export job with what pins what it lets out: the request as it was asked, and the dataset's version of that moment. */
export interface ExportOfJob {
  readonly job: Job;
  readonly request: ExportRequest;
  readonly definition: DatasetDefinition;
  readonly planned: PlannedSelection;
}

export const exportOfJob = async (db: Queryable, jobId: string): Promise<ExportOfJob> => {
  const job = await jobForWork(db, jobId);
  const request = exportRequestSchema.parse(job.request);
  const { datasetId, datasetVersion } = job;
  const version = datasetId === null || datasetVersion === null ? null : await findDatasetVersion(db, { datasetId, version: datasetVersion });
  if (version === null) throw new WaybillError('DATASET_UNKNOWN', 'The dataset is gone.', { dataset: request.dataset });
  return { job, request, definition: version.definition, planned: planExport(version.definition, request) };
};
