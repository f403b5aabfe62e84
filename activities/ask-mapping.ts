import type { DatasetDefinition } from '../contracts/dataset-definition.ts';
import type { ImportRequest } from '../contracts/import-request.ts';
import { defaultAskTimes, waitOf, type JobQuestion, type QuestionProposal, type QuestionWait } from '../contracts/job-question.ts';
import type { ParseOptions } from '../contracts/parse-options.ts';
import type { MappedField } from '../contracts/plan-document.ts';
import { checkKey, neededFields } from '../core/mapping/check-mapping.ts';
import { rememberedOrders, type Confirmations } from '../core/mapping/confirmed-names.ts';
import { draftQuestion } from '../core/mapping/draft-question.ts';
import { mapFile } from '../core/mapping/map-file.ts';
import { sampleColumns } from '../core/mapping/sample-columns.ts';
import { keyOf, loadWayOf, withDerivedKey } from '../core/staging/derived-key-field.ts';
import { fitColumns } from '../core/staging/draft-plan.ts';
import { readsDates, sampleOpenOrders } from '../core/staging/sample-date-readings.ts';
import { checkWritable } from '../db/dataset-table.ts';
import type { Job } from '../db/find-job.ts';
import { answerOf, askQuestion, questionOf } from '../db/job-question.ts';
import type { ActivityDeps } from './activity-deps.ts';
import { checkRequest, refuseRulesOfKeys } from './check-request.ts';
import { draftAboutDrift } from './draft-about-drift.ts';
import { openSource, sourceKey, type ImportSource } from './import-source.ts';
import { datasetOfJob, jobForWork } from './job-for-work.ts';
import { confirmedFor } from './plan-import.ts';
import { treatmentOf } from './template-of-job.ts';

export interface AskMappingInput { readonly jobId: string }
export interface AskMappingResult { /** Null: nothing is open, or it was answered. */ readonly question: QuestionWait | null }

/** Looks whether the mapping is sure in every part; if not, the question stands in the database and the job waits. Run twice, it asks once. */
export const createAskMapping = (deps: ActivityDeps) => async ({ jobId }: AskMappingInput): Promise<AskMappingResult> => {
  const job = await jobForWork(deps.pool, jobId);
  const stands = questionOf(job);
  if (stands !== null) return { question: answerOf(job) === null ? waitOf(stands) : null };
  if (job.state !== 'detecting' || job.detection === null) return { question: null };
  const question = await questionFor(deps, { job, detection: job.detection });
  if (question === null) return { question: null };
  const asked = await askQuestion(deps.pool, { job, question: question.question, detection: { ...job.detection, options: question.parse } });
  return { question: asked ? waitOf(question.question) : null };
};

interface Detected { readonly job: Job; readonly detection: NonNullable<Job['detection']> }
interface Basis { readonly request: ImportRequest; readonly definition: DatasetDefinition; readonly parse: ParseOptions; readonly source: ImportSource; readonly confirmed: Confirmations }

/** What a person cannot mend is refused before anybody is asked. */
const refuseHopeless = async (deps: ActivityDeps, { job, request, definition }: Pick<Basis, 'request' | 'definition'> & { readonly job: Job }): Promise<void> => {
  await checkWritable(deps.pool, definition);
  await checkRequest(deps.pool, { org: job.org, request, definition });
  if (keyOf(request, definition).length === 0) refuseRulesOfKeys(request);
};

const questionFor = async (deps: ActivityDeps, { job, detection }: Detected): Promise<{ readonly question: JobQuestion; readonly parse: ParseOptions } | null> => {
  const { request, template } = await treatmentOf(deps.pool, job);
  const { definition } = await datasetOfJob(deps.pool, job, request.dataset);
  await refuseHopeless(deps, { job, request, definition });
  const parse = fitColumns(detection.options, request, definition);
  const filled = withDerivedKey(definition, request.derivedKey);
  const question = template !== null ? await draftAboutDrift(deps, { job, template, request, parse, definition: filled })
    : await draft({ request, definition: filled, parse, source: await openSource(deps.storage, sourceKey(job, parse)), confirmed: await confirmedFor(deps, job) });
  const { remindEverySeconds, reminders, expireSeconds } = deps.ask ?? defaultAskTimes;
  const now = Date.now();
  return question === null ? null : {
    parse,
    question: { kind: 'mapping', no: 1, since: new Date(now).toISOString(), expiresAt: new Date(now + expireSeconds * 1000).toISOString(), remindEverySeconds, reminders, ...question },
  };
};

type Open = Pick<JobQuestion, 'taken' | 'proposed' | 'columns' | 'fields' | 'dateOrders' | 'needed'>;

/** Null: there is nothing to ask. */
const draft = async ({ request, definition, parse, source, confirmed }: Basis): Promise<Open | null> => {
  const load = loadWayOf(request, definition);
  checkKey(definition, load);
  const needed = neededFields(definition, load).filter((field) => field !== request.derivedKey?.field);
  const joined = await mapFile({ parse, definition, map: request.map, zone: request.zone, confirmed, weighsAll: true }, () => sampleColumns(source, parse));
  if (joined.proposal === null) return null;
  const question = draftQuestion({ joined: { ...joined, proposal: joined.proposal }, definition, parse, confirmed, key: load.key, needed });
  const dated = [...question.taken, ...question.proposed.map(asMapped)].filter((entry) => readsDates(definition, entry));
  const known = new Set([...Object.keys(request.dateOrders), ...Object.keys(rememberedOrders(dated, parse, confirmed))]);
  const dateOrders = await sampleOpenOrders(source, { parse, definition, mapping: dated.filter(({ field }) => !known.has(field)) });
  return question.proposed.length + question.fields.length + dateOrders.length === 0 ? null : { ...question, dateOrders, needed };
};

const asMapped = ({ field, columns, transforms }: QuestionProposal): MappedField => ({ field, columns, ...(transforms === undefined ? {} : { transforms }), by: 'operator' });
