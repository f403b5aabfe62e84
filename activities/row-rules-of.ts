import type { DatasetDefinition, FieldDefinition } from '../contracts/dataset-definition.ts';
import { WaybillError } from '../contracts/errors.ts';
import { pgTypeOf } from '../contracts/pg-type-of.ts';
import { rejectsRows, type Rule, type RuleOf } from '../contracts/rules.ts';
import { referencedNames } from '../core/validation/check-file-rules.ts';
import type { Queryable } from '../db/connection.ts';
import { tableOfDefinition } from '../db/dataset-table.ts';
import { findReferencedDatasets } from '../db/referenced-datasets.ts';
import type { OutlierRowRule, ReferenceRowRule, RowRules } from '../db/row-rules.ts';
import type { PlannedJob } from './job-for-work.ts';

/** Ten deviations are far beyond what a bell curve has in a billion values, and within what amounts and counts have that are only large. */
const usualDeviations = 10;

/** The rules of the plan that reconcile asks of rows. Datasets are taken as they are now, and so are their records. */
export const rowRulesOf = async (db: Queryable, { job, plan, definition }: PlannedJob): Promise<RowRules> => {
  const rules = plan.rules ?? [];
  const datasets = await findReferencedDatasets(db, { org: job.org, names: referencedNames(rules) });
  // As the rules of single rows: what only warns is told as a warning, and no limit of errors counts it.
  const base = (rule: Rule) => ({
    name: rule.name, severity: plan.onError === 'warn' && rule.severity === 'error' ? 'warning' as const : rule.severity, rejects: rejectsRows(rule, plan.onError),
  });
  const isMapped = (name: string): boolean => plan.mapping.some(({ field }) => field === name);
  return {
    unique: rules.flatMap((rule) => (rule.kind === 'unique' ? [{ ...base(rule), fields: rule.fields }] : [])),
    references: rules.flatMap((rule): readonly ReferenceRowRule[] => (rule.kind === 'reference' && isMapped(rule.field) ? [{ ...base(rule), field: rule.field, ...targetOf(rule, definition, datasets.get(rule.dataset)) }] : [])),
    outliers: rules.flatMap((rule): readonly OutlierRowRule[] => (rule.kind === 'quality' && rule.check === 'outlier'
      ? [{ ...base(rule), fields: rule.fields ?? spreadFields(definition, plan.key), deviations: rule.deviations ?? usualDeviations }] : [])),
    replaces: plan.loadPolicy === undefined,
  };
};

/** A key is a name, even where it is a number. */
const spreadFields = ({ fields }: DatasetDefinition, key: readonly string[]): readonly string[] =>
  fields.filter(({ name, type }) => !key.includes(name) && ['integer', 'number', 'date', 'timestamp'].includes(type)).map(({ name }) => name);

const targetOf = ({ field, dataset, of }: RuleOf<'reference'>, definition: DatasetDefinition, other: DatasetDefinition | undefined): Pick<ReferenceRowRule, 'table' | 'column' | 'asText'> => {
  const own = definition.fields.find(({ name }) => name === field), target = other?.fields.find(({ name }) => name === of);
  if (other === undefined || own === undefined || target === undefined)
    throw new WaybillError('DATASET_CHANGED', 'A dataset that a rule refers to is not as it was when the job was planned.', { dataset });
  return { table: tableOfDefinition(other), column: of, asText: isText(own) && !(isPlainText(own) && isPlainText(target)) };
};

const isText = ({ type }: FieldDefinition): boolean => ['text', 'country', 'phone', 'email', 'code', 'enum'].includes(type);
const isPlainText = (field: FieldDefinition): boolean => /^(text|character varying)(\(|$)/.test(pgTypeOf(field));
