/** The question of a job with a template: what its policy asks about; with --ask also a field that must have a column, and dates that nobody told the order of. */
import type { JobQuestion } from '../contracts/job-question.ts';
import { checkKey, neededFields } from '../core/mapping/check-mapping.ts';
import { loadWayOf, type LoadWay } from '../core/staging/derived-key-field.ts';
import { readsDates, sampleOpenOrders } from '../core/staging/sample-date-readings.ts';
import { draftDriftQuestion } from '../core/templates/draft-drift-question.ts';
import { withSources } from '../core/templates/find-drift.ts';
import type { ActivityDeps } from './activity-deps.ts';
import { openSource, sourceKey } from './import-source.ts';
import { lookForDrift, type TemplateMapOrder } from './look-for-drift.ts';
import { askedDrift } from './settle-drift.ts';

type Open = Pick<JobQuestion, 'kind' | 'taken' | 'proposed' | 'columns' | 'fields' | 'dateOrders' | 'needed'>;

/** Null: there is nothing to ask, or the policy refuses, as planning does. */
export const draftAboutDrift = async (deps: ActivityDeps, order: TemplateMapOrder): Promise<Open | null> => {
  const { template, request, definition } = order;
  const { said, fields } = template, unsure = said.whenUnsure === 'ask';
  const load = loadWayOf(request, definition);
  checkKey(definition, load);
  const { drift, sampled, mapping } = await lookForDrift(deps, order);
  if (drift.findings.some(({ handling }) => handling === 'refuse')) return null;
  const asked = askedDrift(drift.findings, said.acceptDrift === true);
  const needed = neededOf(order, load);
  const isLost = needed.some((field) => !mapping.some((entry) => entry.field === field));
  const dateOrders = unsure ? await openOrders(deps, order, mapping) : [];
  if (asked.length === 0 && !(unsure && (isLost || dateOrders.length > 0))) return null;
  const question = draftDriftQuestion({ drift, asked, mapping, fields, sampled, definition, zone: request.zone, key: load.key, needed });
  return { kind: asked.length > 0 || isLost ? 'drift' : 'mapping', ...question, dateOrders, needed };
};

/** With what the template makes a needed hash of: of fewer fields it would be another one. */
const neededOf = ({ template, request, definition }: TemplateMapOrder, load: LoadWay): readonly string[] => {
  const direct = neededFields(definition, load);
  const sources = withSources(new Set(direct), definition);
  const isMapped = (name: string): boolean => [...template.fields, ...template.said.map].some(({ field }) => field === name);
  return definition.fields.map(({ name }) => name).filter((name) => name !== request.derivedKey?.field && sources.has(name) && (direct.includes(name) || isMapped(name)));
};

/** Neither the import nor the template knows them, and the samples do not tell. */
const openOrders = async (deps: ActivityDeps, { job, template, request, parse, definition }: TemplateMapOrder, mapping: JobQuestion['taken']): Promise<JobQuestion['dateOrders']> => {
  const isKnown = (field: string): boolean => {
    const date = template.fields.find((entry) => entry.field === field)?.date;
    return field in request.dateOrders || (date !== undefined && date.order !== null && date.source !== 'assumed');
  };
  const unsaid = mapping.filter((entry) => readsDates(definition, entry) && !isKnown(entry.field));
  return sampleOpenOrders(await openSource(deps.storage, sourceKey(job, parse)), { parse, definition, mapping: unsaid });
};
