/**
 * What a column of a record becomes, from the staged row and the record as it stands: the load policy in SQL. Where no policy holds for the column,
 * it is the staged value alone. With a record that is not there (outer join, all null) it is the staged value as well.
 */
import type { Settlement, TargetColumn } from './load-target.ts';
import { morePrecise } from './more-precise.ts';
import { quoteIdentifier } from './quote-identifier.ts';
import { stagedValue } from './staged-value.ts';

/** Aliases of the dataset's table and of the staging. */
interface Sides { readonly dataset: string; readonly staged: string }

export const settledValue = (column: TargetColumn, dataset = 'd', staged = 't'): string => {
  if (column.settle === undefined) return stagedValue(column, staged);
  const sides = { dataset, staged };
  const stored = `${dataset}.${quoteIdentifier(column.name)}`;
  const incoming = stagedValue(column, staged);
  const branches = [
    ...(column.settle.clearedAt === null ? [] : [`when ${isCleared(column.settle.clearedAt, staged)} then null`]),
    `when ${incoming} is null then ${whenEmpty(column.settle, stored, sides)}`,
    `when ${stored} is null then ${incoming}`,
  ];
  return `(case ${branches.join(' ')} else ${whenBoth(column, { stored, incoming, sides })} end)`;
};

const isCleared = (lane: number, staged: string): string => `coalesce(${lane}::smallint = any (${staged}.cleared), false)`;

/** An empty cell of a row that is older than the record does not say that there is nothing now. */
const whenEmpty = (settle: Settlement, stored: string, sides: Sides): string => {
  switch (settle.empty) {
    case 'keep': case 'fill': return stored;
    case 'clear': return settle.conflict === 'newest' ? `case when ${rowIsNewer(settle, sides)} then null else ${stored} end` : 'null';
  }
};

interface Both { readonly stored: string; readonly incoming: string; readonly sides: Sides }

const whenBoth = ({ settle, pgType }: TargetColumn, { stored, incoming, sides }: Both): string => {
  if (settle === undefined) return incoming;
  if (settle.empty === 'fill') return stored;
  switch (settle.conflict) {
    case 'file': return incoming;
    case 'dataset': return stored;
    case 'newest': return `case when ${rowIsNewer(settle, sides)} then ${incoming} else ${stored} end`;
    case 'more_precise': {
      const condition = morePrecise({ ...settle, pgType }, { more: stored, less: incoming });
      return condition === null ? incoming : `case when ${condition} then ${stored} else ${incoming} end`;
    }
  }
};

/** At the same moment the file is the later word; a row that does not say when does not displace a record that does. */
const rowIsNewer = ({ newestBy }: Settlement, { dataset, staged }: Sides): string => {
  if (newestBy === null) return 'true';
  const stored = `${dataset}.${quoteIdentifier(newestBy.name)}`;
  return `(${stored} is null or coalesce(${stagedValue(newestBy, staged)} >= ${stored}, false))`;
};
