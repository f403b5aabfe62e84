/** A plan for a job of dataset `people`, as the planning step would have left it. */
import { createHash } from 'node:crypto';
import { planDocumentSchema } from '../../contracts/plan-document.ts';
import type { Pool } from '../../db/connection.ts';
import { noteJob } from '../../db/move-job.ts';
import { insertPlan } from '../../db/plans.ts';

export const canonicalPlan = async (pool: Pool, jobId: string): Promise<void> => {
  const document = planDocumentSchema.parse({
    schemaVersion: 1, engineVersion: 'test', dataset: 'people', datasetVersion: 1,
    parse: {
      format: 'csv', encoding: 'utf-8', delimiter: ',', quote: '"', escape: 'double', preambleLines: 0, header: true, columns: ['id', 'name'],
      dataStartByte: 8, dataStartLine: 2,
    },
    mapping: [{ field: 'id', columns: [0], by: 'exact_name' }, { field: 'name', columns: [1], by: 'exact_name' }],
    key: ['id'], mode: 'upsert', duplicates: 'last', onError: 'quarantine', limits: { maxErrors: null, maxErrorPercent: null }, zone: 'UTC',
  });
  const planHash = createHash('sha256').update(JSON.stringify(document)).digest('hex');
  await insertPlan(pool, { planHash, document });
  await noteJob(pool, { jobId, patch: { planHash } });
};
