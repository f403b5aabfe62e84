/**
 * The origins of a load that creates every row, made on a connection of their own beside the commit's INSERT, which keeps only one core
 * busy (10 M rows: 17 s of table and index that would stand before it). They are committed before the commit adopts them; when that fails,
 * they are a draft like any other, which the next attempt or the job's end drops.
 */
import { WaybillError } from '../contracts/errors.ts';
import type { Pool, PoolClient } from './connection.ts';
import { inTransaction } from './connection.ts';
import { draftAllCreated, dropDraft, indexDraft } from './draft.ts';
import type { LoadTarget } from './load-target.ts';
import type { Fallen } from './staged-rows.ts';
import { whileAwake } from './while-awake.ts';

/** Runs `load`, which returns how many records it created, in the transaction of `tx`; there must be as many origins. */
export const withOriginsBeside = async (
  pool: Pool, { tx, target, fallen }: { readonly tx: PoolClient; readonly target: LoadTarget; readonly fallen: Fallen }, load: () => Promise<number>,
): Promise<number> => {
  const making = makeOrigins(pool, target, fallen);
  // It may fail before the load ends; who has not been looked at by then would end the process.
  making.catch(() => undefined);
  try {
    const created = await load();
    const origins = await whileAwake(tx, making);
    if (origins !== created) throw new WaybillError('BOOKS_UNBALANCED', 'The origins are not those of the created records.', { created, origins });
    return created;
  } finally {
    // The next attempt begins with dropping them.
    await making.catch(() => undefined);
  }
};

const makeOrigins = (pool: Pool, target: LoadTarget, fallen: Fallen): Promise<number> => inTransaction(pool, async (tx) => {
  await tx.query('set local parallel_tuple_cost = 0');
  await dropDraft(tx, target);
  const { created } = await draftAllCreated(tx, target, { fallen, newKey: null });
  await indexDraft(tx, target);
  return created;
});
