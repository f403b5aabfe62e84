/** Rules, row filter, derived key and load policy of an import, checked when it is asked for: the file need not be known. */
import type { DatasetDefinition } from '../../contracts/dataset-definition.ts';
import { WaybillError } from '../../contracts/errors.ts';
import type { ImportRequest } from '../../contracts/import-request.ts';
import type { Rule } from '../../contracts/rules.ts';
import { checkLoadPolicy, type AskedPolicy } from './check-load-policy.ts';

export type AskedTreatment = Pick<ImportRequest, 'rules' | 'rowFilter' | 'derivedKey' | 'limitsBy'> & AskedPolicy;

export const ruleInvalid = (why: string, at: string): WaybillError => new WaybillError('RULE_INVALID', `${at} cannot be used: ${why}`, { at });

/** RULE_INVALID with the place; rules count from 0, as in the document. */
export const checkTreatment = (definition: DatasetDefinition, asked: AskedTreatment): void => {
  const { rules = [], derivedKey, limitsBy = [] } = asked;
  const expectFields = (names: readonly string[], at: string): void => {
    for (const name of names)
      if (!definition.fields.some((field) => field.name === name)) throw ruleInvalid('it names a field that the dataset does not have.', at);
  };
  rules.forEach((rule, index) => { expectFields(fieldsOf(rule), `rules[${index}]`); });
  if (derivedKey !== undefined) expectFields([derivedKey.field, ...derivedKey.of], 'derivedKey');
  checkLoadPolicy(definition, asked);
  limitsBy.forEach(({ rule: name }, index) => {
    if (name !== undefined && !rules.some((rule) => rule.name === name)) throw ruleInvalid('it names a rule that the import does not have.', `limitsBy[${index}]`);
  });
};

const fieldsOf = (rule: Rule): readonly string[] => {
  switch (rule.kind) {
    case 'row': return rule.field === undefined ? [] : [rule.field];
    case 'field': case 'reference': case 'fill_rate': case 'sum': return [rule.field];
    case 'unique': return rule.fields;
    case 'quality': case 'drift': return rule.fields ?? [];
    case 'row_count': case 'duplicate_share': case 'columns': return [];
  }
};
