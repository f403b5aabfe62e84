/** The answer to a job's question: checked against what was asked, kept in the database, then told to the workflow (design 10.14). */
import { z } from 'zod';
import type { Actor } from '../../contracts/actor.ts';
import { WaybillError } from '../../contracts/errors.ts';
import { mapEntrySchema } from '../../contracts/import-request.ts';
import { jobAnswerSchema } from '../../contracts/job-question.ts';
import { resolveAnswer, type SaidAnswer } from '../../core/mapping/resolve-answer.ts';
import { keepTransforms } from '../../core/templates/keep-transforms.ts';
import { checkTransforms } from '../../core/transform/check-transforms.ts';
import { findDatasetVersion } from '../../db/datasets.ts';
import { answerQuestion, questionOf } from '../../db/job-question.ts';
import type { Job } from '../../db/job.ts';
import { findPinnedTemplate } from '../../db/templates.ts';
import type { ApiDeps } from '../api-deps.ts';
import type { WishAnswer } from '../engine/import-engine.ts';
import { importFields, parseWith } from './parse-import-request.ts';
import { mustFindJob } from './start-import.ts';

const saidSchema = z.object({
  map: z.array(mapEntrySchema).max(1600).readonly().default([]),
  dateOrders: z.record(z.string(), z.enum(['dmy', 'mdy'])).default({}),
  ignore: z.array(z.string().min(1)).max(10_000).readonly().default([]),
  acceptProposals: z.boolean().default(false),
  remember: z.boolean().default(true),
}).strict().readonly();

export const parseAnswer = (said: Readonly<Record<string, unknown>>): SaidAnswer => parseWith(saidSchema, importFields(said), 'answer');

export interface ConfirmInput { readonly actor: Actor; readonly jobId: string; readonly said: SaidAnswer }

export const confirmMapping = async (deps: ApiDeps, { actor, jobId, said }: ConfirmInput): Promise<{ readonly job: Job; readonly answer: WishAnswer }> => {
  const job = await mustFindJob(deps, actor.org, jobId);
  const question = questionOf(job);
  if (question === null || job.detection === null) throw new WaybillError('JOB_STATE', 'The job does not wait for a mapping.', { job: jobId, state: job.state });
  const version = job.datasetId === null || job.datasetVersion === null ? null : await findDatasetVersion(deps.pool, { datasetId: job.datasetId, version: job.datasetVersion });
  if (version === null) throw new WaybillError('DATASET_UNKNOWN', 'The dataset is gone.');
  checkTransforms(version.definition, said.map);
  const answer = jobAnswerSchema.parse(resolveAnswer(await asTemplateTreats(deps, job, said), { question, definition: version.definition, columns: job.detection.options.columns }));
  await answerQuestion(deps.pool, { jobId, actor, answer });
  const heard = await deps.engine.sendAnswer({ jobId, questionNo: question.no, actor: actor.id });
  return { job: await mustFindJob(deps, actor.org, jobId), answer: heard };
};

/** What a template does to the values of a field it does to those of the column that takes the place of the one that is gone. */
const asTemplateTreats = async ({ pool }: ApiDeps, { templateId, templateVersion }: Job, said: SaidAnswer): Promise<SaidAnswer> => {
  const template = templateId === null || templateVersion === null ? null : await findPinnedTemplate(pool, { templateId, version: templateVersion });
  return template === null ? said : { ...said, map: keepTransforms(said.map, template.document.mapping) };
};
