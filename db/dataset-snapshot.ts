/**
 * Tells whether the dataset changed between the draft and the commit, whoever wrote (design 10.3). The draft notes the snapshot that it saw
 * and the number of records; under the commit's lock one scan finds records whose version is not in that snapshot, and a lower count finds
 * deletions. Comparing the whole diff again would cost 1.4 s for 1 M records; this costs 0.1 s.
 */
import type { Queryable } from './connection.ts';
import type { LoadTarget } from './load-target.ts';
import { tableOf } from './load-target.ts';

export interface DatasetSnapshot {
  /** `pg_current_snapshot()` of the transaction that made the draft. */
  readonly snapshot: string;
  readonly records: number;
  /** The table's file (the sum over its partitions): a rewrite (VACUUM FULL, CLUSTER) moves every row and leaves their versions as they were. */
  readonly filenode: number;
}

/** A partitioned table has no file of its own, a plain one no tree. */
const fileOf = (table: string): string => `(coalesce(pg_relation_filenode(${table}::regclass)::bigint, 0)
  + (select coalesce(sum(pg_relation_filenode(relid)::bigint) filter (where relid <> ${table}::regclass), 0)::bigint from pg_partition_tree(${table}::regclass)))`;

export const takeSnapshot = async (tx: Queryable, target: LoadTarget): Promise<DatasetSnapshot> => {
  const { rows: [row] } = await tx.query<DatasetSnapshot>(
    `select pg_current_snapshot()::text as snapshot, (select count(*) from ${tableOf(target)}) as records,
       ${fileOf('$1')} as filenode`, [tableOf(target)]);
  return row ?? { snapshot: '', records: 0, filenode: 0 };
};

/**
 * A row's 32-bit xmin is read in the epoch of the current transaction, or in the one before when it would lie in the future. A frozen row of
 * an older epoch can look younger than it is: then the draft is made again in vain, never trusted in vain. The numbers are handed in as
 * constants and the cheap test of age comes first: 1 M records in 0.1 s.
 */
export const hasChangedSince = async (tx: Queryable, target: LoadTarget, before: DatasetSnapshot): Promise<boolean> => {
  const { rows: [now] } = await tx.query<{ xid: string; distance: number; filenode: number }>(
    `select pg_current_xact_id()::text as xid, (pg_current_xact_id()::text::bigint - pg_snapshot_xmin($1::pg_snapshot)::text::bigint) as distance,
       ${fileOf('$2')} as filenode`, [before.snapshot, tableOf(target)]);
  if (now === undefined || now.filenode !== before.filenode) return true;
  const epoch = BigInt(now.xid) >> 32n;
  const low = BigInt(now.xid) & 0xffff_ffffn;
  const { rows: [row] } = await tx.query<{ records: number; younger: number }>(
    `select count(*) as records, count(*) filter (where case when age(d.xmin) > ${now.distance} then false
       else not pg_visible_in_snapshot((case when d.xmin::text::bigint > ${low} then ${epoch - 1n} else ${epoch} end * 4294967296
         + d.xmin::text::bigint)::text::xid8, $1::pg_snapshot) end) as younger
     from ${tableOf(target)} d`, [before.snapshot]);
  return row === undefined || row.records !== before.records || row.younger > 0;
};
