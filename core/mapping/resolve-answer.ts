/** From what a person says to a question to the mapping that is done: nothing of it is guessed again afterwards. */
import type { DatasetDefinition } from '../../contracts/dataset-definition.ts';
import { WaybillError } from '../../contracts/errors.ts';
import type { JobAnswer, JobQuestion } from '../../contracts/job-question.ts';
import type { MappedField } from '../../contracts/plan-document.ts';
import { readsDates } from '../staging/sample-date-readings.ts';
import { saidMapping, type MapEntry } from './propose-mapping.ts';
import { resolveColumn } from './resolve-column.ts';

export interface SaidAnswer {
  readonly map: readonly MapEntry[];
  /** Source columns by name or place. */
  readonly ignore: readonly string[];
  readonly dateOrders: Readonly<Record<string, 'dmy' | 'mdy'>>;
  readonly acceptProposals: boolean;
  readonly remember: boolean;
}

interface Asked {
  readonly question: JobQuestion;
  readonly definition: DatasetDefinition;
  /** Names of the source columns. */
  readonly columns: readonly string[];
}

/** What was said overrules what was sure; a column that is said or ignored is taken from whatever it was proposed for. */
export const resolveAnswer = (said: SaidAnswer, { question, definition, columns }: Asked): JobAnswer => {
  const entries = saidMapping(columns, definition, said.map);
  const ignored = new Set(said.ignore.map((wanted, index) => columnOf(columns, wanted, index + 1)));
  refuseBoth(entries, ignored);
  const spoken = new Set(entries.map(({ field }) => field)), used = new Set(entries.flatMap((entry) => entry.columns));
  const stays = (entry: { readonly field: string; readonly columns: readonly number[] }): boolean => !spoken.has(entry.field) && !entry.columns.some((column) => used.has(column) || ignored.has(column));
  const accepted = said.acceptProposals ? question.proposed.filter(stays).map(asOperator) : [];
  const all = new Map([...question.taken.filter(stays), ...accepted, ...entries].map((entry) => [entry.field, entry] as const));
  const mapping = definition.fields.flatMap(({ name }) => all.get(name) ?? []);
  refuseMissing(question, all);
  refuseDates(said.dateOrders, { definition, mapping });
  const fed = new Set(mapping.flatMap((entry) => entry.columns));
  const left = question.columns.filter(({ column, candidates }) => candidates.length > 0 && !fed.has(column)).map(({ column }) => column);
  return { questionNo: question.no, mapping, ignored: [...new Set([...ignored, ...left])].toSorted((a, b) => a - b), dateOrders: said.dateOrders, remember: said.remember };
};

const asOperator = ({ field, columns, transforms }: JobQuestion['proposed'][number]): MappedField => ({ field, columns, ...(transforms === undefined ? {} : { transforms }), by: 'operator' });

const columnOf = (columns: readonly string[], wanted: string, entry: number): number => {
  const column = resolveColumn(columns, wanted);
  if (column === null) throw new WaybillError('MAPPING_INVALID', `Entry ${entry} of the ignored columns cannot be used: the file has no such column, or more than one.`, { entry });
  return column;
};

const refuseBoth = (entries: readonly MappedField[], ignored: ReadonlySet<number>): void => {
  const both = entries.find(({ columns }) => columns.some((column) => ignored.has(column)));
  if (both !== undefined) throw new WaybillError('MAPPING_INVALID', 'A column is ignored and feeds a field at once.', { field: both.field });
};

const refuseMissing = ({ needed }: JobQuestion, mapped: ReadonlyMap<string, MappedField>): void => {
  const missing = needed.filter((field) => !mapped.has(field));
  if (missing.length > 0) throw new WaybillError('MAPPING_REQUIRED_MISSING', `No column of the file feeds: ${missing.join(', ')}.`, { fields: missing });
};

const refuseDates = (dateOrders: SaidAnswer['dateOrders'], { definition, mapping }: { readonly definition: DatasetDefinition; readonly mapping: readonly MappedField[] }): void => {
  for (const field of Object.keys(dateOrders))
    if (!mapping.some((entry) => entry.field === field && readsDates(definition, entry)))
      throw new WaybillError('OPTION_INVALID', '--date-format names a field that is not a mapped date or timestamp.', { field });
};
