/** What a draft would change, field by field: only counted for a dry run, since it joins the records once more. */
import type { FieldChange } from '../contracts/file-findings.ts';
import type { Queryable } from './connection.ts';
import { changesTable } from './draft.ts';
import type { LoadTarget } from './load-target.ts';
import { differs, stagedRowsOf, tableOf, valueColumns } from './load-target.ts';
import { quoteIdentifier } from './quote-identifier.ts';
import { settledValue } from './settled-value.ts';

/** Fields that change in at least one record, in the order of the table's columns. */
export const countFieldChanges = async (tx: Queryable, target: LoadTarget): Promise<readonly FieldChange[]> => {
  const columns = valueColumns(target);
  if (columns.length === 0) return [];
  const counts = columns.map((column) => {
    const [now, next] = [`d.${quoteIdentifier(column.name)}`, settledValue(column)];
    return `count(*) filter (where ${differs(column)}), count(*) filter (where ${now} is null and ${next} is not null), count(*) filter (where ${now} is not null and ${next} is null)`;
  });
  const { rows: [row] } = await tx.query<{ counts: readonly number[] }>(
    `select to_json(array[${counts.join(', ')}]) as counts from ${changesTable(target)} r
     join ${stagedRowsOf(target)} t on t.ctid = r.staged join ${tableOf(target)} d on d.ctid = r.stored and d.tableoid = r.part where r.kind = 'u'`);
  const found = row?.counts ?? [];
  return columns.map((column, at) => ({ field: column.name, changed: found[3 * at] ?? 0, filled: found[3 * at + 1] ?? 0, emptied: found[3 * at + 2] ?? 0 }))
    .filter(({ changed }) => changed > 0);
};
