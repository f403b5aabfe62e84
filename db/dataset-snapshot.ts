/**
 * Tells whether the dataset changed between the draft and the commit, whoever wrote (design 10.3). The draft notes its snapshot,
 * the number of records, and which of them were made by a transaction that is not older than the snapshot's oldest running one; under the
 * commit's lock one scan finds the same, or somebody wrote: a new version is never older than that, and a lower count finds deletions.
 * Asking the snapshot itself would not do: it does not know subtransactions (savepoints, PL/pgSQL's exception blocks), and takes those of a
 * running transaction for ended. Comparing the whole diff again would cost 1.4 s for 1 M records; this costs 0.1 s.
 */
import { WaybillError } from '../contracts/errors.ts';
import type { Queryable } from './connection.ts';
import type { LoadTarget } from './load-target.ts';
import { tableOf } from './load-target.ts';

export interface DatasetSnapshot {
  /** `pg_current_snapshot()` of the transaction that made the draft. */
  readonly snapshot: string;
  readonly records: number;
  /** A hash over the places and versions of the records that are not older than the snapshot; empty when there is none. */
  readonly recent: string;
  /** The table's file (the sum over its partitions): a rewrite (VACUUM FULL, CLUSTER) moves every row and leaves their versions as they were. */
  readonly filenode: number;
}

/** A partitioned table has no file of its own, a plain one no tree. */
const fileOf = (table: string): string => `(coalesce(pg_relation_filenode(${table}::regclass)::bigint, 0)
  + (select coalesce(sum(pg_relation_filenode(relid)::bigint) filter (where relid <> ${table}::regclass), 0)::bigint from pg_partition_tree(${table}::regclass)))`;

interface Moment { readonly snapshot: string; readonly current: number; readonly distance: number; readonly quiet: boolean; readonly filenode: number }

/** `distance`: ages up to it, seen from transaction `current`, are not older than the snapshot's oldest running transaction; `quiet`: none was running, so no record can be younger. */
const momentOf = async (tx: Queryable, target: LoadTarget, snapshot: string | null): Promise<Moment> => {
  const { rows: [row] } = await tx.query<Moment>(
    `select s::text as snapshot, pg_current_xact_id()::text::bigint as current, (pg_current_xact_id()::text::bigint - pg_snapshot_xmin(s)::text::bigint) as distance,
       pg_snapshot_xmin(s) = pg_snapshot_xmax(s) as quiet, ${fileOf('$2')} as filenode
     from (select coalesce($1::pg_snapshot, pg_current_snapshot()) as s) taken`, [snapshot, tableOf(target)]);
  if (row === undefined) throw new WaybillError('INTERNAL', 'The database tells no snapshot.');
  return row;
};

/** So many transactions are looked up as a set, which a parallel scan may do; `age()` it may not (1 M records: 0.08 s against 0.14 s). */
const mostListed = 1_000;
const xidSpace = 2 ** 32;
/** 0 to 2 are no transactions of anybody. */
const firstNormalXid = 3;

const isRecent = ({ current, distance }: Moment): string => {
  if (distance > mostListed) return `age(d.xmin) <= ${distance}`;
  const xids = Array.from({ length: distance + 1 }, (_, back) => (current - back + xidSpace) % xidSpace).filter((xid) => xid >= firstNormalXid);
  return `d.xmin = any ('{${xids.join(',')}}'::xid[])`;
};

/** The cheap test of age comes first. An ancient frozen row may look young; it does so each time. */
const recentOf = (moment: Moment): string =>
  `coalesce(bit_xor(case when ${isRecent(moment)} then hashtextextended(concat_ws(' ', d.tableoid, d.ctid, d.xmin), 0) end)::text, '')`;

interface Found { readonly records: number; readonly recent: string }

const look = async (tx: Queryable, target: LoadTarget, recent: string): Promise<Found> => {
  const { rows: [row] } = await tx.query<Found>(`select count(*) as records, ${recent} as recent from ${tableOf(target)} d`);
  return row ?? { records: 0, recent: '' };
};

export const takeSnapshot = async (tx: Queryable, target: LoadTarget): Promise<DatasetSnapshot> => {
  const moment = await momentOf(tx, target, null);
  return { snapshot: moment.snapshot, filenode: moment.filenode, ...await look(tx, target, moment.quiet ? `''` : recentOf(moment)) };
};

export const hasChangedSince = async (tx: Queryable, target: LoadTarget, before: DatasetSnapshot): Promise<boolean> => {
  const moment = await momentOf(tx, target, before.snapshot);
  if (moment.filenode !== before.filenode) return true;
  const now = await look(tx, target, recentOf(moment));
  return now.records !== before.records || now.recent !== before.recent;
};
