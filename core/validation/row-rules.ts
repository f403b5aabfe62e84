/** The rules of an import that are judged row by row, and its row filter, compiled. The same code says at definition time what cannot be used. */
import { issueNumber, type Severity } from '../../contracts/issue-codes.ts';
import type { Rule, RuleOf } from '../../contracts/rules.ts';
import { zoneClockOf } from '../types/zone-clock.ts';
import { compileExpression } from './cel/compile-expression.ts';
import { TooCostly, type Value } from './cel/cel-values.ts';
import { compileFieldChecks, type FieldCheck } from './field-checks.ts';
import type { JudgedRow } from './judged-row.ts';
import { compileQuality } from './quality-checks.ts';
import { fieldNamed, laneOf, noLane, scopeOf, type RuleBasis } from './row-scope.ts';
import { ruleInvalid } from './rule-invalid.ts';

/** Who found something, where it is shown and how bad it is. */
export interface RuleVoice {
  readonly rule: string | null;
  readonly severity: Severity;
  readonly field: string | null;
  readonly lane: number;
}
export type Report = (code: number, voice: RuleVoice) => void;

type Condition = (row: JudgedRow) => Value;
interface JudgedRule { readonly judge: (row: JudgedRow, report: Report) => void; readonly voice: RuleVoice }

export interface RowRules {
  /** Whether the row is kept; undefined: it cannot be told. */
  readonly keeps: Condition | null;
  readonly rules: readonly JudgedRule[];
}

export interface RowTreatment {
  readonly rules?: readonly Rule[] | undefined;
  readonly rowFilter?: string | undefined;
  /** Errors of rules are told, and the row loads. */
  readonly tellsOnly: boolean;
}

const required = issueNumber('REQUIRED_MISSING'), broken = issueNumber('RULE_BROKEN'), tooMuch = issueNumber('RULE_TOO_COSTLY');

/** RULE_INVALID with the place. */
export const compileRowRules = ({ rules = [], rowFilter, tellsOnly }: RowTreatment, basis: RuleBasis): RowRules => ({
  keeps: rowFilter === undefined ? null : compileExpression(rowFilter, scopeOf(basis, 'rowFilter')).run,
  rules: rules.flatMap((rule, index) => {
    const severity = tellsOnly && rule.severity === 'error' ? 'warning' as const : rule.severity;
    const order = { basis, at: `rules[${index}]`, severity };
    switch (rule.kind) {
      case 'row': return [rowRule(rule, order)];
      case 'field': return [fieldRule(rule, order)];
      case 'quality': return qualityRules(rule, order);
      case 'unique': case 'reference': case 'row_count': case 'fill_rate': case 'duplicate_share': case 'sum': case 'columns': case 'drift': return [];
    }
  }),
});

export const hasRowRules = ({ keeps, rules }: RowRules): boolean => keeps !== null || rules.length > 0;

interface RuleOrder { readonly basis: RuleBasis; readonly at: string; readonly severity: Severity }

const voiceOf = (rule: Rule, field: string | undefined, { basis, severity }: RuleOrder): RuleVoice =>
  ({ rule: rule.name, severity, field: field ?? null, lane: field === undefined ? noLane : laneOf(basis, field) });

const conditionOf = (text: string | undefined, { basis, at }: RuleOrder): Condition | null =>
  (text === undefined ? null : compileExpression(text, scopeOf(basis, `${at}.when`)).run);

const rowRule = (rule: RuleOf<'row'>, order: RuleOrder): JudgedRule => {
  const voice = voiceOf(rule, rule.field, order), when = conditionOf(rule.when, order);
  const { run } = compileExpression(rule.check, scopeOf(order.basis, `${order.at}.check`));
  return { voice, judge: (row, report) => { if ((when === null || when(row) === true) && run(row) === false) report(broken, voice); } };
};

const fieldRule = (rule: RuleOf<'field'>, order: RuleOrder): JudgedRule => {
  const { basis, at } = order;
  const field = fieldNamed(basis, rule.field);
  if (field === null) throw ruleInvalid('it names a field that the dataset does not have.', at);
  const voice = voiceOf(rule, rule.field, order), when = conditionOf(rule.when, order), { lane } = voice;
  const checks = compileFieldChecks(rule, { field, zone: zoneClockOf(basis.zone), at });
  const asks = (row: JudgedRow, report: Report): void => {
    if (row.isNull(lane)) { if (rule.required === true && row.isFree(lane)) report(required, voice); return; }
    if (!row.isRefused(lane)) askAll(checks, { row, lane, report, voice });
  };
  return { voice, judge: when === null ? asks : (row, report) => { if (when(row) === true) asks(row, report); } };
};

interface Asking { readonly row: JudgedRow; readonly lane: number; readonly report: Report; readonly voice: RuleVoice }
const askAll = (checks: readonly FieldCheck[], { row, lane, report, voice }: Asking): void => {
  for (let index = 0; index < checks.length; index += 1) {
    const found = (checks[index] as FieldCheck)(row, lane);
    if (found !== 0) report(found, voice);
  }
};

const qualityRules = (rule: RuleOf<'quality'>, order: RuleOrder): readonly JudgedRule[] => {
  const { basis, at } = order;
  const quality = compileQuality(rule, { zone: zoneClockOf(basis.zone), at });
  if (quality === null) return [];
  return (rule.fields ?? basis.definition.fields.map(({ name }) => name)).flatMap((name) => {
    const field = fieldNamed(basis, name);
    if (field === null) throw ruleInvalid('it names a field that the dataset does not have.', at);
    const check = quality.forField(field), { ofText, code } = quality;
    if (check === null && ofText === null && rule.fields !== undefined) throw ruleInvalid(`it is not asked of a field of the type ${field.type}.`, at);
    const voice = voiceOf(rule, name, order), { lane } = voice;
    if (lane === noLane || (check === null && ofText === null)) return [];
    return [{ voice, judge: (row: JudgedRow, report: Report): void => {
      if (row.isRefused(lane)) { if (ofText !== null && isOddText(row.textOf(lane), ofText)) report(code, voice); return; }
      const found = check === null || row.isNull(lane) ? 0 : check(row, lane);
      if (found !== 0) report(found, voice);
    } }];
  });
};
const isOddText = (text: string | null | undefined, isOdd: (text: string) => boolean): boolean => text !== null && text !== undefined && isOdd(text);

/** All reasons of the row: none stands in the way of another. */
export const judgeRow = ({ rules }: RowRules, row: JudgedRow, report: Report): void => {
  for (let index = 0; index < rules.length; index += 1) {
    const { judge, voice } = rules[index] as JudgedRule;
    try { judge(row, report); } catch (error) {
      if (!(error instanceof TooCostly)) throw error;
      report(tooMuch, voice);
    }
  }
};

const noVoice: RuleVoice = { rule: null, severity: 'error', field: null, lane: noLane };

/** A filter that is too costly keeps the row, with an issue. */
export const keepsRow = ({ keeps }: RowRules, row: JudgedRow, report: Report): Value => {
  try { return keeps === null ? true : keeps(row); } catch (error) {
    if (!(error instanceof TooCostly)) throw error;
    report(tooMuch, noVoice);
    return undefined;
  }
};

