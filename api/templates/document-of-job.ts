/** The template that a job's plan makes: its archived file is looked at once more for the shape by which the next one is known. */
import { randomUUID } from 'node:crypto';
import { WaybillError } from '../../contracts/errors.ts';
import { importRequestSchema } from '../../contracts/import-request.ts';
import { carriesRejects } from '../../contracts/reject-columns.ts';
import type { DriftPolicy, TemplateDocument } from '../../contracts/template.ts';
import { prepareSource } from '../../core/intake/prepare-source.ts';
import { openStored } from '../../core/intake/source-store.ts';
import { sampleColumns } from '../../core/mapping/sample-columns.ts';
import { templateOfPlan } from '../../core/templates/template-of-plan.ts';
import { parseWithTemplate } from '../../core/templates/with-template.ts';
import type { Job } from '../../db/job.ts';
import { findPlan } from '../../db/plans.ts';
import { findPinnedTemplate } from '../../db/templates.ts';
import { archiveKey, spoolKey } from '../../storage/storage-keys.ts';
import type { ApiDeps } from '../api-deps.ts';

type Deps = Pick<ApiDeps, 'pool' | 'storage' | 'readLegacy'>;

export const documentOfJob = async (deps: Deps, job: Job, drift: Partial<DriftPolicy>): Promise<TemplateDocument> => {
  const plan = job.kind === 'import' && job.planHash !== null ? await findPlan(deps.pool, job.planHash) : null;
  if (plan === null) throw new WaybillError('JOB_STATE', 'The job has no plan of which a template could be made.', { job: job.jobId });
  if (carriesRejects(plan.parse.columns)) throw new WaybillError('JOB_STATE', 'The job read rejected rows of another one; a template is made from that.', { job: job.jobId });
  const { sha256, parse, fileName } = importRequestSchema.parse(job.request);
  const before = job.templateId === null || job.templateVersion === null ? null : await findPinnedTemplate(deps.pool, { templateId: job.templateId, version: job.templateVersion });
  // How the job itself was told to read the file, by its operator or by its template.
  const said = before === null ? parse : parseWithTemplate(parse, before.document.parse);
  const spool = spoolKey(randomUUID());
  try {
    const { key } = await prepareSource(deps.storage, { key: archiveKey(sha256), spool, overrides: said, fileName, readLegacy: deps.readLegacy });
    const sampled = await sampleColumns(await openStored(deps.storage, key), plan.parse);
    return templateOfPlan({ plan, said, sampled, drift: { ...before?.document.drift, ...drift } });
  } finally {
    await deps.storage.remove(spool);
  }
};
