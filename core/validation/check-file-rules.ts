/** Rules that need the whole file or another dataset, and limits of their own: refused when they are asked for (RULE_INVALID with the place). */
import type { DatasetDefinition, FieldDefinition, FieldType } from '../../contracts/dataset-definition.ts';
import { issueCodes } from '../../contracts/issue-codes.ts';
import { pgTypeOf } from '../../contracts/pg-type-of.ts';
import { isFileRule, type LimitBy, type Rule, type RuleOf } from '../../contracts/rules.ts';
import { ruleInvalid } from './rule-invalid.ts';
import { compareDecimals, isDecimal } from './compare-decimals.ts';

export interface WholeFileRules { readonly rules?: readonly Rule[] | undefined; readonly limitsBy?: readonly LimitBy[] | undefined }
/** By name; those that the rules of reference name. Null: they are not looked at here, but when the rules are used. */
export type ReferencedDatasets = ReadonlyMap<string, DatasetDefinition> | null;

export const referencedNames = (rules: readonly Rule[] = []): readonly string[] =>
  [...new Set(rules.flatMap((rule) => (rule.kind === 'reference' ? [rule.dataset] : [])))];

export const checkFileRules = (definition: DatasetDefinition, { rules = [], limitsBy = [] }: WholeFileRules, datasets: ReferencedDatasets): void => {
  const field = (name: string): FieldDefinition | undefined => definition.fields.find((candidate) => candidate.name === name);
  rules.forEach((rule, index) => {
    const why = whyNot(rule, { field, datasets });
    if (why !== null) throw ruleInvalid(why, `rules[${index}]`);
  });
  limitsBy.forEach((limit, index) => {
    const why = whyNotLimit(limit, rules);
    if (why !== null) throw ruleInvalid(why, `limitsBy[${index}]`);
  });
};

interface Known { readonly field: (name: string) => FieldDefinition | undefined; readonly datasets: ReferencedDatasets }
const numeric: readonly FieldType[] = ['integer', 'number'];

const whyNot = (rule: Rule, { field, datasets }: Known): string | null => {
  switch (rule.kind) {
    case 'row_count': case 'fill_rate': return whyNotBand(rule.min, rule.max);
    case 'sum': return hasType(field(rule.field), numeric) ? whyNotSum(rule) : 'only whole and exact numbers have a sum.';
    case 'unique': return rule.fields.every((name) => isComparable(field(name))) ? null : 'a place, a list or a JSON value cannot be unique.';
    case 'reference': return whyNotReference(rule, { field, datasets });
    case 'quality': return rule.check === 'outlier' ? whyNotOutlier(rule, field) : null;
    case 'columns': return new Set(rule.expected).size === rule.expected.length ? null : 'a column stands twice in it.';
    case 'drift': return rule.atLeast <= rule.last ? null : '`atLeast` is more than `last`, so it would never be judged.';
    case 'duplicate_share': case 'row': case 'field': return null;
  }
};

const whyNotBand = (min: number | undefined, max: number | undefined): string | null => {
  if (min === undefined && max === undefined) return 'it needs a `min` or a `max`.';
  return min !== undefined && max !== undefined && min > max ? '`min` is greater than `max`.' : null;
};

const whyNotSum = ({ equals, min, max }: RuleOf<'sum'>): string | null => {
  const bounds = [equals, min, max].filter((bound) => bound !== undefined);
  if (bounds.length === 0) return 'it needs `equals`, `min` or `max`.';
  if (!bounds.every(isDecimal)) return 'a bound is not a number such as "-1234.50".';
  return min !== undefined && max !== undefined && compareDecimals(min, max) === 1 ? '`min` is greater than `max`.' : null;
};

const hasType = (field: FieldDefinition | undefined, types: readonly FieldType[]): boolean => field !== undefined && types.includes(field.type);

const whyNotOutlier = ({ fields = [] }: RuleOf<'quality'>, field: Known['field']): string | null =>
  fields.every((name) => hasType(field(name), ['integer', 'number', 'date', 'timestamp'])) ? null : 'only numbers, dates and timestamps have outliers.';

const incomparable: readonly FieldType[] = ['point', 'json', 'text_list', 'other'];
const isComparable = (field: FieldDefinition | undefined): boolean => field !== undefined && !incomparable.includes(field.type);

const textual: readonly FieldType[] = ['text', 'country', 'phone', 'email', 'code', 'enum'];
const familyOf = (field: FieldDefinition): string => (textual.includes(field.type) ? 'text' : numeric.includes(field.type) ? 'number' : `${field.type} ${pgTypeOf(field)}`);

const whyNotReference = ({ field: name, dataset, of }: RuleOf<'reference'>, { field, datasets }: Known): string | null => {
  if (datasets === null) return null;
  const other = datasets.get(dataset);
  if (other === undefined) return 'there is no dataset of the name that it refers to.';
  const target = other.fields.find((candidate) => candidate.name === of), own = field(name);
  if (target === undefined || own === undefined) return 'the dataset that it refers to does not have the field.';
  if (!isComparable(own) || !isComparable(target)) return 'a place, a list or a JSON value cannot refer.';
  return familyOf(own) === familyOf(target) ? null : `it compares a field of type ${own.type} with one of type ${target.type}.`;
};

const whyNotLimit = ({ rule: name, code, max, maxPercent }: LimitBy, rules: readonly Rule[]): string | null => {
  if (max === null && maxPercent === null) return 'it needs `max` or `maxPercent`.';
  if (code !== undefined && !(issueCodes as readonly string[]).includes(code)) return 'there is no issue with this code.';
  return rules.some((rule) => rule.name === name && isFileRule(rule)) ? 'a rule of the file as a whole has no rows to count; its severity says whether it stops the job.' : null;
};
