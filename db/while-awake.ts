import { setTimeout as after } from 'node:timers/promises';
import type { Queryable } from './connection.ts';

/** A transaction that waits for another one must not look frozen (db/connection.ts gives it 60 s). */
const awakeEveryMs = 10_000;

export const whileAwake = async <Result>(tx: Queryable, work: Promise<Result>): Promise<Result> => {
  const ended = new AbortController();
  const settled = work.then(() => true, () => true).finally(() => { ended.abort(); });
  while (!await Promise.race([settled, after(awakeEveryMs, false, { signal: ended.signal }).catch(() => true)])) await tx.query('select 1');
  return work;
};
