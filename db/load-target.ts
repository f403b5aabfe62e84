/** The dataset's table as the load sees it: which staging column feeds which column, and how two values are compared. */
import type { FieldType } from '../contracts/dataset-definition.ts';
import type { FieldPolicy } from '../contracts/load-policy.ts';
import type { DuplicatePolicy, LoadMode } from '../contracts/plan-document.ts';
import type { EpochKey } from './chunk-key.ts';
import { quoteIdentifier, quoteTable } from './quote-identifier.ts';
import { settledValue } from './settled-value.ts';
import { stagedValue } from './staged-value.ts';
import { rejectedRowsTable, stagingTable } from './staging-table.ts';

export interface TargetColumn {
  /** Column of the dataset's table. */
  readonly name: string;
  /** Column of the staging table. */
  readonly staged: string;
  readonly pgType: string;
  /** What a row does to a record that exists; absent: the file's value is taken as it is. */
  readonly settle?: Settlement;
}

/** The load policy of a column, with what its SQL needs to know. */
export interface Settlement extends FieldPolicy {
  readonly type: FieldType;
  /** Of times without zone. */
  readonly zone: string;
  /** The staging lets the required field pass without a value: the record may have one. */
  readonly required: boolean;
  readonly newestBy: Pick<TargetColumn, 'name' | 'staged' | 'pgType'> | null;
  /** Number of the lane where the staging tells cleared cells from empty ones; null: it does not. */
  readonly clearedAt: number | null;
}

export interface LoadTarget {
  readonly epoch: EpochKey;
  readonly jobNo: number;
  readonly datasetId: number;
  readonly datasetVersion: number;
  readonly table: { readonly schema: string; readonly name: string };
  /** Waybill made the table and may re-make its indexes while it is empty. */
  readonly managed: boolean;
  readonly columns: readonly TargetColumn[];
  /** Columns that tell a record from others; empty only in mode append. */
  readonly key: readonly string[];
  readonly mode: LoadMode;
  readonly duplicates: DuplicatePolicy;
}

export const tableOf = (target: LoadTarget): string => quoteTable(target.table);
export const stagedRowsOf = (target: LoadTarget): string => stagingTable(target.epoch);

/** Rows that a rule of the table is asked of. */
export interface ProbedRows {
  readonly table: string;
  /** Condition over a row `t`: these columns hold what the file said. */
  readonly areSound: (columns: readonly TargetColumn[]) => string;
}

export const stagedRows = (target: LoadTarget): ProbedRows => ({ table: stagedRowsOf(target), areSound: () => 'true' });

/** Rejected already: whatever else is wrong with them is told as well (promise 6). */
export const rejectedRows = (target: LoadTarget): ProbedRows => ({
  table: rejectedRowsTable(target.epoch),
  areSound: (columns) => `not t.bad && '{${columns.map((column) => column.staged.slice(1)).join(',')}}'::smallint[]`,
});

export { stagedValue } from './staged-value.ts';

export const columnNamed = (target: LoadTarget, name: string): TargetColumn | undefined =>
  target.columns.find((column) => column.name === name);

export const keyColumns = (target: LoadTarget): readonly TargetColumn[] =>
  target.key.flatMap((name) => columnNamed(target, name) ?? []);

export const valueColumns = (target: LoadTarget): readonly TargetColumn[] =>
  target.columns.filter((column) => !target.key.includes(column.name));

/** `d."a" = t.f0 and …`: keys are never null here, so plain equality can use the table's index. */
export const keyJoin = (target: LoadTarget, dataset = 'd', staged = 't'): string =>
  keyColumns(target).map((column) => `${dataset}.${quoteIdentifier(column.name)} = ${stagedValue(column, staged)}`).join(' and ');

/** Columns of whose outcome the record decides as well. */
export const isSettled = (column: TargetColumn): boolean => column.settle !== undefined;

/**
 * Whether a column's two values differ, once the load policy has settled what the new one is. `point` and `json` have no equality, and `~=` of points is a fuzzy one (1e-6); case-insensitive
 * text must not hide a change of case (design 10.11).
 */
export const differs = (column: TargetColumn, dataset = 'd', staged = 't'): string => {
  const stored = `${dataset}.${quoteIdentifier(column.name)}`;
  const incoming = settledValue(column, dataset, staged);
  if (column.pgType === 'point')
    return `(${stored}[0], ${stored}[1]) is distinct from (${incoming}[0], ${incoming}[1])`;
  return comparableTypes.test(column.pgType)
    ? `${stored} is distinct from ${incoming}`
    : `${stored}::text is distinct from ${incoming}::text`;
};

const comparableTypes =
  /^(text|character varying|smallint|integer|bigint|numeric|real|double precision|boolean|date|timestamp|time|uuid|jsonb|bytea)(\(|\b)(?!.*\bcitext\b)/;

/** The record's key as text: the one column's own text, or a JSON array of them. */
export const recordKeyText = (columns: readonly string[]): string =>
  columns.length === 1 ? `(${columns[0]})::text` : `jsonb_build_array(${columns.map((column) => `(${column})::text`).join(', ')})::text`;
