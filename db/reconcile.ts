/**
 * Reconcile: what the staged rows would do to the dataset. Rows are taken out first (mode, rules of the table, duplicates), the rest
 * becomes the draft. One REPEATABLE READ transaction, so that every statement sees one state of the dataset; a second run forgets the first.
 */
import { WaybillError } from '../contracts/errors.ts';
import type { Books } from '../contracts/books.ts';
import type { FieldChange } from '../contracts/file-findings.ts';
import { missingChunks } from './chunks.ts';
import type { Pool, Queryable } from './connection.ts';
import { inTransaction } from './connection.ts';
import type { DatasetSnapshot } from './dataset-snapshot.ts';
import { takeSnapshot } from './dataset-snapshot.ts';
import { countFieldChanges } from './count-field-changes.ts';
import { dropDraft, hashDraft, indexDraft, makeDraft } from './draft.ts';
import type { DraftCounts } from './draft.ts';
import { findDuplicates, hasRepeatedKey } from './find-duplicates.ts';
import type { LoadTarget, ProbedRows } from './load-target.ts';
import { columnNamed, keyColumns, keyJoin, rejectedRows, stagedRows, tableOf } from './load-target.ts';
import type { NewKey } from './load-draft.ts';
import { findNewKey } from './new-key.ts';
import { probeRequired, probeRowRules, probesDraft, probeUniqueRules, refersToSettled } from './probe-rules.ts';
import { probeRowRulesOfImport, probeUniqueness, tellRepeated } from './probe-row-rules.ts';
import { quoteIdentifier } from './quote-identifier.ts';
import { readBooks } from './read-books.ts';
import { refuseRows } from './refuse-rows.ts';
import { rehearse } from './rehearse.ts';
import type { RowRules } from './row-rules.ts';
import { countFallen, forgetReconcile } from './staged-rows.ts';
import type { Fallen } from './staged-rows.ts';
import type { TableRules } from './table-rules.ts';
import { readTableRules } from './table-rules.ts';

export interface Draft extends DatasetSnapshot {
  readonly hash: string;
  readonly staged: number;
  readonly created: number;
  readonly updated: number;
  /** Every standing row is created: the dataset was empty, or the mode is append. */
  readonly allCreated: boolean;
  /** The draft is only counted; the commit makes the origins beside its INSERT. */
  readonly originsBeside: boolean;
  readonly books: Books;
  /** The rows were tried on the table, because a commit had been refused. */
  readonly rehearsed: boolean;
  /** Of a dry run. */
  readonly fields?: readonly FieldChange[];
}

export interface StagedFacts {
  /** Rows in the staging, by the chunks' own COPYs. */
  readonly staged: number;
  /** False: no key stands twice in the file. True: it may. Found out while the database makes the first draft. */
  readonly mayRepeatKeys: Promise<boolean>;
  /** The database refused a commit of these rows for a reason that no probe knows: the rows are tried, and those at fault named. */
  readonly mustRehearse: boolean;
  /** False for a dry run, whose draft is only looked at. */
  readonly mayCommit: boolean;
  readonly rowRules: RowRules;
}

export const reconcile = async (pool: Pool, target: LoadTarget, { staged, mayRepeatKeys, mustRehearse, mayCommit, rowRules }: StagedFacts): Promise<Draft> => inTransaction(pool, async (tx) => {
  await tx.query('set transaction isolation level repeatable read');
  // The draft's rows are few bytes each: handing them from a parallel scan to the one that writes costs less than the planner thinks.
  await tx.query(`set local work_mem = '96MB'; set local parallel_tuple_cost = 0`);
  await expectToBeAlone(tx, target);
  await expectWholeStaging(tx, target);
  await forgetReconcile(tx, target);
  const snapshot = await takeSnapshot(tx, target);
  await expectUniqueKey(tx, target, snapshot);
  const known = await readTableRules(tx, target.table, (name) => columnNamed(target, name) !== undefined);
  const rules = { ...known, needsRehearsal: known.needsRehearsal || mustRehearse || refersToSettled(target, known) };
  const asked = await probedRows(tx, target);
  for (const rows of asked) {
    await probeMode(tx, target, { snapshot, rows });
    await probeRequired(tx, target, rows);
    await probeRowRules(tx, target, { rules: rules.rules, rows });
    await probeRowRulesOfImport(tx, target, { rules: rowRules, rows });
  }
  const newKey = await findNewKey(tx, target);
  const allCreated = snapshot.records === 0 || target.mode === 'append';
  const originsBeside = allCreated && newKey === null && !rules.needsRehearsal && !probesDraft(target, rules);
  const draft = originsBeside
    ? async (fallen: Fallen): Promise<DraftCounts> => countAllCreated(tx, target, { staged, fallen })
    : async (fallen: Fallen): Promise<DraftCounts> => makeDraft(tx, target, { fallen, datasetEmpty: snapshot.records === 0, newKey: newKey?.sql ?? null });
  const counts = await settle(tx, target, { rules, rowRules, newKey, mayRepeatKeys: target.key.length === 0 ? Promise.resolve(false) : mayRepeatKeys, draft });
  await tellRepeated(tx, target, { rules: rowRules, fallen: await countFallen(tx, target), anyRejected: asked.length > 1 });
  if (mayCommit && !originsBeside) await indexDraft(tx, target);
  const hash = await hashDraft(tx, target, { ...counts, allCreated });
  const books = await readBooks(tx, target, { staged, ...counts });
  const fields = mayCommit ? {} : { fields: allCreated ? [] : await countFieldChanges(tx, target) };
  return { ...snapshot, hash, staged, ...counts, allCreated, originsBeside, books, rehearsed: mustRehearse, ...fields };
});

/** Two attempts at once would make the same tables. The later one is tried again, with a snapshot that sees what the earlier one did. */
const expectToBeAlone = async (tx: Queryable, { epoch }: LoadTarget): Promise<void> => {
  const { rows: [row] } = await tx.query<{ alone: boolean }>('select pg_try_advisory_xact_lock(hashtextextended($1, 0)) as alone', [epoch.jobId]);
  if (row?.alone !== true) throw new WaybillError('DATABASE_UNAVAILABLE', 'Another attempt drafts this job at the moment.');
};

/** In this very transaction: a crash after an earlier look would empty the staging, and every row of the file would count as unchanged. */
const expectWholeStaging = async (tx: Queryable, { epoch }: LoadTarget): Promise<void> => {
  const missing = await missingChunks(tx, epoch);
  if (missing.length > 0) throw new WaybillError('STAGING_LOST', 'Chunks are not staged any more.', { chunks: missing.length });
};

interface Basis {
  readonly rules: TableRules;
  readonly rowRules: RowRules;
  readonly newKey: (NewKey & { readonly sql: string }) | null;
  readonly mayRepeatKeys: Promise<boolean>;
  readonly draft: (fallen: Fallen) => Promise<DraftCounts>;
}

const countAllCreated = async (tx: Queryable, target: LoadTarget, { staged, fallen }: { readonly staged: number; readonly fallen: Fallen }): Promise<DraftCounts> => {
  // Of an attempt whose rows had to be looked at together.
  await dropDraft(tx, target);
  return { created: staged - fallen.duplicates - fallen.refused, updated: 0 };
};

/**
 * A refused winner gives its place to an earlier row of the same key, so duplicates and draft are settled until nothing more falls.
 * Most files repeat no key, so the first draft is made while that is still being found out (10 M rows: 5 s), and again when they do.
 */
const settle = async (tx: Queryable, target: LoadTarget, { rules, rowRules, newKey, mayRepeatKeys, draft }: Basis): Promise<DraftCounts> => {
  const repeats = async (): Promise<boolean> => await mayRepeatKeys && hasRepeatedKey(tx, target);
  let repeated = await isSettled(mayRepeatKeys) ? await repeats() : null;
  for (;;) {
    await tx.query('delete from waybill.duplicates where job_id = $1 and round = $2 and plan_epoch = $3',
      [target.epoch.jobId, target.epoch.round, target.epoch.planEpoch]);
    if (repeated === true) await findDuplicates(tx, target, await countFallen(tx, target));
    const counts = await draft(await countFallen(tx, target));
    if (repeated === null) {
      repeated = await repeats();
      if (repeated) continue;
    }
    if (await probeUniqueRules(tx, target, rules) > 0) continue;
    if (await probeUniqueness(tx, target, { rules: rowRules, fallen: await countFallen(tx, target) }) > 0) continue;
    if (rules.needsRehearsal && await rehearse(tx, target, { newKey, ...counts }) > 0) continue;
    return counts;
  }
};

const pending = Symbol('pending');
const isSettled = async (promise: Promise<unknown>): Promise<boolean> => await Promise.race([promise, Promise.resolve(pending)]) !== pending;

/** With a chosen key that no unique index guards, two records could answer to one row. */
const expectUniqueKey = async (tx: Queryable, target: LoadTarget, snapshot: DatasetSnapshot): Promise<void> => {
  if (target.key.length === 0 || snapshot.records === 0) return;
  const keys = target.key.map(quoteIdentifier).join(', ');
  const guarded = await tx.query(
    `select 1 from pg_index i where i.indrelid = $1::regclass and i.indisunique and i.indisvalid and i.indexprs is null and i.indpred is null
       and (select array_agg(a.attname::text) from pg_attribute a where a.attrelid = i.indrelid and a.attnum = any (i.indkey::smallint[])) <@ $2::text[] limit 1`,
    [tableOf(target), target.key]);
  if (guarded.rowCount !== 0) return;
  const twice = await tx.query(`select 1 from ${tableOf(target)} where (${keys}) is not null group by ${keys} having count(*) > 1 limit 1`);
  if (twice.rowCount !== 0)
    throw new WaybillError('DATASET_KEY_NOT_UNIQUE', 'Several records of the dataset have the same key.', { fields: target.key });
};

/** Rows that no rule can refuse any more are asked all the same: each of their reasons counts (promise 6). */
const probedRows = async (tx: Queryable, target: LoadTarget): Promise<readonly ProbedRows[]> => {
  const rejected = rejectedRows(target);
  const { rowCount } = await tx.query(`select 1 from ${rejected.table} limit 1`);
  return rowCount === 0 ? [stagedRows(target)] : [stagedRows(target), rejected];
};

const probeMode = async (tx: Queryable, target: LoadTarget, { snapshot, rows }: { readonly snapshot: DatasetSnapshot; readonly rows: ProbedRows }): Promise<void> => {
  const known = `select 1 from ${tableOf(target)} d where ${keyJoin(target)}`;
  const staged = `select t.row_no from ${rows.table} t where ${rows.areSound(keyColumns(target))} and`;
  const field = keyColumns(target).length === 1 ? (target.key[0] ?? null) : null;
  switch (target.mode) {
    case 'insert':
      if (snapshot.records > 0) await refuseRows(tx, target, { code: 'KEY_EXISTS', field, rows: `${staged} exists (${known})` });
      return;
    case 'update':
      await refuseRows(tx, target, { code: 'KEY_NOT_FOUND', field, rows: `${staged} not exists (${known})` });
      return;
    case 'upsert': case 'append':
      return;
  }
};
