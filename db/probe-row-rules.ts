/**
 * Rules of the import over the whole file and over records, set-wise as those of the table (db/probe-rules.ts). References and outliers look at
 * each row and come before duplicates are settled; uniqueness looks at the rows that stand and comes with them.
 */
import type { Queryable } from './connection.ts';
import type { LoadTarget, ProbedRows, TargetColumn } from './load-target.ts';
import { columnNamed, keyColumns, keyJoin, rejectedRows, stagedRows, stagedRowsOf, tableOf } from './load-target.ts';
import { joinMet, neededToSettle } from './met-records.ts';
import { quoteIdentifier, quoteLiteral, quoteTable } from './quote-identifier.ts';
import { refuseRows } from './refuse-rows.ts';
import type { OutlierRowRule, ReferenceRowRule, RowRules, UniqueRowRule } from './row-rules.ts';
import { settledValue } from './settled-value.ts';
import type { Fallen } from './staged-rows.ts';
import { stands } from './staged-rows.ts';

export const probeRowRulesOfImport = async (tx: Queryable, target: LoadTarget, { rules, rows }: { readonly rules: RowRules; readonly rows: ProbedRows }): Promise<void> => {
  for (const rule of rules.references) await probeReference(tx, target, { rule, rows });
  for (const rule of rules.outliers)
    for (const name of rule.fields) {
      const column = columnNamed(target, name);
      if (column !== undefined) await probeOutliers(tx, target, { rule, rows, column });
    }
};

/** Asked of the value that the record would have after the commit: what the load policy keeps is referred to, and what it turns away is not. */
const probeReference = async (tx: Queryable, target: LoadTarget, { rule, rows }: { readonly rule: ReferenceRowRule; readonly rows: ProbedRows }): Promise<void> => {
  const column = columnNamed(target, rule.field);
  if (column === undefined) return;
  const cast = rule.asText ? '::text' : '', value = `${settledValue(column, 'w')}${cast}`;
  const own = quoteTable(rule.table) === tableOf(target) ? columnNamed(target, rule.column) : undefined;
  // A row may refer to another one of the same file, and not to what the file takes from a record.
  const inFile = own === undefined ? '' : `and not exists (select 1 from ${stagedRowsOf(target)} o ${joinMet(target, [own], 'v', 'o')} where ${settledValue(own, 'v', 'o')}${cast} = ${value})`;
  const stays = own === undefined || !mayChange(target, own) ? '' : `and not exists (select 1 from ${stagedRowsOf(target)} c where ${keyJoin(target, 'd', 'c')})`;
  await refuseRows(tx, target, {
    code: 'REFERENCE_MISSING', field: rule.field, rule,
    rows: `select t.row_no from ${rows.table} t ${joinMet(target, [column], 'w')} where ${rows.areSound([column, ...neededToSettle(target, [column])])} and ${value} is not null
      and not exists (select 1 from ${quoteTable(rule.table)} d where d.${quoteIdentifier(rule.column)}${cast} = ${value} ${stays}) ${inFile}`,
  });
};

/** A record that the file meets has another value of the column then. */
const mayChange = ({ mode, key }: LoadTarget, { name }: TargetColumn): boolean => (mode === 'upsert' || mode === 'update') && !key.includes(name);

/** Fewer values have no usual spread. */
const fewestValues = 10;

interface Outlying { readonly rule: OutlierRowRule; readonly rows: ProbedRows; readonly column: TargetColumn }

/** Moments as seconds, days as numbers; exact numbers stay exact (design 10.11). */
const numberOf = ({ pgType }: TargetColumn, value: string): string => (pgType.startsWith('timestamp') ? `extract(epoch from ${value})` : `${value}::numeric`);

/**
 * Far from the median, in median absolute deviations: a few wrong values move neither, as they would the mean and its deviation. Where most
 * values are alike, that deviation is nothing, and the mean absolute one is taken (Iglewicz and Hoaglin, 1993).
 */
const probeOutliers = async (tx: Queryable, target: LoadTarget, { rule, rows, column }: Outlying): Promise<void> => {
  const value = numberOf(column, `t.${column.staged}`);
  await refuseRows(tx, target, {
    code: 'QUALITY_OUTLIER', field: column.name, rule,
    rows: `with given as materialized (select ${numberOf(column, `s.${column.staged}`)} as v from ${stagedRowsOf(target)} s where s.${column.staged} is not null),
      middle as materialized (select percentile_disc(0.5) within group (order by v) as m, count(*) as n from given),
      spread as materialized (select percentile_disc(0.5) within group (order by abs(v - m)) as mad, avg(abs(v - m)) as mean from given cross join middle)
      select t.row_no from ${rows.table} t, middle, spread where ${rows.areSound([column])} and middle.n >= ${fewestValues} and t.${column.staged} is not null
        and coalesce(nullif(spread.mad, 0), spread.mean) > 0 and abs(${value} - middle.m) > ${rule.deviations} * coalesce(nullif(spread.mad, 0), spread.mean)`,
  });
};

/** Rows that stand and have what another one that stands, or another record, has. The first row of the file keeps it. Returns how many were rejected. */
export const probeUniqueness = async (tx: Queryable, target: LoadTarget, { rules, fallen }: { readonly rules: RowRules; readonly fallen: Fallen }): Promise<number> => {
  let refused = 0;
  for (const rule of rules.unique) if (rule.rejects) refused += await probeStanding(tx, target, { rule, fallen });
  return refused;
};

/** When all is settled: rules that only tell, and rows that are rejected for another reason (promise 6). */
export const tellRepeated = async (tx: Queryable, target: LoadTarget, { rules, fallen, anyRejected }: { readonly rules: RowRules; readonly fallen: Fallen; readonly anyRejected: boolean }): Promise<void> => {
  for (const rule of rules.unique) {
    if (!rule.rejects) await probeStanding(tx, target, { rule, fallen });
    if (fallen.refused > 0) await probeRejected(tx, target, { rule, fallen, rows: { ...stagedRows(target), table: `(select t.* from ${stagedRowsOf(target)} t where ${refusedHere(target)})` } });
    if (anyRejected) await probeRejected(tx, target, { rule, fallen, rows: rejectedRows(target) });
  }
};

const ofEpoch = ({ epoch }: LoadTarget): string => `x.job_id = '${epoch.jobId}'::uuid and x.round = ${epoch.round} and x.plan_epoch = ${epoch.planEpoch}`;
const refusedHere = (target: LoadTarget): string => `exists (select 1 from waybill.quarantine x where ${ofEpoch(target)} and x.found_in = 'r' and x.row_no = t.row_no)`;

interface Uniqueness { readonly rule: UniqueRowRule; readonly fallen: Fallen }

const probeStanding = async (tx: Queryable, target: LoadTarget, { rule, fallen }: Uniqueness): Promise<number> => {
  const columns = columnsOf(target, rule);
  if (columns === null) return 0;
  const live = `select t.row_no, ${valuesOf(columns).map((value, at) => `${value} as v${at}`).join(', ')} from ${stagedRowsOf(target)} t ${joinMet(target, columns, 'w')} where ${stands(target, fallen)} and ${filled(columns)}`;
  const names = columns.map((_, at) => `v${at}`).join(', ');
  return refuseRows(tx, target, {
    code: 'UNIQUE_VIOLATED', field: fieldOf(rule), rule,
    rows: `with live as materialized (${live}), same as materialized (select ${names}, min(row_no) as first from live group by ${names} having count(*) > 1)
      select s.row_no from live s join same using (${names}) where s.row_no <> same.first
      union select t.row_no from ${stagedRowsOf(target)} t ${joinMet(target, columns, 'w')} join ${tableOf(target)} d on ${taken(columns)} where ${stands(target, fallen)} and ${isOther(target, fallen)}`,
  });
};

/** Asked of rejected rows: whether a row that stands, an earlier one of them, or another record has the values. Joins, not conditions row by row: all rows may be rejected. */
const probeRejected = async (tx: Queryable, target: LoadTarget, { rule, fallen, rows }: Uniqueness & { readonly rows: ProbedRows }): Promise<void> => {
  const columns = columnsOf(target, rule);
  if (columns === null) return;
  const named = valuesOf(columns).map((value, at) => `${value} as v${at}`).join(', ');
  const names = columns.map((_, at) => `v${at}`).join(', ');
  const key = keyColumns(target), met = joinMet(target, columns, 'w');
  const asked = `${rows.areSound([...columns, ...neededToSettle(target, columns)])} and ${filled(columns)}`;
  await refuseRows(tx, target, {
    code: 'UNIQUE_VIOLATED', field: fieldOf(rule), rule,
    rows: `with asked as materialized (select t.row_no, ${named} from ${rows.table} t ${met} where ${asked}), firsts as (select ${names}, min(row_no) as first from asked group by ${names}),
      live as (select distinct ${named} from ${stagedRowsOf(target)} t ${met} where ${stands(target, fallen)} and ${filled(columns)})
      select f.row_no from (select a.row_no from asked a join live using (${names}) union select a.row_no from asked a join firsts using (${names}) where a.row_no > firsts.first
        union select t.row_no from ${rows.table} t ${met} join ${tableOf(target)} d on ${taken(columns)} where ${asked} and ${key.length === 0 ? 'true' : rows.areSound(key)} and ${isOther(target, fallen)}) f
      where not exists (select 1 from waybill.issues x where ${ofEpoch(target)} and x.row_no = f.row_no and x.rule = ${quoteLiteral(rule.name)})`,
  });
};

/** Null: no column feeds one of the fields. */
const columnsOf = (target: LoadTarget, { fields }: UniqueRowRule): readonly TargetColumn[] | null => {
  const columns = fields.flatMap((name) => columnNamed(target, name) ?? []);
  return columns.length < fields.length ? null : columns;
};
const fieldOf = ({ fields }: UniqueRowRule): string | null => (fields.length === 1 ? (fields[0] ?? null) : null);

/** Case-insensitive text must not hide a difference (design 10.11); an enum has no other way to be compared with a text. */
const plain = /^(text|character varying|character|smallint|integer|bigint|numeric|real|double precision|boolean|date|timestamp|time|uuid)(\(|\b)/;
const comparable = ({ pgType }: TargetColumn, value: string): string => (plain.test(pgType) ? value : `${value}::text`);
/** What a column of the record becomes by the staged row `t`: where the load policy asks the record as well, with that in `w`. */
const valuesOf = (columns: readonly TargetColumn[]): readonly string[] => columns.map((column) => comparable(column, settledValue(column, 'w')));
const filled = (columns: readonly TargetColumn[]): string => columns.map((column) => `${settledValue(column, 'w')} is not null`).join(' and ');
const taken = (columns: readonly TargetColumn[]): string =>
  columns.map((column, at) => `${comparable(column, `d.${quoteIdentifier(column.name)}`)} = ${valuesOf(columns)[at] ?? 'null'}`).join(' and ');

/** A record of another key, which keeps its values: those of a record that the file changes too are compared in the file. */
const isOther = (target: LoadTarget, fallen: Fallen): string => {
  if (target.key.length === 0 || target.mode === 'append') return 'true';
  return `not (${keyJoin(target, 'd', 't')}) and not exists (select 1 from ${stagedRowsOf(target)} o where ${keyJoin(target, 'd', 'o')} and ${stands(target, fallen).replaceAll('t.row_no', 'o.row_no')})`;
};
