/** Rules of the import that judge rows by the whole file, or by records: what reconcile asks, with what it needs to ask it. */
import type { Severity } from '../contracts/issue-codes.ts';
import type { TableName } from './quote-identifier.ts';

interface RowRule {
  readonly name: string;
  readonly severity: Severity;
  /** Else the issue is told, and the row loaded. */
  readonly rejects: boolean;
}
/** Fields that no column feeds make a rule inapplicable. */
export interface UniqueRowRule extends RowRule { readonly fields: readonly string[] }
export interface ReferenceRowRule extends RowRule {
  readonly field: string;
  readonly table: TableName;
  readonly column: string;
  /** Compared as texts: one of the two is text of a type of its own (an enum, a case-insensitive text). */
  readonly asText: boolean;
}
export interface OutlierRowRule extends RowRule {
  readonly fields: readonly string[];
  readonly deviations: number;
}
export interface RowRules {
  readonly unique: readonly UniqueRowRule[];
  readonly references: readonly ReferenceRowRule[];
  readonly outliers: readonly OutlierRowRule[];
}
