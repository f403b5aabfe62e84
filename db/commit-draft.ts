/**
 * The commit: the draft reaches the dataset in one transaction, or nothing does (promise 3). Under a lock that lets others read (only the first
 * load of an empty table that Waybill made keeps them out, db/rebuilt-indexes.ts), it makes
 * sure that it commits what was drafted (the same shape of the table, the same records, no twin of the file), changes exactly the rows
 * that the draft names, balances the books, and writes the row of `commits` that a retry reads first (design 10.3).
 */
import { balances, outcomes } from '../contracts/books.ts';
import type { Books } from '../contracts/books.ts';
import { WaybillError } from '../contracts/errors.ts';
import { draftTableName } from '../contracts/ids.ts';
import { findCommittedTwin } from './same-file.ts';
import { missingChunks } from './chunks.ts';
import type { Pool, PoolClient } from './connection.ts';
import { inTransaction } from './connection.ts';
import { hasChangedSince } from './dataset-snapshot.ts';
import { expectSameShape } from './expect-same-shape.ts';
import { createRecords, storeBeforeImages, takeBeforeImages, updateRecords } from './load-draft.ts';
import type { LoadTarget } from './load-target.ts';
import { tableOf } from './load-target.ts';
import { findNewKey } from './new-key.ts';
import { readBooks } from './read-books.ts';
import { withOriginsBeside } from './origins-beside.ts';
import { mayRebuildIndexes, withRebuiltIndexes } from './rebuilt-indexes.ts';
import type { Draft } from './reconcile.ts';
import { countFallen, stands } from './staged-rows.ts';

export interface CommitOrder {
  readonly target: LoadTarget;
  readonly draft: Draft;
  readonly planHash: string;
  readonly fingerprint: string;
  /** Null when the operator asked to load the same file again. */
  readonly twinOf: { readonly org: string; readonly sha256: string } | null;
}

export type CommitResult =
  | { readonly status: 'committed'; readonly books: Books }
  /** Somebody else wrote to the dataset since the draft, or the staging was lost: draft again. */
  | { readonly status: 'stale' };

/** @param inCommit runs last in the transaction: what must stand or fall with the commit (the audit event) */
export const commitDraft = async (
  pool: Pool, order: CommitOrder, inCommit: (tx: PoolClient, books: Books) => Promise<void>,
): Promise<CommitResult> => inTransaction(pool, async (tx) => {
  const { target, draft } = order;
  const before = await readCommit(tx, target);
  if (before !== null) return { status: 'committed', books: before };
  await tx.query(`set local lock_timeout = '30s'`);
  await tx.query(`lock table ${tableOf(target)} in share row exclusive mode`);
  // Another attempt of this very commit may have held the lock.
  const meanwhile = await readCommit(tx, target);
  if (meanwhile !== null) return { status: 'committed', books: meanwhile };
  await expectSameWorld(tx, order);
  // A crash of PostgreSQL since the draft has emptied the staging (promise 4): it is staged and drafted again.
  if ((await missingChunks(tx, target.epoch)).length > 0) return { status: 'stale' };
  if (await hasChangedSince(tx, target, draft)) return { status: 'stale' };
  const counts = await loadDraft(pool, tx, order);
  const books = await readBooks(tx, target, { staged: draft.staged, ...counts });
  if (!balances(books) || books.unchanged < 0 || outcomes.some((outcome) => books[outcome] !== draft.books[outcome]))
    throw new WaybillError('BOOKS_UNBALANCED', 'The commit did not change the rows that the draft names.', { ...books, draftCreated: draft.created, draftUpdated: draft.updated });
  await expectEveryRow(tx, target, books);
  await writeCommit(tx, order, books);
  await inCommit(tx, books);
  return { status: 'committed', books };
});

/** The books' own count comes from the chunks' ledger; the planner counted the file's records by another way. */
const expectEveryRow = async (tx: PoolClient, { epoch }: LoadTarget, books: Books): Promise<void> => {
  const { rows: [row] } = await tx.query<{ rows_total: number | null }>('select rows_total from waybill.jobs where job_id = $1', [epoch.jobId]);
  if (row?.rows_total !== books.read)
    throw new WaybillError('BOOKS_UNBALANCED', 'Other rows were read than the file was found to hold.', { read: books.read, rowsTotal: row?.rows_total ?? -1 });
};

const loadDraft = async (pool: Pool, tx: PoolClient, { target, draft }: CommitOrder): Promise<{ readonly created: number; readonly updated: number }> => {
  await tx.query(`set local work_mem = '96MB'`);
  const updates = draft.updated > 0;
  if (updates) await takeBeforeImages(tx, target);
  const updated = updates ? await updateRecords(tx, target) : 0;
  if (updates && await storeBeforeImages(tx, target) !== updated)
    throw new WaybillError('BOOKS_UNBALANCED', 'A before-image is missing for an updated record.', { updated });
  const newKey = await findNewKey(tx, target);
  const fallen = await countFallen(tx, target);
  const standing = draft.allCreated ? stands(target, fallen) : null;
  const insert = async (): Promise<number> => (draft.created === 0 ? 0 : createRecords(tx, target, { standing, newKey }));
  const create = draft.records === 0 && await mayRebuildIndexes(tx, target, draft.created)
    ? async (): Promise<number> => withRebuiltIndexes(tx, target, insert)
    : insert;
  const created = draft.originsBeside ? await withOriginsBeside(pool, { tx, target, fallen }, create) : await create();
  return { created, updated };
};

/** The table's shape is the plan's, and the same file was not committed meanwhile by another job. */
const expectSameWorld = async (tx: PoolClient, order: CommitOrder): Promise<void> => {
  await expectSameShape(tx, order.target, order.fingerprint);
  if (order.twinOf === null) return;
  const twin = await findCommittedTwin(tx, {
    ...order.twinOf, datasetId: order.target.datasetId, planHash: order.planHash, exceptJobId: order.target.epoch.jobId,
  });
  if (twin !== null) throw new WaybillError('SAME_FILE', 'Another job has committed this file with this plan.', { job: twin });
};

const readCommit = async (tx: PoolClient, { epoch }: LoadTarget): Promise<Books | null> => {
  const { rows: [row] } = await tx.query<{ books: Books }>(
    'select books from waybill.commits where job_id = $1 and round = $2', [epoch.jobId, epoch.round]);
  return row?.books ?? null;
};

const writeCommit = async (tx: PoolClient, { target, draft, planHash }: CommitOrder, books: Books): Promise<void> => {
  const { jobId, round } = target.epoch;
  await tx.query(
    `insert into waybill.commits (job_id, round, dataset_id, dataset_version, plan_hash, draft_hash, books, committed_xid)
     values ($1, $2, $3, $4, $5, $6, $7, pg_current_xact_id())`,
    [jobId, round, target.datasetId, target.datasetVersion, planHash, draft.hash, JSON.stringify(books)]);
  await tx.query('select waybill.adopt_origins($1, $2)', [jobId, draftTableName(jobId, round)]);
  // The job's row is locked last, so that an operator's wish to it waits for milliseconds; a job that was moved on meanwhile undoes all this.
  const { rowCount } = await tx.query(
    `update waybill.jobs set books = $4, committed_at = now(), updated_at = now()
     where job_id = $1 and round = $2 and plan_epoch = $3 and state = 'committing'`, [jobId, round, target.epoch.planEpoch, JSON.stringify(books)]);
  if (rowCount !== 1) throw new WaybillError('JOB_STATE', 'The job is no longer about to commit this round.', { round });
};
