import { WaybillError } from '../contracts/errors.ts';
import { planDocumentSchema } from '../contracts/plan-document.ts';
import type { PlanDocument } from '../contracts/plan-document.ts';
import type { DatasetDefinition } from '../contracts/dataset-definition.ts';
import type { Queryable } from '../db/connection.ts';
import { findDatasetVersion, type Dataset } from '../db/datasets.ts';
import { findJobForWorker } from '../db/find-job.ts';
import type { Job } from '../db/find-job.ts';
import { findPlan } from '../db/plans.ts';

export const jobForWork = async (db: Queryable, jobId: string): Promise<Job> => {
  const job = await findJobForWorker(db, jobId);
  if (job === null) throw new WaybillError('JOB_UNKNOWN', 'The job is not in the database.', { job: jobId });
  return job;
};

/** The dataset as it was when the job was asked for. @param name as the request or the plan has it */
export const datasetOfJob = async (db: Queryable, { datasetId, datasetVersion }: Pick<Job, 'datasetId' | 'datasetVersion'>, name: string): Promise<Dataset> => {
  const version = datasetId === null || datasetVersion === null ? null : await findDatasetVersion(db, { datasetId, version: datasetVersion });
  if (version === null) throw new WaybillError('DATASET_UNKNOWN', 'The job names no dataset, or one that is gone.', { dataset: name });
  return version;
};

/** A job with what pins the treatment of its rows: the plan and the dataset's version. */
export interface PlannedJob {
  readonly job: Job;
  readonly plan: PlanDocument;
  readonly planHash: string;
  readonly datasetId: number;
  readonly definition: DatasetDefinition;
  readonly fingerprint: string;
}

export const plannedJob = async (db: Queryable, jobId: string): Promise<PlannedJob> => {
  const job = await jobForWork(db, jobId);
  const document = job.planHash === null ? null : await findPlan(db, job.planHash);
  if (document === null || job.planHash === null || job.datasetId === null)
    throw new WaybillError('JOB_STATE', 'The job has no plan yet.', { job: jobId });
  const plan = planDocumentSchema.parse(document);
  const version = await datasetOfJob(db, { datasetId: job.datasetId, datasetVersion: plan.datasetVersion }, plan.dataset);
  return { job, plan, planHash: job.planHash, datasetId: job.datasetId, definition: version.definition, fingerprint: version.fingerprint };
};
