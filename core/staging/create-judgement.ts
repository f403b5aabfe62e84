/** The rules of a plan for its lanes, or null where it has none that are judged row by row. */
import type { DatasetDefinition } from '../../contracts/dataset-definition.ts';
import type { PlanDocument } from '../../contracts/plan-document.ts';
import { zoneClockOf } from '../types/zone-clock.ts';
import type { RowForm } from '../validation/judged-row.ts';
import { createLaneReader } from '../validation/read-lane.ts';
import { compileRowRules, hasRowRules, type RowRules } from '../validation/row-rules.ts';
import { fieldNamed } from '../validation/row-scope.ts';

export interface Judgement { readonly rules: RowRules; readonly form: RowForm }

type Ruled = Pick<PlanDocument, 'rules' | 'rowFilter' | 'onError' | 'zone' | 'parse' | 'mapping'>;
interface JudgementForm { readonly datasetDefinition: DatasetDefinition; readonly datesAsDays: boolean; /** Since 1970. */ readonly today: number }

/** RULE_INVALID where an expression names a column that the file does not have. */
export const createJudgement = (plan: Ruled, { datasetDefinition: definition, datesAsDays, today }: JudgementForm): Judgement | null => {
  if (plan.rules === undefined && plan.rowFilter === undefined) return null;
  const zone = zoneClockOf(plan.zone);
  const rules = compileRowRules({ rules: plan.rules, rowFilter: plan.rowFilter, tellsOnly: plan.onError === 'warn' },
    { definition, zone: plan.zone, lanes: plan.mapping.map(({ field }) => field), columns: plan.parse.columns, datesAsDays });
  if (!hasRowRules(rules)) return null;
  const readers = plan.mapping.map(({ field: name }) => {
    const field = fieldNamed({ definition }, name);
    return field === null ? (): undefined => undefined : createLaneReader(field, { zone, datesAsDays });
  });
  return { rules, form: { readers, columns: plan.mapping.map(({ columns: [first, ...more] }) => (more.length > 0 ? -1 : first ?? -1)), today } };
};
