/**
 * Promise 2, by the steps themselves: attempts of one step that run at once, and attempts that go on after their work was given to another
 * and the job has moved on. No engine: it is what would keep them apart.
 */
import { createHash, generateKeyPairSync, randomUUID } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ActivityDeps } from '../../activities/activity-deps.ts';
import { createCloseJob } from '../../activities/close-job.ts';
import { createCommitJob } from '../../activities/commit-job.ts';
import { createDetectSource } from '../../activities/detect-source.ts';
import { createEndJob } from '../../activities/end-job.ts';
import { createPlanImport } from '../../activities/plan-import.ts';
import { createReconcileJob } from '../../activities/reconcile-job.ts';
import { localOperator } from '../../contracts/actor.ts';
import type { Books } from '../../contracts/books.ts';
import { datasetDefinitionSchema } from '../../contracts/dataset-definition.ts';
import { importRequestSchema } from '../../contracts/import-request.ts';
import { signingKeyOf } from '../../core/receipt/signing-key.ts';
import type { ChunkKey } from '../../db/chunk-key.ts';
import type { ChunkTotals } from '../../db/chunk-transaction.ts';
import { createPool, inTransaction } from '../../db/connection.ts';
import { createDatasetTable } from '../../db/dataset-table.ts';
import { acquireWriter } from '../../db/dataset-writers.ts';
import { registerDataset } from '../../db/datasets.ts';
import { insertJob } from '../../db/insert-job.ts';
import { moveJob } from '../../db/move-job.ts';
import { registerSourceFile } from '../../db/source-files.ts';
import { openLocalStorage } from '../../storage/local/local-storage.ts';
import { archiveKey, spoolKey } from '../../storage/storage-keys.ts';
import { versionOf } from '../../storage/storage.ts';
import { checkoutFolder } from '../../temporal-config/checkout-folder.ts';
import { ThreadPool } from '../../worker/thread-pool.ts';
import { buildBundles } from '../support/build-bundles.ts';
import { createTestDatabase } from '../support/database.ts';
import type { TestDatabase } from '../support/database.ts';
import { untilTrue } from '../support/operator.ts';
import { makeTestFolder } from '../support/postgres-server.ts';

let database: TestDatabase;
let folder: string;
let sql: pg.Pool;
let mine: ActivityDeps;
let theirs: ActivityDeps;
const threads: ThreadPool[] = [];

/** A worker's means, as worker/main.ts composes them. */
const workerDeps = async (): Promise<ActivityDeps> => {
  const archiveFolder = join(folder, 'archive');
  const pool = createPool({ url: database.runtimeUrl, max: 4, applicationName: 'waybill-worker' });
  const own = new ThreadPool(new URL(`file://${checkoutFolder}/dist/stage-thread.mjs`), { databaseUrl: database.runtimeUrl, archiveFolder }, 1);
  threads.push(own);
  return {
    pool, storage: await openLocalStorage(archiveFolder), receiptsFolder: join(folder, 'receipts'), chunkBytes: 64 * 1024, engineVersion: 'test',
    signingKey: signingKeyOf(generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' }) as string),
    stageOnThread: async (key, signal) => await own.run({ kind: 'stage', key }, signal) as ChunkTotals,
    writePartOnThread: () => Promise.reject(new TypeError('no export here')),
    hashOnThread: async (storageKey, signal) => await own.run({ kind: 'hash', storageKey }, signal) as string,
  };
};

beforeAll(async () => {
  await buildBundles();
  database = await createTestDatabase();
  folder = await makeTestFolder('zombies');
  sql = new pg.Pool({ connectionString: database.adminUrl, max: 4 });
  sql.on('error', () => undefined);
  [mine, theirs] = [await workerDeps(), await workerDeps()];
});
afterAll(async () => {
  await Promise.all(threads.map((pool) => pool.close()));
  await Promise.all([mine.pool.end(), theirs.pool.end(), sql.end()]);
  await database.drop();
  await rm(folder, { recursive: true, force: true });
});

const rows = 5_000;
const text = `id,name\n${Array.from({ length: rows }, (_, index) => `${index},name of ${index} is long enough to fill some chunks\n`).join('')}one too many\nnone,of them a number\n`;
const expected = { read: rows + 2, created: rows, quarantined: 2 };
const never = new AbortController().signal;

interface Planned { readonly jobId: string; readonly dataset: string; readonly key: (chunkNo: number) => ChunkKey; readonly chunkCount: number; readonly datasetId: number }

/** A job whose staging has begun. */
const plannedJob = async (dataset: string): Promise<Planned> => {
  const sha256 = createHash('sha256').update(text).digest('hex');
  const stored = await mine.storage.write(archiveKey(sha256), [Buffer.from(text)]);
  await registerSourceFile(mine.pool, { actor: localOperator, sha256, bytes: text.length, storageKey: archiveKey(sha256), storedVersion: versionOf(stored) });
  const definition = datasetDefinitionSchema.parse({ name: dataset, fields: [{ name: 'id', type: 'integer', required: true, key: true }, { name: 'name', type: 'text' }] });
  const { datasetId, version } = await inTransaction(mine.pool, async (tx) => registerDataset(tx, { actor: localOperator, ...await createDatasetTable(tx, definition) }));
  const jobId = randomUUID();
  await insertJob(mine.pool, {
    jobId, actor: localOperator, request: importRequestSchema.parse({ sha256, fileName: 'zombie.csv', dataset }), idempotencyKey: jobId, datasetId, datasetVersion: version,
  });
  await createDetectSource(mine)({ jobId }, never);
  const { chunkCount, round, planEpoch } = await createPlanImport(mine)({ jobId }, never);
  return { jobId, dataset, chunkCount, datasetId, key: (chunkNo) => ({ jobId, round, planEpoch, chunkNo }) };
};

const stage = (deps: ActivityDeps, key: ChunkKey): Promise<ChunkTotals> => deps.stageOnThread(key, never);
const stageAll = async (job: Planned, from = 0): Promise<void> => { for (let chunkNo = from; chunkNo < job.chunkCount; chunkNo += 1) await stage(mine, job.key(chunkNo)); };
const reconcile = (deps: ActivityDeps, { key }: Planned) => createReconcileJob(deps)(key(0));
const commit = (deps: ActivityDeps, { jobId }: Planned) => createCommitJob(deps)({ jobId });
const codeOf = (work: Promise<unknown>): Promise<unknown> => work.then(() => 'done', (error: unknown) => (error as { code?: unknown }).code);

const finish = async (job: Planned): Promise<void> => {
  expect(await reconcile(mine, job)).toMatchObject({ kind: 'drafted', books: expected });
  const result = await commit(mine, job);
  expect(result).toMatchObject({ kind: 'committed', books: expected });
  await createCloseJob(mine)({ jobId: job.jobId, books: (result as { books: Books }).books });
};

/** Each row once, each finding once, nothing left. */
const expectWhole = async ({ jobId, dataset, chunkCount }: Planned): Promise<void> => {
  const { rows: [found] } = await sql.query<Record<string, unknown>>(
    `select (select count(*)::int from registry.${dataset}) as records, (select count(*)::int from waybill.issues where job_id = $1) as issues,
       (select count(*)::int from waybill.quarantine where job_id = $1) as quarantined, (select count(*)::int from waybill.chunk_ledger where job_id = $1) as ledger,
       (select count(*)::int from waybill.commits where job_id = $1) as commits, (select count(*)::int from waybill.staged_chunks where job_id = $1) as staged,
       (select count(*)::int from waybill.dataset_writers where job_id = $1) as writers, (select state from waybill.jobs where job_id = $1) as state,
       (select books->>'created' from waybill.jobs where job_id = $1) as created,
       (select count(*)::int from pg_class where relnamespace = 'waybill_staging'::regnamespace and relname like '%' || replace($1::text, '-', '') || '%') as tables`, [jobId]);
  expect(found).toEqual({
    records: rows, issues: 2, quarantined: 2, ledger: chunkCount, commits: 1, staged: 0, writers: 0, tables: 0, state: 'completed_with_rejects', created: String(rows),
  });
};

/** Holds every statement that writes to `table` until it is let go. */
const hold = async (table: string): Promise<() => Promise<void>> => {
  const holder = await sql.connect();
  await holder.query('begin');
  await holder.query(`lock table ${table} in share row exclusive mode`);
  return async () => { await holder.query('commit'); holder.release(); };
};

const waitingFor = async (table: string): Promise<number> =>
  (await sql.query<{ n: number }>('select count(*)::int as n from pg_locks where relation = to_regclass($1) and not granted', [table])).rows[0]?.n ?? 0;

describe('one chunk executed twice', () => {
  it('at once is staged once: the later attempt waits, and finds the work done', async () => {
    const job = await plannedJob('twice_at_once');
    const first = job.key(0);
    const results = await Promise.all([stage(mine, first), stage(theirs, first)]);
    expect(results[0]).toEqual(results[1]);
    const last = job.key(job.chunkCount - 1);
    await Promise.all([stage(mine, last), stage(theirs, last)]);
    await Promise.all(Array.from({ length: job.chunkCount }, async (_, chunkNo) => Promise.all([stage(mine, job.key(chunkNo)), stage(theirs, job.key(chunkNo))])));
    await finish(job);
    await expectWhole(job);
  });

  it('by a frozen attempt that holds it: its connection is ended, the later attempt stages it, and the frozen one has failed', async () => {
    const job = await plannedJob('twice_frozen');
    const letGo = await hold('waybill.chunk_ledger');
    const frozen = codeOf(stage(mine, job.key(0)));
    await untilTrue('the first attempt stands in its transaction', async () => await waitingFor('waybill.chunk_ledger') === 1);
    const since = Date.now();
    const second = stage(theirs, job.key(0));
    expect(await frozen).toBe('DATABASE_UNAVAILABLE');
    expect(Date.now() - since).toBeGreaterThan(4_000);
    await letGo();
    await second;
    await stageAll(job);
    await finish(job);
    await expectWhole(job);
  });
});

describe('two attempts that find out how a packed file is written', () => {
  /** A job of a packed file, received only. */
  const receivedJob = async (dataset: string): Promise<{ readonly jobId: string; readonly sha256: string }> => {
    const packed = gzipSync(text);
    const sha256 = createHash('sha256').update(packed).digest('hex');
    const stored = await mine.storage.write(archiveKey(sha256), [packed]);
    await registerSourceFile(mine.pool, { actor: localOperator, sha256, bytes: packed.length, storageKey: archiveKey(sha256), storedVersion: versionOf(stored) });
    const definition = datasetDefinitionSchema.parse({ name: dataset, fields: [{ name: 'id', type: 'integer', required: true, key: true }, { name: 'name', type: 'text' }] });
    const { datasetId, version } = await inTransaction(mine.pool, async (tx) => registerDataset(tx, { actor: localOperator, ...await createDatasetTable(tx, definition) }));
    const jobId = randomUUID();
    const request = importRequestSchema.parse({ sha256, fileName: 'zombie.csv.gz', dataset });
    await insertJob(mine.pool, { jobId, actor: localOperator, request, idempotencyKey: jobId, datasetId, datasetVersion: version });
    return { jobId, sha256 };
  };

  /** Stands still as soon as it has written its spool, until it is let go. */
  const frozenDeps = (): { readonly deps: ActivityDeps; readonly written: Promise<void>; readonly letGo: () => void } => {
    let letGo = (): void => undefined, tellWritten = (): void => undefined;
    const held = new Promise<void>((resolve) => { letGo = resolve; });
    const written = new Promise<void>((resolve) => { tellWritten = resolve; });
    const storage = new Proxy(theirs.storage, {
      get: (target, name) => {
        if (name === 'write') return async (...write: Parameters<typeof target.write>) => { const stored = await target.write(...write); tellWritten(); await held; return stored; };
        const value: unknown = Reflect.get(target, name);
        return typeof value === 'function' ? value.bind(target) as unknown : value;
      },
    });
    return { deps: { ...theirs, storage }, written, letGo };
  };

  const spoolsOf = async (jobId: string): Promise<readonly string[]> => {
    const keys: string[] = [];
    for await (const { key } of mine.storage.list(spoolKey(jobId))) keys.push(key);
    return keys;
  };
  const notedSpool = async (jobId: string): Promise<unknown> =>
    (await sql.query<{ spool: unknown }>(`select detection->>'spool' as spool from waybill.jobs where job_id = $1`, [jobId])).rows[0]?.spool;

  it('have a spool each: the first one’s is the job’s, and the late one removes its own', async () => {
    const { jobId } = await receivedJob('two_spools');
    const { deps, written, letGo } = frozenDeps();
    const zombie = createDetectSource(deps)({ jobId }, never);
    await written;
    await createDetectSource(mine)({ jobId }, never);
    expect(await spoolsOf(jobId)).toHaveLength(2);
    const spool = await notedSpool(jobId);
    letGo();
    await zombie;
    expect(await notedSpool(jobId)).toBe(spool);
    expect(await spoolsOf(jobId)).toEqual([spool]);
    // An attempt whose answer was lost has nothing more to do.
    await createDetectSource(theirs)({ jobId }, never);
    expect(await spoolsOf(jobId)).toEqual([spool]);
  });

  it('keep apart while the job is read and after it was closed: nothing of the late one stays', async () => {
    const { jobId } = await receivedJob('late_spool');
    const { deps, written, letGo } = frozenDeps();
    const zombie = createDetectSource(deps)({ jobId }, never);
    await written;
    await createDetectSource(mine)({ jobId }, never);
    const { chunkCount, round, planEpoch } = await createPlanImport(mine)({ jobId }, never);
    const job: Planned = { jobId, dataset: 'late_spool', chunkCount, datasetId: 0, key: (chunkNo) => ({ jobId, round, planEpoch, chunkNo }) };
    await stage(mine, job.key(0));
    const spool = await notedSpool(jobId);
    letGo();
    await zombie;
    expect(await spoolsOf(jobId)).toEqual([spool]);
    await stageAll(job, 1);
    await finish(job);
    await expectWhole(job);
    expect(await spoolsOf(jobId)).toEqual([]);
  });

  it('of which one is overtaken by the end of the job leave nothing', async () => {
    const { jobId } = await receivedJob('ended_spool');
    const { deps, written, letGo } = frozenDeps();
    const zombie = createDetectSource(deps)({ jobId }, never);
    await written;
    await createEndJob(mine)({ jobId, state: 'cancelled', code: 'CANCELLED', place: {} });
    letGo();
    await zombie.catch(() => undefined);
    expect(await spoolsOf(jobId)).toEqual([]);
    expect(await notedSpool(jobId)).toBeNull();
  });
});

describe('an attempt that goes on after the job has moved on', () => {
  it('of a chunk of an epoch that was given up is refused as CHUNK_STALE, and leaves nothing', async () => {
    const job = await plannedJob('old_epoch');
    const letGo = await hold('waybill.chunk_ledger');
    const zombie = codeOf(stage(theirs, job.key(0)));
    await untilTrue('the zombie stands in its transaction', async () => await waitingFor('waybill.chunk_ledger') === 1);
    await sql.query('update waybill.jobs set plan_epoch = 2 where job_id = $1', [job.jobId]);
    await letGo();
    expect(await zombie).toBe('CHUNK_STALE');
    await sql.query('update waybill.jobs set plan_epoch = 1 where job_id = $1', [job.jobId]);
    expect((await sql.query('select 1 from waybill.staged_chunks where job_id = $1', [job.jobId])).rowCount).toBe(0);
    await stageAll(job);
    await finish(job);
    await expectWhole(job);
  });

  it('of a chunk of a job that is drafted, committed or closed is refused as CHUNK_STALE, and changes nothing', async () => {
    const job = await plannedJob('too_late_chunk');
    await stageAll(job);
    await reconcile(mine, job);
    expect(await codeOf(stage(theirs, job.key(1)))).toBe('CHUNK_STALE');
    const { books } = await commit(mine, job) as { books: Books };
    expect(await codeOf(stage(theirs, job.key(1)))).toBe('CHUNK_STALE');
    await createCloseJob(mine)({ jobId: job.jobId, books });
    expect(await codeOf(stage(theirs, job.key(1)))).toBe('CHUNK_STALE');
    await expectWhole(job);
  });

  it('of a draft neither changes the books of a committed job nor leaves tables', async () => {
    const job = await plannedJob('late_draft');
    await stageAll(job);
    await reconcile(mine, job);
    const { books } = await commit(mine, job) as { books: Books };
    expect(await codeOf(reconcile(theirs, job))).toBe('JOB_STATE');
    await createCloseJob(mine)({ jobId: job.jobId, books });
    // Its staging is gone: it finds nothing to draft, and nobody hears its answer.
    expect(await reconcile(theirs, job)).toMatchObject({ kind: 'missing' });
    await expectWhole(job);
  });

  it('of a commit finds the commit, and changes nothing; so does one of the close', async () => {
    const job = await plannedJob('late_commit');
    await stageAll(job);
    await reconcile(mine, job);
    const both = await Promise.all([commit(mine, job), commit(theirs, job)]);
    expect(both[0]).toEqual(both[1]);
    expect(await commit(theirs, job)).toEqual(both[0]);
    const { books } = both[0] as { books: Books };
    const ends = await Promise.all([createCloseJob(mine)({ jobId: job.jobId, books }), createCloseJob(theirs)({ jobId: job.jobId, books })]);
    expect(ends[0]).toEqual(ends[1]);
    await expectWhole(job);
    const receipts = await sql.query('select 1 from waybill.receipts where job_id = $1', [job.jobId]);
    expect(receipts.rowCount).toBe(1);
  });
});

describe('two drafts of one job at once', () => {
  it('take turns: the later one is told to try again, and then both say the same', async () => {
    const job = await plannedJob('two_drafts');
    await stageAll(job);
    const letGo = await hold('waybill.duplicates');
    const first = reconcile(mine, job);
    await untilTrue('the first draft stands in its transaction', async () => await waitingFor('waybill.duplicates') === 1);
    expect(await codeOf(reconcile(theirs, job))).toBe('DATABASE_UNAVAILABLE');
    await letGo();
    expect(await first).toEqual(await reconcile(theirs, job));
    await finish(job);
    await expectWhole(job);
  });
});

describe('the end of a job', () => {
  it('is cleaned again when the worker died between the end and the cleaning', async () => {
    const job = await plannedJob('half_ended');
    await stageAll(job);
    await reconcile(mine, job);
    await moveJob(mine.pool, { jobId: job.jobId, from: ['reconciling'], to: 'cancelled' });
    expect(await createEndJob(theirs)({ jobId: job.jobId, state: 'cancelled', code: 'CANCELLED', place: {} })).toMatchObject({ state: 'cancelled' });
    const left = await sql.query(
      `select 1 from pg_class where relnamespace = 'waybill_staging'::regnamespace and relname like '%' || $1 || '%'
       union all select 1 from waybill.staged_chunks where job_id = $2 union all select 1 from waybill.dataset_writers where job_id = $2`, [job.jobId.replaceAll('-', ''), job.jobId]);
    expect(left.rowCount).toBe(0);
  });

  it('takes its staging from an attempt that froze, and gives the dataset to no attempt that comes late', async () => {
    const job = await plannedJob('ended_under_a_zombie');
    const letGo = await hold('waybill.chunk_ledger');
    const frozen = codeOf(stage(theirs, job.key(0)));
    await untilTrue('the attempt stands in its transaction', async () => await waitingFor('waybill.chunk_ledger') === 1);
    await createEndJob(mine)({ jobId: job.jobId, state: 'cancelled', code: 'CANCELLED', place: {} });
    await letGo();
    expect(await frozen).not.toBe('done');
    expect(await reconcile(theirs, job)).toMatchObject({ kind: 'missing' });
    expect(await codeOf(acquireWriter(theirs.pool, { datasetId: job.datasetId, jobId: job.jobId }))).not.toBe('done');
    const left = await sql.query(
      `select relname as name from pg_class where relnamespace = 'waybill_staging'::regnamespace and relname like '%' || $1 || '%'
       union all select 'mark' from waybill.staged_chunks where job_id = $2 union all select 'writer' from waybill.dataset_writers where job_id = $2`, [job.jobId.replaceAll('-', ''), job.jobId]);
    expect(left.rows).toEqual([]);
  });
});
