/** A dataset and a job in it, through the functions that production uses. */
import { randomUUID } from 'node:crypto';
import { localOperator } from '../../contracts/actor.ts';
import { datasetDefinitionSchema } from '../../contracts/dataset-definition.ts';
import { importRequestSchema, type ImportRequestInput } from '../../contracts/import-request.ts';
import type { Pool } from '../../db/connection.ts';
import { registerDataset } from '../../db/datasets.ts';
import { insertJob } from '../../db/insert-job.ts';

export const someSha256 = 'ab'.repeat(32);

export const someDefinition = (name = 'incidents') => datasetDefinitionSchema.parse({
  name, fields: [{ name: 'incident_id', type: 'code', required: true, key: true }, { name: 'status', type: 'text' }],
});

export const someRequest = (changes: Partial<ImportRequestInput> = {}) =>
  importRequestSchema.parse({ sha256: someSha256, fileName: 'secret-name.csv', dataset: 'incidents', ...changes });

export const makeDataset = (pool: Pool, name?: string) =>
  registerDataset(pool, { actor: localOperator, definition: someDefinition(name), fingerprint: 'f'.repeat(64) });

export const makeJob = async (pool: Pool, changes: Partial<ImportRequestInput> = {}): Promise<string> => {
  const { datasetId, version } = await makeDataset(pool, changes.dataset);
  const jobId = randomUUID();
  await insertJob(pool, { jobId, actor: localOperator, request: someRequest(changes), idempotencyKey: jobId, datasetId, datasetVersion: version });
  return jobId;
};
