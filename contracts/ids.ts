/**
 * Every name that two rooms must agree on is built here and nowhere else (design 10.14).
 * Workflow ids carry only the job's id: no file names, no values.
 */
import { z } from 'zod';

export const jobIdSchema = z.uuid();
export type JobId = string;

export const sha256Schema = z.string().regex(/^[0-9a-f]{64}$/);

export const importWorkflowId = (jobId: JobId): string => `import/${jobId}`;

/** Inverse of {@link importWorkflowId}; null when the id is of another kind. */
export const jobIdOfImportWorkflow = (workflowId: string): JobId | null =>
  workflowId.startsWith('import/') ? workflowId.slice('import/'.length) : null;

/** Light steps and workflow tasks. */
export const controlTaskQueue = 'waybill-control';
/** Chunks: the heavy lifting, shared by every worker process. */
export const transferTaskQueue = 'waybill-transfer';

export const temporalNamespace = 'default';
export const defaultOrgId = 'default';

/** PostgreSQL NOTIFY channel; the payload is a job id and nothing more. */
export const progressChannel = 'waybill_progress';

/** `j_<32 hex>_r<round>_e<epoch>`: the staging table of one round and epoch, in schema `waybill_staging`. */
export const stagingTableName = (jobId: JobId, round: number, planEpoch: number): string =>
  `j_${jobId.replaceAll('-', '')}_r${round}_e${planEpoch}`;

/** The rows of a round and epoch that were rejected as they were read, as far as they could be read. */
export const rejectedRowsTableName = (jobId: JobId, round: number, planEpoch: number): string =>
  `x_${jobId.replaceAll('-', '')}_r${round}_e${planEpoch}`;

/** The draft of a round; it becomes the job's partition of `record_origins` at commit. */
export const draftTableName = (jobId: JobId, round: number): string => `d_${jobId.replaceAll('-', '')}_r${round}`;

/** What differs between the staged rows of a round and the dataset. */
export const changesTableName = (jobId: JobId, round: number): string => `c_${jobId.replaceAll('-', '')}_r${round}`;
