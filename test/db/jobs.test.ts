import { randomUUID } from 'node:crypto';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { localOperator, type Actor } from '../../contracts/actor.ts';
import { emptyBooks } from '../../contracts/books.ts';
import { progressChannel } from '../../contracts/ids.ts';
import type { JobState } from '../../contracts/job-states.ts';
import { readAudit } from '../../db/audit.ts';
import { insertChunks, listChunks, missingChunks, readChunk } from '../../db/chunks.ts';
import { createPool, type Pool } from '../../db/connection.ts';
import { acquireWriter, releaseWriter } from '../../db/dataset-writers.ts';
import { findJob, findJobForWorker } from '../../db/find-job.ts';
import { insertJob } from '../../db/insert-job.ts';
import { readWishes, wishCancel, wishPause, wishResume } from '../../db/job-wishes.ts';
import { ledgerTotals } from '../../db/ledger-counts.ts';
import { readLedgerProgress } from '../../db/ledger-progress.ts';
import { jobsWithoutWorkflow, listJobs } from '../../db/list-jobs.ts';
import { moveJob, noteJob } from '../../db/move-job.ts';
import { findCommittedTwin } from '../../db/same-file.ts';
import { findSourceFile, registerSourceFile } from '../../db/source-files.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';
import { makeDataset, makeJob, someRequest, someSha256 } from '../support/registry-fixture.ts';

let database: TestDatabase;
let pool: Pool;
beforeAll(async () => {
  database = await createTestDatabase();
  pool = createPool({ url: database.runtimeUrl, max: 6, applicationName: 'test' });
});
afterAll(async () => {
  await pool.end();
  await database.drop();
});

const stranger: Actor = { ...localOperator, id: 'stranger', org: 'elsewhere' };
const move = async (jobId: string, ...states: readonly JobState[]): Promise<void> => {
  for (const to of states) {
    const job = await findJobForWorker(pool, jobId);
    if (job !== null) expect(await moveJob(pool, { jobId, from: [job.state], to })).toBe(true);
  }
};
/** Payloads notified while `work` ran. */
const heardDuring = async (work: () => Promise<unknown>): Promise<readonly string[]> => {
  const listener = new pg.Client({ connectionString: database.runtimeUrl });
  await listener.connect();
  const heard: string[] = [];
  listener.on('notification', ({ payload = '' }) => heard.push(payload));
  await listener.query(`listen ${progressChannel}`);
  await work();
  await listener.query('select 1');
  await listener.end();
  return heard;
};

describe('insertJob', () => {
  it('returns the earlier job for the same idempotency key, also when both come at once', async () => {
    const { datasetId, version: datasetVersion } = await makeDataset(pool);
    const input = { actor: localOperator, request: someRequest(), idempotencyKey: 'once', datasetId, datasetVersion };
    const results = await Promise.all(Array.from({ length: 5 }, () => insertJob(pool, { ...input, jobId: randomUUID() })));
    expect(new Set(results.map(({ jobId }) => jobId)).size).toBe(1);
    expect(results.filter(({ created }) => created)).toHaveLength(1);
    const events = (await readAudit(pool, { org: 'default', afterSeq: 0, limit: 1000 })).filter(({ jobId }) => jobId === results[0]?.jobId);
    expect(events).toHaveLength(1);
  });

  it('refuses another request under the same key', async () => {
    const { datasetId, version: datasetVersion } = await makeDataset(pool);
    const input = { actor: localOperator, idempotencyKey: 'twice', datasetId, datasetVersion };
    await insertJob(pool, { ...input, jobId: randomUUID(), request: someRequest() });
    await expect(insertJob(pool, { ...input, jobId: randomUUID(), request: someRequest({ dryRun: true }) })).rejects.toMatchObject({ code: 'REQUEST_INVALID' });
  });

  it('keeps what was asked as it was asked, visible to its own organisation only', async () => {
    const jobId = await makeJob(pool, { partner: 'acme' });
    expect(await findJob(pool, { org: 'default', jobId })).toMatchObject({
      jobId, state: 'received', round: 1, planEpoch: 1, partner: 'acme', owner: 'local-operator', dataset: 'incidents', sourceSha256: someSha256,
      request: someRequest({ partner: 'acme' }), pauseWanted: false, startedAt: null });
    expect(await findJob(pool, { org: 'elsewhere', jobId })).toBeNull();
  });
});

describe('moveJob', () => {
  it('moves once, from an expected state, with its notes, and tells the onlookers', async () => {
    const jobId = await makeJob(pool);
    const heard = await heardDuring(async () => {
      expect(await moveJob(pool, { jobId, from: ['received'], to: 'detecting' })).toBe(true);
      expect(await moveJob(pool, { jobId, from: ['received'], to: 'detecting' })).toBe(false);
      await noteJob(pool, { jobId, patch: { rowsTotal: 5_000_000_000, errorPlace: { line: 3 }, books: { ...emptyBooks, read: 1, created: 1 } } });
    });
    expect(heard).toEqual([jobId, jobId]);
    const job = await findJobForWorker(pool, jobId);
    expect(job).toMatchObject({ state: 'detecting', rowsTotal: 5_000_000_000, errorPlace: { line: 3 }, books: { created: 1 }, finishedAt: null });
    expect(job?.startedAt).toBeInstanceOf(Date);
  });

  it('knows no way that the table of states does not know', async () => {
    const jobId = await makeJob(pool);
    await expect(moveJob(pool, { jobId, from: ['received'], to: 'completed' })).rejects.toMatchObject({ code: 'INTERNAL' });
    expect((await findJobForWorker(pool, jobId))?.state).toBe('received');
  });

  it('says when a job ended, and keeps that time when it is undone later', async () => {
    const jobId = await makeJob(pool);
    await move(jobId, 'detecting', 'planning', 'staging', 'reconciling', 'committing', 'closing', 'completed');
    const ended = (await findJobForWorker(pool, jobId))?.finishedAt;
    expect(ended).toBeInstanceOf(Date);
    await move(jobId, 'undone');
    expect((await findJobForWorker(pool, jobId))?.finishedAt).toEqual(ended);
  });
});

describe('wishes', () => {
  it('are counted once however often they are said, audited and told', async () => {
    const jobId = await makeJob(pool);
    const heard = await heardDuring(async () => {
      expect(await wishPause(pool, { jobId, actor: localOperator })).toEqual({ state: 'received', wishNo: 1, changed: true });
      expect(await wishPause(pool, { jobId, actor: localOperator })).toEqual({ state: 'received', wishNo: 1, changed: false });
      expect(await wishResume(pool, { jobId, actor: localOperator })).toEqual({ state: 'received', wishNo: 2, changed: true });
      expect(await wishCancel(pool, { jobId, actor: localOperator, reason: 'typed by a person' })).toMatchObject({ changed: true });
    });
    expect(heard).toEqual([jobId, jobId, jobId]);
    expect(await readWishes(pool, jobId)).toEqual({ state: 'received', pauseWanted: false, cancelWanted: true, wishNo: 2, answeredNo: null });
    const events = (await readAudit(pool, { org: 'default', afterSeq: 0, limit: 1000 })).filter((event) => event.jobId === jobId);
    expect(events.map(({ action }) => action)).toEqual(['import.requested', 'job.pause_wanted', 'job.resume_wanted', 'job.cancel_wanted']);
    expect(events.map(({ body }) => body).join('')).not.toContain('typed by a person');
    expect((await findJobForWorker(pool, jobId))?.cancelReason).toBe('typed by a person');
  });

  it('are refused for a job that has ended, that is being cancelled, or of another organisation', async () => {
    const ended = await makeJob(pool);
    await move(ended, 'refused');
    await expect(wishPause(pool, { jobId: ended, actor: localOperator })).rejects.toMatchObject({ code: 'JOB_STATE' });
    const cancelled = await makeJob(pool);
    await wishCancel(pool, { jobId: cancelled, actor: localOperator });
    await expect(wishPause(pool, { jobId: cancelled, actor: localOperator })).rejects.toMatchObject({ code: 'JOB_STATE' });
    await expect(wishCancel(pool, { jobId: cancelled, actor: stranger })).rejects.toMatchObject({ code: 'JOB_UNKNOWN' });
  });
});

describe('listJobs', () => {
  it('pages from the newest without a gap, filtered by state and dataset', async () => {
    const jobIds: string[] = [];
    for (let n = 0; n < 7; n += 1) jobIds.push(await makeJob(pool, { dataset: 'paged' }));
    await move(jobIds[3] ?? '', 'detecting');
    const seen: string[] = [];
    for (let before: number | null | undefined; before !== null;) {
      const page = await listJobs(pool, { org: 'default', dataset: 'paged', limit: 3, ...(before === undefined ? {} : { before }) });
      seen.push(...page.jobs.map(({ jobId }) => jobId));
      before = page.next;
    }
    expect(seen).toEqual([...jobIds].reverse());
    expect((await listJobs(pool, { org: 'default', dataset: 'paged', states: ['detecting'], limit: 200 })).jobs.map(({ jobId }) => jobId)).toEqual([jobIds[3]]);
    expect((await listJobs(pool, { org: 'elsewhere', limit: 200 })).jobs).toEqual([]);
  });

  it('finds jobs whose workflow never started', async () => {
    const lost = await makeJob(pool);
    const started = await makeJob(pool);
    await move(started, 'detecting');
    const found = (await jobsWithoutWorkflow(pool, { olderThanMs: 0 })).map(({ jobId }) => jobId);
    expect(found).toContain(lost);
    expect(found).not.toContain(started);
    expect(await jobsWithoutWorkflow(pool, { olderThanMs: 3_600_000 })).toEqual([]);
  });
});

describe('chunks and ledger', () => {
  const chunk = (chunkNo: number) => ({ chunkNo, byteStart: chunkNo * 10, byteEnd: chunkNo * 10 + 10, firstRow: chunkNo * 5 + 1, firstLine: chunkNo * 6 + 2, rows: 5 });

  it('tell which chunks are missing, what was counted, and the progress without a worker', async () => {
    const jobId = await makeJob(pool);
    const epoch = { jobId, round: 1, planEpoch: 1 };
    await move(jobId, 'detecting', 'planning', 'staging');
    const chunks = [0, 1, 2, 3].map(chunk);
    await insertChunks(pool, { ...epoch, chunks });
    await insertChunks(pool, { ...epoch, chunks });
    expect((await listChunks(pool, { ...epoch, fromChunkNo: 1, toChunkNo: 3 })).map(({ chunkNo }) => chunkNo)).toEqual([1, 2]);
    expect(await readChunk(pool, { ...epoch, chunkNo: 2 })).toEqual({ chunkNo: 2, byteStart: 20, byteEnd: 30, firstRow: 11, firstLine: 14, rowCount: 5 });
    for (const chunkNo of [1, 3]) {
      await pool.query('insert into waybill.staged_chunks values ($1, 1, 1, $2)', [jobId, chunkNo]);
      await pool.query(`insert into waybill.chunk_ledger (job_id, round, plan_epoch, chunk_no, rows_read, rows_staged, rows_quarantined, rows_unreadable, issue_count, evidence)
        values ($1, 1, 1, $2, 5, 3, 1, 1, 2, $3)`, [jobId, chunkNo, JSON.stringify({ dates: { born: { dmy: chunkNo } }, filled: [5, chunkNo] })]);
    }
    expect(await missingChunks(pool, epoch)).toEqual([0, 2]);
    expect(await ledgerTotals(pool, epoch)).toMatchObject({ chunksStaged: 2, rowsRead: 10, rowsStaged: 6, evidence: { dates: { born: { dmy: 4 } }, filled: [10, 4] } });
    await noteJob(pool, { jobId, patch: { chunksPlanned: 4, rowsTotal: 20 } });
    expect(await readLedgerProgress(pool, { org: 'default', jobId })).toMatchObject({
      jobId, state: 'staging', paused: false, chunksPlanned: 4, chunksStaged: 2, rowsRead: 10, rowsTotal: 20, rowsRejected: 4, issueCount: 4, books: null });
    expect(await readLedgerProgress(pool, { org: 'elsewhere', jobId })).toBeNull();
  });
});

describe('the writer of a dataset', () => {
  it('is one job; another says whom it waits for, is told when it may, and takes over from a job that has ended', async () => {
    const { datasetId } = await makeDataset(pool, 'written');
    const [first, second, third] = [await makeJob(pool, { dataset: 'written' }), await makeJob(pool, { dataset: 'written' }), await makeJob(pool, { dataset: 'written' })];
    expect(await acquireWriter(pool, { datasetId, jobId: first })).toEqual({ acquired: true });
    expect(await acquireWriter(pool, { datasetId, jobId: first })).toEqual({ acquired: true });
    expect(await acquireWriter(pool, { datasetId, jobId: second })).toEqual({ acquired: false, holder: first });
    expect((await readLedgerProgress(pool, { org: 'default', jobId: second }))?.waitsFor).toBe(first);
    expect(await heardDuring(() => releaseWriter(pool, { datasetId, jobId: first }))).toEqual([second]);
    expect(await acquireWriter(pool, { datasetId, jobId: second })).toEqual({ acquired: true });
    expect((await findJobForWorker(pool, second))?.waitsFor).toBeNull();
    await releaseWriter(pool, { datasetId, jobId: first });
    expect(await acquireWriter(pool, { datasetId, jobId: third })).toEqual({ acquired: false, holder: second });
    await move(second, 'failed');
    expect(await acquireWriter(pool, { datasetId, jobId: third })).toEqual({ acquired: true });
  });

  it('is given to one of many that ask at once', async () => {
    const { datasetId } = await makeDataset(pool, 'wanted');
    const jobIds = await Promise.all(Array.from({ length: 6 }, () => makeJob(pool, { dataset: 'wanted' })));
    const results = await Promise.all(jobIds.map((jobId) => acquireWriter(pool, { datasetId, jobId })));
    expect(results.filter(({ acquired }) => acquired)).toHaveLength(1);
  });
});

describe('the same file', () => {
  it('is a twin only when it was committed with the same plan by another job and not undone', async () => {
    const { datasetId } = await makeDataset(pool, 'twins');
    const planHash = 'c'.repeat(64);
    await pool.query(`insert into waybill.plans (plan_hash, document) values ($1, '{}')`, [planHash]);
    const [jobId, other] = [await makeJob(pool, { dataset: 'twins' }), await makeJob(pool, { dataset: 'twins' })];
    const ask = { org: 'default', sha256: someSha256, datasetId, planHash, exceptJobId: other };
    await noteJob(pool, { jobId, patch: { planHash } });
    expect(await findCommittedTwin(pool, ask)).toBeNull();
    await noteJob(pool, { jobId, patch: { committedAt: new Date() } });
    expect(await findCommittedTwin(pool, ask)).toBe(jobId);
    expect(await findCommittedTwin(pool, { ...ask, exceptJobId: jobId })).toBeNull();
    await move(jobId, 'detecting', 'planning', 'staging', 'reconciling', 'committing', 'closing', 'completed', 'undone');
    expect(await findCommittedTwin(pool, ask)).toBeNull();
  });

  it('is registered once an organisation', async () => {
    const file = { actor: localOperator, sha256: 'd'.repeat(64), bytes: 6_000_000_000, storageKey: 'sha256/dd', storedVersion: '6000000000 2026-01-01T00:00:00.000Z' };
    expect(await registerSourceFile(pool, file)).toEqual({ created: true });
    expect(await registerSourceFile(pool, { ...file, storageKey: 'other' })).toEqual({ created: false });
    expect(await findSourceFile(pool, { org: 'default', sha256: file.sha256 })).toMatchObject({ bytes: 6_000_000_000, storageKey: 'sha256/dd', storedVersion: '6000000000 2026-01-01T00:00:00.000Z' });
    expect(await findSourceFile(pool, { org: 'elsewhere', sha256: file.sha256 })).toBeNull();
  });
});
