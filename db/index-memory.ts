import type { Queryable } from './connection.ts';

/**
 * For this transaction: what an index of 5 M short keys needs to be sorted in memory, or more where the server's owner allows more. A sort that
 * spills writes its keys twice.
 */
export const raiseIndexMemory = async (tx: Queryable): Promise<void> => {
  await tx.query(
    `select set_config('maintenance_work_mem', '256MB', true) from pg_settings where name = 'maintenance_work_mem' and setting::bigint < 256 * 1024`);
};
