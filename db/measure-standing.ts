/** Counts and exact totals over the rows that stand; asked only where a rule of the file needs them, since it reads the whole staging once more. */
import { WaybillError } from '../contracts/errors.ts';
import { missingChunks } from './chunks.ts';
import type { Pool, Queryable } from './connection.ts';
import { inTransaction } from './connection.ts';
import type { LoadTarget } from './load-target.ts';
import { columnNamed, stagedRowsOf } from './load-target.ts';
import { countFallen, stands } from './staged-rows.ts';

export interface StandingMeasures {
  readonly filled: Readonly<Record<string, number>>;
  readonly sums: Readonly<Record<string, string>>;
}

/** Fields that no column feeds are left out. A crash that empties the staging meanwhile makes it be staged again, not be judged. */
export const measureStanding = (pool: Pool, target: LoadTarget, { filled, summed }: { readonly filled: readonly string[]; readonly summed: readonly string[] }): Promise<StandingMeasures> =>
  inTransaction(pool, async (tx) => {
    await tx.query('set transaction isolation level repeatable read');
    if ((await missingChunks(tx, target.epoch)).length > 0) throw new WaybillError('STAGING_LOST', 'Chunks are not staged any more.');
    const counts = mapped(target, filled).map(({ staged }) => `count(t.${staged})::text`);
    const totals = mapped(target, summed).map(({ staged }) => `trim_scale(coalesce(sum(t.${staged}::numeric), 0))::text`);
    const numbers = counts.length + totals.length === 0 ? [] : await readRow(tx, target, [...counts, ...totals]);
    return {
      filled: Object.fromEntries(mapped(target, filled).map(({ name }, at) => [name, Number(numbers[at])])),
      sums: Object.fromEntries(mapped(target, summed).map(({ name }, at) => [name, numbers[counts.length + at] ?? ''])),
    };
  });

const mapped = (target: LoadTarget, names: readonly string[]) => [...new Set(names)].flatMap((name) => columnNamed(target, name) ?? []);

const readRow = async (tx: Queryable, target: LoadTarget, expressions: readonly string[]): Promise<readonly string[]> => {
  const { rows: [row] } = await tx.query<{ numbers: readonly string[] }>(
    `select to_json(array[${expressions.join(', ')}]) as numbers from ${stagedRowsOf(target)} t where ${stands(target, await countFallen(tx, target))}`);
  return row?.numbers ?? [];
};
