/** Rules, row filter, derived key and load policy of an import, checked when it is asked for: the file need not be known. */
import type { DatasetDefinition } from '../../contracts/dataset-definition.ts';
import type { ImportRequest } from '../../contracts/import-request.ts';
import type { Rule } from '../../contracts/rules.ts';
import { checkDerivedKey } from './check-derived-key.ts';
import { checkLoadPolicy, type AskedPolicy } from './check-load-policy.ts';
import { compileRowRules } from './row-rules.ts';
import { ruleInvalid } from './rule-invalid.ts';

export type AskedTreatment = Pick<ImportRequest, 'rules' | 'rowFilter' | 'derivedKey' | 'limitsBy'> & Partial<Pick<ImportRequest, 'zone'>> & AskedPolicy;

/** RULE_INVALID with the place; rules count from 0, as in the document. */
export const checkTreatment = (definition: DatasetDefinition, asked: AskedTreatment): void => {
  const { rules = [], rowFilter, derivedKey, limitsBy = [], zone = 'UTC' } = asked;
  const expectFields = (names: readonly string[], at: string): void => {
    for (const name of names)
      if (!definition.fields.some((field) => field.name === name)) throw ruleInvalid('it names a field that the dataset does not have.', at);
  };
  rules.forEach((rule, index) => { expectFields(fieldsOf(rule), `rules[${index}]`); });
  compileRowRules({ rules, rowFilter, tellsOnly: false }, { definition, zone, lanes: definition.fields.map(({ name }) => name), columns: null });
  if (derivedKey !== undefined) checkDerivedKey(definition, derivedKey);
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
