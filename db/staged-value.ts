import type { TargetColumn } from './load-target.ts';

/** The staged value in the type of the dataset's column. */
export const stagedValue = (column: Pick<TargetColumn, 'staged' | 'pgType'>, staged = 't'): string =>
  column.pgType === 'date' ? `(date '2000-01-01' + ${staged}.${column.staged})` : `${staged}.${column.staged}`;
