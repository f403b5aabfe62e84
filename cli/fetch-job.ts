/** A job with everything that is said of it, and its receipt as a file. */
import { chmod, mkdir, rename, stat, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { WaybillError } from '../contracts/errors.ts';
import type { ApiClient } from './api-client.ts';
import { jobDocument, jobReceiptDocument } from './generated/operations.ts';
import type { JobDetails } from './job-report.ts';
import { withRetry } from './retry.ts';

const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;
export const unknownJob = (id: string): WaybillError =>
  new WaybillError('JOB_UNKNOWN', uuid.test(id) ? `There is no job ${id}.` : 'That is not the id of a job.');

export const fetchJob = async (client: ApiClient, id: string, { patient = false } = {}): Promise<JobDetails> => {
  if (!uuid.test(id)) throw unknownJob(id);
  const ask = (): Promise<{ readonly job: JobDetails | null }> => client.request(jobDocument, { id });
  const { job } = await (patient ? withRetry(ask) : ask());
  if (job === null) throw unknownJob(id);
  return job;
};

export const fetchReceipt = async (client: ApiClient, id: string, { patient = false } = {}): Promise<unknown> => {
  if (!uuid.test(id)) throw unknownJob(id);
  const ask = (): Promise<{ readonly job: { readonly receipt: unknown } | null }> => client.request(jobReceiptDocument, { id });
  const { job } = await (patient ? withRetry(ask) : ask());
  if (job === null) throw unknownJob(id);
  return job.receipt;
};

/** Where the job's receipt lies on this machine; the worker of a local stack has written it there, any other is fetched. Null: the job has none. */
export const receiptFile = async (client: ApiClient, id: string): Promise<string | null> => {
  const path = client.receiptPath(id);
  if (client.address.local && await stat(path).then(() => true, () => false)) return path;
  const receipt = await fetchReceipt(client, id, { patient: true });
  if (receipt === null || receipt === undefined) return null;
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  const draft = `${path}.${process.pid}.draft`;
  await writeFile(draft, `${JSON.stringify(receipt, null, 2)}\n`, { mode: 0o600 });
  await chmod(draft, 0o600);
  await rename(draft, path);
  return path;
};
