/**
 * The job's row first, then its workflow: whatever dies in between, the sweeper starts what was asked (design 10.14). An engine that is
 * down does not refuse a job: it waits as `received`.
 */
import { randomUUID } from 'node:crypto';
import type { Actor } from '../../contracts/actor.ts';
import { WaybillError } from '../../contracts/errors.ts';
import { jobIdSchema } from '../../contracts/ids.ts';
import type { ImportRequest } from '../../contracts/import-request.ts';
import { checkFileRules, referencedNames } from '../../core/validation/check-file-rules.ts';
import { checkTreatment } from '../../core/validation/check-treatment.ts';
import { checkTemplate } from '../../core/templates/check-template.ts';
import { withTemplate } from '../../core/templates/with-template.ts';
import { checkTransforms } from '../../core/transform/check-transforms.ts';
import { findDataset, type Dataset } from '../../db/datasets.ts';
import { findJob } from '../../db/find-job.ts';
import { insertJob } from '../../db/insert-job.ts';
import type { Job } from '../../db/job.ts';
import { findReferencedDatasets } from '../../db/referenced-datasets.ts';
import { findSourceFile, type SourceFile } from '../../db/source-files.ts';
import type { Template } from '../../db/templates.ts';
import type { ApiDeps } from '../api-deps.ts';
import { estimateWhenReadable } from '../inspect/estimate-for-dataset.ts';
import { refuseWhenDiskWouldFill } from '../inspect/estimate-import.ts';

export interface StartImportInput {
  readonly actor: Actor;
  readonly request: ImportRequest;
  /** That the request names. */
  readonly template?: Template | null;
  readonly idempotencyKey: string;
}
export interface StartedImport { readonly job: Job; readonly created: boolean }

export const mustFindDataset = async (deps: Pick<ApiDeps, 'pool'>, org: string, name: string): Promise<Dataset> => {
  const dataset = await findDataset(deps.pool, { org, name });
  if (dataset === null) throw new WaybillError('DATASET_UNKNOWN', 'There is no dataset of this name.', { dataset: name });
  return dataset;
};

export const mustFindSource = async (deps: Pick<ApiDeps, 'pool'>, org: string, sha256: string): Promise<SourceFile> => {
  const file = await findSourceFile(deps.pool, { org, sha256 });
  if (file === null) throw new WaybillError('SOURCE_UNKNOWN', 'No file with this SHA-256 was received.', { sha256 });
  return file;
};

export const mustFindJob = async (deps: Pick<ApiDeps, 'pool'>, org: string, jobId: string): Promise<Job> => {
  const job = jobIdSchema.safeParse(jobId).success ? await findJob(deps.pool, { org, jobId }) : null;
  if (job === null) throw new WaybillError('JOB_UNKNOWN', 'There is no such job.');
  return job;
};

const refuseDisk = async (deps: ApiDeps, request: ImportRequest, { dataset, file }: { readonly dataset: Dataset; readonly file: SourceFile }): Promise<void> => {
  const onlyAdds = request.mode === 'insert' || request.mode === 'append';
  const estimate = await estimateWhenReadable(deps, { dataset, file, overrides: request.parse, onlyAdds });
  if (estimate !== null) refuseWhenDiskWouldFill(estimate);
};

export const startImport = async (deps: ApiDeps, { actor, request, template = null, idempotencyKey }: StartImportInput): Promise<StartedImport> => {
  const dataset = await mustFindDataset(deps, actor.org, request.dataset);
  // A step that stands at its place in what was said is refused with that place.
  checkTransforms(dataset.definition, request.map);
  if (template !== null) checkTemplate(dataset.definition, template.document);
  const whole = template === null ? request : withTemplate(request, template.document).request;
  checkTreatment(dataset.definition, whole);
  checkFileRules(dataset.definition, whole, await findReferencedDatasets(deps.pool, { org: actor.org, names: referencedNames(whole.rules) }));
  const file = await mustFindSource(deps, actor.org, request.sha256);
  await refuseDisk(deps, whole, { dataset, file });
  const { jobId, created } = await insertJob(deps.pool, {
    jobId: randomUUID(), actor, request, idempotencyKey, datasetId: dataset.datasetId, datasetVersion: dataset.version, ...(template === null ? {} : { template }),
  });
  // An earlier request may have died before it started the workflow; starting twice starts once.
  await deps.engine.startImport({ jobId, dataset: dataset.name, org: actor.org })
    .catch((error: unknown) => { deps.log.warn({ jobId, code: error instanceof WaybillError ? error.code : 'INTERNAL' }, 'the workflow was not started; the sweeper will'); });
  return { job: await mustFindJob(deps, actor.org, jobId), created };
};
