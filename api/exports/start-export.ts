/** The job's row first, then its workflow, as for imports (api/jobs/start-import.ts). What cannot be exported is refused before a job stands. */
import { randomUUID } from 'node:crypto';
import type { Actor } from '../../contracts/actor.ts';
import { WaybillError } from '../../contracts/errors.ts';
import type { ExportRequest } from '../../contracts/export-request.ts';
import { planExport } from '../../core/export/plan-export.ts';
import { insertExportJob } from '../../db/insert-export-job.ts';
import type { Job } from '../../db/job.ts';
import { selectRows } from '../../db/select-rows.ts';
import type { ApiDeps } from '../api-deps.ts';
import { defaultPurpose } from '../graphql/graphql-context.ts';
import { mustFindDataset, mustFindJob } from '../jobs/start-import.ts';

export interface StartExportInput { readonly actor: Actor; readonly request: ExportRequest; readonly idempotencyKey: string }

export const startExport = async (deps: ApiDeps, { actor, request, idempotencyKey }: StartExportInput): Promise<{ readonly job: Job; readonly created: boolean }> => {
  const dataset = await mustFindDataset(deps, actor.org, request.dataset);
  const { fields, filter, filterFields } = planExport(dataset.definition, request);
  const names = fields.map(({ field }) => field.name);
  // Refuses what this actor may not read, and an order that there is none of.
  selectRows({ actor, purpose: request.purpose ?? defaultPurpose, definition: dataset.definition, fields: names, filter, sort: request.sort });
  const { jobId, created } = await insertExportJob(deps.pool, {
    jobId: randomUUID(), actor, request, idempotencyKey, datasetId: dataset.datasetId, datasetVersion: dataset.version, audited: { fields: names, filterFields },
  });
  await deps.engine.startExport({ jobId, dataset: dataset.name, org: actor.org })
    .catch((error: unknown) => { deps.log.warn({ jobId, code: error instanceof WaybillError ? error.code : 'INTERNAL' }, 'the workflow was not started; the sweeper will'); });
  return { job: await mustFindJob(deps, actor.org, jobId), created };
};
