import type { DatasetDefinition } from '../contracts/dataset-definition.ts';
import { exportRequestSchema } from '../contracts/export-request.ts';
import type { ExportRequest } from '../contracts/export-request.ts';
import { planExport } from '../core/export/plan-export.ts';
import type { PlannedSelection } from '../core/export/plan-export.ts';
import type { Queryable } from '../db/connection.ts';
import type { Job } from '../db/find-job.ts';
import { datasetOfJob, jobForWork } from './job-for-work.ts';

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
  const { definition } = await datasetOfJob(db, job, request.dataset);
  return { job, request, definition, planned: planExport(definition, request) };
};
