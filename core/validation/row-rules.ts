/** The rules of an import that are judged row by row, and its row filter, compiled. The same code says at definition time what cannot be used. */
import { issueNumber, type Severity } from '../../contracts/issue-codes.ts';
import type { FieldDefinition } from '../../contracts/dataset-definition.ts';
import type { Rule, RuleOf } from '../../contracts/rules.ts';
import { zoneClockOf } from '../types/zone-clock.ts';
import { compileExpression } from './cel/compile-expression.ts';
import { TooCostly, type Value } from './cel/cel-values.ts';
import { compileFieldChecks, type FieldCell, type FieldCheck } from './field-checks.ts';
import type { JudgedRow } from './judged-row.ts';
import { screenOf, type LaneScreen } from './lane-screen.ts';
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

const missing = issueNumber('REQUIRED_MISSING'), broken = issueNumber('RULE_BROKEN'), tooMuch = issueNumber('RULE_TOO_COSTLY');

/** RULE_INVALID with the place. */
export const compileRowRules = ({ rules = [], rowFilter, tellsOnly }: RowTreatment, basis: RuleBasis): RowRules => ({
  keeps: rowFilter === undefined ? null : compileExpression(rowFilter, scopeOf(basis, 'rowFilter')).run,
  rules: [...plainFields(rules, { basis, tellsOnly }), ...rules.flatMap((rule, index) => {
    const order = orderOf(rule, index, { basis, tellsOnly });
    switch (rule.kind) {
      case 'row': return [rowRule(rule, order)];
      case 'field': return rule.when === undefined ? [] : [fieldRule(rule, order)];
      case 'quality': return qualityRules(rule, order);
      case 'unique': case 'reference': case 'row_count': case 'fill_rate': case 'duplicate_share': case 'sum': case 'columns': case 'drift': return [];
    }
  })],
});

interface Ordering { readonly basis: RuleBasis; readonly tellsOnly: boolean }
const orderOf = (rule: Rule, index: number, { basis, tellsOnly }: Ordering): RuleOrder =>
  ({ basis, at: `rules[${index}]`, severity: tellsOnly && rule.severity === 'error' ? 'warning' : rule.severity });

/** Field by field, those that are asked of every row. */
const plainFields = (rules: readonly Rule[], ordering: Ordering): readonly JudgedRule[] => {
  const asked = rules.flatMap((rule, index) => (rule.kind === 'field' && rule.when === undefined ? [askedField(rule, orderOf(rule, index, ordering))] : []));
  const names = [...new Set(asked.map(({ voice }) => voice.field))];
  return names.flatMap((name) => {
    const ofField = asked.filter(({ voice }) => voice.field === name), [first] = ofField;
    return first === undefined ? [] : [{ voice: first.voice, judge: askLane(ofField, first.voice.lane, ordering.basis) }];
  });
};

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

interface AskedField { readonly rule: RuleOf<'field'>; readonly field: FieldDefinition; readonly required: boolean; readonly checks: readonly FieldCheck[]; readonly voice: RuleVoice }

const askedField = (rule: RuleOf<'field'>, order: RuleOrder): AskedField => {
  const { basis, at } = order;
  const field = fieldNamed(basis, rule.field);
  if (field === null) throw ruleInvalid('it names a field that the dataset does not have.', at);
  return { rule, field, required: rule.required === true, voice: voiceOf(rule, rule.field, order), checks: compileFieldChecks(rule, { field, zone: zoneClockOf(basis.zone), at }) };
};

const fieldRule = (rule: RuleOf<'field'>, order: RuleOrder): JudgedRule => {
  const asked = [askedField(rule, order)], when = conditionOf(rule.when, order);
  const { voice } = asked[0] as AskedField, ask = askLane(asked, voice.lane, order.basis);
  return { voice, judge: when === null ? ask : (row, report) => { if (when(row) === true) ask(row, report); } };
};

/** All rules of a field together: where its cell lies and whether there is one is asked once. */
const askLane = (asked: readonly AskedField[], lane: number, { datesAsDays = false }: RuleBasis): JudgedRule['judge'] => {
  const required = asked.filter((asks) => asks.required).map(({ voice }) => voice);
  const checks = asked.flatMap(({ checks: found }) => found), voices = asked.flatMap(({ checks: found, voice }) => found.map(() => voice));
  const screen = screenOfLane(asked, datesAsDays);
  return (row, report) => {
    if (row.isNull(lane)) { if (required.length > 0 && row.isFree(lane)) for (const voice of required) report(missing, voice); return; }
    if (checks.length === 0 || row.isRefused(lane)) return;
    const { bytes } = row, start = row.starts[lane] as number, end = row.ends[lane] as number;
    if (screen !== null && screen.passes(bytes, start, end)) return;
    const cell = row.cells[lane] as FieldCell;
    for (let index = 0; index < checks.length; index += 1) {
      const found = (checks[index] as FieldCheck)(bytes, start, end, cell);
      if (found !== 0) report(found, voices[index] as RuleVoice);
    }
  };
};

const screenOfLane = (asked: readonly AskedField[], datesAsDays: boolean): LaneScreen | null => {
  const [first] = asked;
  return first === undefined ? null : screenOf(asked.map(({ rule }) => rule), { field: first.field, datesAsDays });
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
      const found = check === null || row.isNull(lane) ? 0 : check(row.bytes, row.starts[lane] as number, row.ends[lane] as number, row.cells[lane] as FieldCell);
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

