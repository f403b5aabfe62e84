/** The record that a staged row meets, for columns of whose outcome it decides as well (the load policy). */
import { isSettled, keyColumns, keyJoin, tableOf, type LoadTarget, type TargetColumn } from './load-target.ts';

/** Nothing, where the file alone decides of all of them. */
export const joinMet = (target: LoadTarget, columns: readonly TargetColumn[], dataset = 'd', staged = 't'): string =>
  (columns.some(isSettled) ? `left join ${tableOf(target)} ${dataset} on ${keyJoin(target, dataset, staged)}` : '');

/** What must be sound beside the columns themselves, that their outcome can be told. */
export const neededToSettle = (target: LoadTarget, columns: readonly TargetColumn[]): readonly TargetColumn[] =>
  (columns.some(isSettled) ? [...keyColumns(target), ...columns.flatMap(({ settle }) => settle?.newestBy ?? [])] : []);
