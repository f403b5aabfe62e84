/**
 * The books, each from its own source: what was read from the ledger, what was rejected and doubled from their tables, what is created and
 * updated from the draft (or from the commit's own statements), what is unchanged from the staging. They balance only if all agree (promise 1).
 */
import type { Books } from '../contracts/books.ts';
import type { Queryable } from './connection.ts';
import { epochValues } from './chunk-key.ts';
import type { LoadTarget } from './load-target.ts';

export interface LoadCounts {
  readonly staged: number;
  readonly created: number;
  readonly updated: number;
}

interface BookRow { read: number; filtered: number; quarantined: number; unreadable: number; refused: number; duplicate: number }

export const readBooks = async (tx: Queryable, target: LoadTarget, counts: LoadCounts): Promise<Books> => {
  const where = 'where job_id = $1 and round = $2 and plan_epoch = $3';
  const { rows: [row] } = await tx.query<BookRow>(
    `select (select coalesce(sum(rows_read), 0)::bigint from waybill.chunk_ledger ${where}) as read,
       (select coalesce(sum(rows_filtered), 0)::bigint from waybill.chunk_ledger ${where}) as filtered,
       (select count(*) from waybill.quarantine ${where} and outcome = 'quarantined') as quarantined,
       (select count(*) from waybill.quarantine ${where} and outcome = 'unreadable') as unreadable,
       (select count(*) from waybill.quarantine ${where} and found_in = 'r') as refused,
       (select count(*) from waybill.duplicates ${where}) as duplicate`, epochValues(target.epoch));
  const found = row ?? { read: 0, filtered: 0, quarantined: 0, unreadable: 0, refused: 0, duplicate: 0 };
  return {
    read: found.read, created: counts.created, updated: counts.updated,
    unchanged: counts.staged - found.refused - found.duplicate - counts.created - counts.updated,
    duplicate: found.duplicate, filtered: found.filtered, quarantined: found.quarantined, excluded: 0, pending: 0, unreadable: found.unreadable,
  };
};
