/**
 * Probes the table's rules set-wise on the staged rows: each violation is a row's issue, and the commit does not die of it (design 10.9).
 * Checks and references look at each row alone and come before duplicates are settled ("last wins" counts only rows that pass);
 * uniqueness looks at the draft and comes after.
 */
import type { Queryable } from './connection.ts';
import { draftTable } from './draft.ts';
import type { LoadTarget } from './load-target.ts';
import type { ProbedRows, TargetColumn } from './load-target.ts';
import { columnNamed, isSettled, keyColumns, keyJoin, stagedRowsOf, stagedValue, tableOf } from './load-target.ts';
import { joinMet, neededToSettle } from './met-records.ts';
import { quoteIdentifier, quoteTable } from './quote-identifier.ts';
import { refuseRows } from './refuse-rows.ts';
import { settledValue } from './settled-value.ts';
import type { CheckRule, ReferenceRule, TableRule, TableRules, UniqueRule } from './table-rules.ts';

export const probeRowRules = async (tx: Queryable, target: LoadTarget, { rules, rows }: { readonly rules: readonly TableRule[]; readonly rows: ProbedRows }): Promise<void> => {
  for (const rule of rules) {
    if (rule.kind === 'check') await probeCheck(tx, target, { rule, rows });
    if (rule.kind === 'reference') await probeReference(tx, target, { rule, rows });
  }
};

export const probeUniqueRules = async (tx: Queryable, target: LoadTarget, { rules }: TableRules): Promise<number> => {
  let refused = 0;
  for (const rule of rules) if (rule.kind === 'unique') refused += await probeUnique(tx, target, rule);
  return refused;
};

/** Whether some rule is only probed on rows of the draft, seen together. */
export const probesDraft = (target: LoadTarget, { rules }: TableRules): boolean => rules.some((rule) => rule.kind === 'unique' && isProbed(target, rule));

/** A row that refers to one of the same file is asked for the staged value of that one, which a record may overrule: then only trying tells. */
export const refersToSettled = (target: LoadTarget, { rules }: TableRules): boolean => rules.some((rule) =>
  rule.kind === 'reference' && quoteTable(rule.target) === tableOf(target) && rule.targetColumns.some((name) => columnNamed(target, name)?.settle !== undefined));

const isProbed = (target: LoadTarget, rule: UniqueRule): boolean => {
  const isKey = target.mode !== 'append' && rule.columns.length === target.key.length && rule.columns.every((name) => target.key.includes(name));
  return !isKey && rule.columns.every((name) => columnNamed(target, name) !== undefined);
};

interface Probe<Rule> { readonly rule: Rule; readonly rows: ProbedRows }

/** Staged without a value because a record might have one (the load policy): where none has, the field is missing. */
export const probeRequired = async (tx: Queryable, target: LoadTarget, rows: ProbedRows): Promise<void> => {
  for (const column of target.columns)
    if (column.settle?.required === true)
      await refuseRows(tx, target, {
        code: 'REQUIRED_MISSING', field: column.name,
        rows: `select t.row_no from ${rows.table} t ${target.mode === 'update' ? '' : 'left '}join ${tableOf(target)} d on ${keyJoin(target)}
          where ${rows.areSound([column, ...neededToSettle(target, [column])])} and ${settledValue(column)} is null`,
      });
};

/** The row as it would stand: mapped columns from the file, the others from the record that exists (or null for a new one). */
const probeCheck = async (tx: Queryable, target: LoadTarget, { rule, rows }: Probe<CheckRule>): Promise<void> => {
  const mapped = rule.columns.filter((name) => columnNamed(target, name) !== undefined);
  if (mapped.length === 0) return;
  const whole = mapped.length < rule.columns.length && target.key.length > 0;
  const settled = mapped.flatMap((name) => columnNamed(target, name) ?? []).filter(isSettled);
  const columns = rule.columns.map((name) => {
    const column = columnNamed(target, name);
    const source = column !== undefined ? settledValue(column) : whole ? `d.${quoteIdentifier(name)}` : 'null';
    return `${source} as ${quoteIdentifier(name)}`;
  });
  const join = whole ? `join ${tableOf(target)} d on ${keyJoin(target)}` : joinMet(target, settled);
  const sound = rows.areSound([...mapped.flatMap((name) => columnNamed(target, name) ?? []), ...(whole ? keyColumns(target) : []), ...neededToSettle(target, settled)]);
  await refuseRows(tx, target, {
    code: 'CHECK_VIOLATED', field: mapped.length === 1 ? (mapped[0] ?? null) : null,
    // The expression names the table's columns, one of which may be called row_no.
    rows: `select waybill_row_no as row_no from (select t.row_no as waybill_row_no, ${columns.join(', ')} from ${rows.table} t ${join} where ${sound}) r where not (${rule.expression})`,
  });
};

/** MATCH SIMPLE: a null in any column makes no reference. A row may refer to a row of the same file when the table refers to itself. */
const probeReference = async (tx: Queryable, target: LoadTarget, { rule, rows }: Probe<ReferenceRule>): Promise<void> => {
  const columns = rule.columns.flatMap((name) => columnNamed(target, name) ?? []);
  // Not `d`: that is the table referred to.
  const settled = columns.filter(isSettled);
  const staged = columns.map((column) => settledValue(column, 'w'));
  if (staged.length < rule.columns.length) return;
  const filled = staged.map((value) => `${value} is not null`).join(' and ');
  const match = (source: (name: string) => string): string =>
    rule.targetColumns.map((name, index) => `${source(name)} = ${staged[index] ?? 'null'}`).join(' and ');
  const inFile = (name: string): string => {
    const column = columnNamed(target, name);
    return column === undefined ? 'null' : stagedValue(column, 'o');
  };
  const self = quoteTable(rule.target) === tableOf(target) ? `and not exists (select 1 from ${stagedRowsOf(target)} o where ${match(inFile)})` : '';
  await refuseRows(tx, target, {
    code: 'REFERENCE_MISSING', field: rule.columns.length === 1 ? (rule.columns[0] ?? null) : null,
    rows: `select t.row_no from ${rows.table} t ${joinMet(target, settled, 'w')} where ${rows.areSound([...columns, ...neededToSettle(target, settled)])} and ${filled}
      and not exists (select 1 from ${quoteTable(rule.target)} d where ${match((name) => `d.${quoteIdentifier(name)}`)}) ${self}`,
  });
};

/** Two rows of the draft with one value, or a value that another record of the dataset holds. The later row of the file is refused. */
const probeUnique = async (tx: Queryable, target: LoadTarget, rule: UniqueRule): Promise<number> => {
  if (!isProbed(target, rule)) return 0;
  const columns = rule.columns.flatMap((name) => columnNamed(target, name) ?? []);
  const equal = (left: string, right: string): string => (rule.nullsDistinct ? `${left} = ${right}` : `${left} is not distinct from ${right}`);
  const settled = columns.filter(isSettled);
  const outcome = (column: TargetColumn): string => (isSettled(column) ? `s.settled_${column.staged}` : stagedValue(column, 's'));
  const live = `select t.*${settled.map((column) => `, ${settledValue(column)} as settled_${column.staged}`).join('')} from ${stagedRowsOf(target)} t join ${draftTable(target)} r on r.row_no = t.row_no ${joinMet(target, settled)}`.trimEnd();
  const filled = rule.nullsDistinct ? columns.map((column) => `${outcome(column)} is not null`).join(' and ') : 'true';
  const same = columns.map(outcome).join(', ');
  const taken = columns.map((column) => equal(`d.${quoteIdentifier(column.name)}`, outcome(column))).join(' and ');
  const other = target.key.length === 0 || target.mode === 'append' ? 'true' : `not (${keyJoin(target, 'd', 's')})`;
  return refuseRows(tx, target, {
    code: 'UNIQUE_VIOLATED', field: columns.length === 1 ? (columns[0]?.name ?? null) : null,
    rows: `with live as materialized (${live})
      select row_no from (select s.row_no, row_number() over (partition by ${same} order by s.row_no) as nth from live s where ${filled}) n where nth > 1
      union select s.row_no from live s join ${tableOf(target)} d on ${taken} where ${other}`,
  });
};
