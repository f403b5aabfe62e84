/* eslint-disable @typescript-eslint/no-unsafe-member-access, @typescript-eslint/no-unsafe-assignment -- what a test reads is what its own query asked for */
import { randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Client, Connection } from '@temporalio/client';
import { bundleWorkflowCode, DefaultLogger, NativeConnection, Runtime, Worker } from '@temporalio/worker';
import { createClient } from 'graphql-sse';
import pg from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { TemporalImportEngine } from '../../api/engine/import-engine.ts';
import { JobSweeper } from '../../api/job-sweeper.ts';
import { emptyBooks } from '../../contracts/books.ts';
import { errorKinds } from '../../contracts/errors.ts';
import { controlTaskQueue, importWorkflowId } from '../../contracts/ids.ts';
import type { JobProgress } from '../../contracts/progress.ts';
import type { Receipt } from '../../contracts/receipt.ts';
import { verifyReceipt } from '../../core/receipt/receipt-signing.ts';
import { findJobForWorker } from '../../db/find-job.ts';
import { moveJob, noteJob } from '../../db/move-job.ts';
import { applyPeople, createApiBench, startMutation, testToken, uploadText, type ApiBench } from '../support/api-bench.ts';
import { startTestEngine, type TestEngine } from '../support/engine-server.ts';

let engine: TestEngine;
let bench: ApiBench;
let base: string;
let connection: Connection;
let client: Client;
let code: string;
const workers: { readonly worker: Worker; readonly run: Promise<void>; readonly native: NativeConnection }[] = [];

const silent = { log: () => undefined, trace: () => undefined, debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };

Runtime.install({ logger: new DefaultLogger('ERROR') });

beforeAll(async () => {
  const bundled = bundleWorkflowCode({ workflowsPath: fileURLToPath(new URL('../support/probe-workflow.ts', import.meta.url)), logger: silent });
  engine = await startTestEngine();
  bench = await createApiBench({ engine: engine.address });
  await applyPeople(bench);
  base = await bench.open();
  connection = await Connection.connect({ address: engine.address });
  client = new Client({ connection });
  ({ code } = await bundled);
});
afterAll(async () => {
  await stopWorkers();
  await connection.close();
  await bench.close();
  await engine.stop();
});

const startWorker = async (): Promise<void> => {
  const native = await NativeConnection.connect({ address: engine.address });
  // Without the cache a query is answered by whichever worker is up.
  const worker = await Worker.create({ connection: native, taskQueue: controlTaskQueue, workflowBundle: { code }, maxCachedWorkflows: 0 });
  workers.push({ worker, run: worker.run(), native });
};
const stopWorkers = async (): Promise<void> => {
  for (const { worker, run, native } of workers.splice(0)) {
    worker.shutdown();
    await run;
    await native.close();
  }
};

const start = async (key: string = randomUUID()): Promise<string> => {
  const { data } = await bench.ask(startMutation, { key, input: { sha256: await uploadText(bench, 'id,name\n1,Ada\n'), fileName: 'f.csv', dataset: 'people' } });
  return data.startImport.job.id as string;
};
const toStaging = async (jobId: string): Promise<void> => {
  for (const [from, to] of [['received', 'detecting'], ['detecting', 'planning'], ['planning', 'staging']] as const)
    await moveJob(bench.deps.pool, { jobId, from: [from], to });
};
const handle = (jobId: string) => client.workflow.getHandle(importWorkflowId(jobId));
const set = (jobId: string, change: Partial<JobProgress>): Promise<void> => handle(jobId).signal('set', change);

interface Watch { readonly events: JobProgress[]; readonly ended: Promise<void>; readonly leave: () => void }
const watch = (jobId: string, path = '/graphql/stream'): Watch => {
  const sse = createClient({ url: base + path, headers: { authorization: `Bearer ${testToken}` }, retryAttempts: 0 });
  const events: JobProgress[] = [];
  let leave = (): void => undefined;
  const ended = new Promise<void>((resolve) => {
    leave = sse.subscribe<{ jobProgress: JobProgress }>(
      { query: 'subscription ($j: ID!) { jobProgress(jobId: $j) { jobId state paused stalled rowsRead chunksStaged chunksPlanned planEpoch round } }', variables: { j: jobId } },
      { next: ({ data }) => { if (data) events.push(data.jobProgress); }, error: () => { resolve(); }, complete: () => { resolve(); } },
    );
  });
  return { events, ended, leave: () => { leave(); } };
};
const lastOf = ({ events }: Watch): JobProgress | undefined => events.at(-1);

test('a start carries typed search attributes and ids, nothing else', async () => {
  const jobId = await start();
  const { typedSearchAttributes, memo, taskQueue, type } = await handle(jobId).describe();
  expect(Object.fromEntries(typedSearchAttributes.getAll().map(({ key, value }) => [key.name, value])))
    .toMatchObject({ WaybillKind: 'import', WaybillState: 'received', WaybillDataset: 'people', WaybillOrg: 'default' });
  expect([memo ?? {}, taskQueue, type]).toEqual([{}, controlTaskQueue, 'importFile']);
  const history = JSON.stringify(await handle(jobId).fetchHistory());
  expect(history).not.toContain('f.csv');
});

test('the sweeper starts the workflow of a job whose process died between its row and its start, once', async () => {
  const lonely = await createApiBench();
  try {
    await applyPeople(lonely);
    const { data } = await lonely.ask(startMutation, { key: 'k', input: { sha256: await uploadText(lonely, 'id\n1\n'), fileName: 'f', dataset: 'people' } });
    const jobId = data.startImport.job.id as string;
    await expect(handle(jobId).describe()).rejects.toThrow();
    const sweeper = new JobSweeper({ ...lonely.deps, ...lonely.signing, engine: bench.deps.engine }, { everyMs: 50, graceMs: 0, quietMs: 60_000 });
    sweeper.start();
    await expect.poll(() => handle(jobId).describe().then(({ status }) => status.name, () => 'none'), { timeout: 5_000 }).toBe('RUNNING');
    const { runId } = await handle(jobId).describe();
    await sweeper.sweep();
    await sweeper.close();
    expect((await handle(jobId).describe()).runId).toBe(runId);
  } finally { await lonely.close(); }
});

test('a job whose workflow was ended from outside is failed with its code, and its waiting place is free', async () => {
  const jobId = await start();
  await toStaging(jobId);
  await handle(jobId).terminate('test');
  await new JobSweeper({ ...bench.deps, ...bench.signing }, { everyMs: 50, graceMs: 0, quietMs: 0 }).sweep();
  expect(await findJobForWorker(bench.deps.pool, jobId)).toMatchObject({ state: 'failed', errorCode: 'WORKFLOW_LOST' });
  const { data } = await bench.ask('query ($j: ID!) { job(id: $j) { state error { code message remedy retryable } } }', { j: jobId });
  expect(data.job).toMatchObject({ state: 'failed', error: { code: 'WORKFLOW_LOST', message: errorKinds.WORKFLOW_LOST.says, retryable: false } });
});

test.each([null, { ...emptyBooks, read: 1, created: 1 }])('such a job has a receipt like every other that ended: in the database, as a file, signed, with its end in the audit chain (books: %o)', async (books) => {
  const jobId = await start();
  await toStaging(jobId);
  if (books !== null) await noteJob(bench.deps.pool, { jobId, patch: { books } });
  await handle(jobId).terminate('test');
  const sweeper = new JobSweeper({ ...bench.deps, ...bench.signing }, { everyMs: 50, graceMs: 0, quietMs: 0 });
  await sweeper.sweep();
  await sweeper.sweep();
  const { data } = await bench.ask('query ($j: ID!) { job(id: $j) { receipt } audit(first: 1000) { seq hash action jobId } }', { j: jobId });
  const { receipt } = data.job as { readonly receipt: Receipt };
  expect(verifyReceipt(receipt, { trustedKeyId: bench.signing.signingKey.keyId })).toMatchObject({ valid: true, trusted: true });
  expect(receipt.body).toMatchObject({ jobId, state: 'failed', errorCode: 'WORKFLOW_LOST', books, issueCounts: {}, committedAt: null, dataset: 'people' });
  const event = (data.audit as readonly { readonly jobId: string | null; readonly action: string; readonly seq: number; readonly hash: string }[])
    .find((one) => one.jobId === jobId && one.action === 'import.failed');
  expect(receipt.body.auditHead).toEqual({ seq: event?.seq, hash: event?.hash });
  expect(JSON.parse(await readFile(join(bench.signing.receiptsFolder, `${jobId}.json`), 'utf8'))).toEqual(receipt);
  expect((await bench.send(`/jobs/${jobId}/receipt`)).status).toBe(200);
});

test('a job whose workflow the engine refuses to start is failed as ENGINE_REFUSED and has a receipt', async () => {
  const jobId = await start();
  // A name that no namespace can have.
  const refusing = new TemporalImportEngine({ address: engine.address, namespace: 'x'.repeat(2_000) });
  await new JobSweeper({ ...bench.deps, ...bench.signing, engine: refusing }, { everyMs: 50, graceMs: 0, quietMs: 60_000 }).sweep();
  await refusing.close();
  const { data } = await bench.ask('query ($j: ID!) { job(id: $j) { state receipt error { code } } }', { j: jobId });
  expect(data.job).toMatchObject({ state: 'failed', error: { code: 'ENGINE_REFUSED' }, receipt: { body: { state: 'failed', errorCode: 'ENGINE_REFUSED', books: null } } });
});

test('a running job is left alone by the sweeper', async () => {
  const jobId = await start();
  await toStaging(jobId);
  await new JobSweeper({ ...bench.deps, ...bench.signing }, { everyMs: 50, graceMs: 0, quietMs: 0 }).sweep();
  expect((await findJobForWorker(bench.deps.pool, jobId))?.state).toBe('staging');
});

test('a wish without a worker returns within seconds, and the sweeper tells it to the worker that comes back', async () => {
  const jobId = await start();
  await toStaging(jobId);
  const before = Date.now();
  const { data } = await bench.ask('mutation ($j: ID!) { pauseJob(jobId: $j) { answer job { paused } } }', { j: jobId });
  expect(data.pauseJob).toEqual({ answer: 'no_worker', job: { paused: true } });
  expect(Date.now() - before).toBeLessThan(3_500);
  await startWorker();
  const sweeper = new JobSweeper({ ...bench.deps, ...bench.signing }, { everyMs: 100, graceMs: 0, quietMs: 60_000 });
  sweeper.start();
  await expect.poll(() => handle(jobId).query('told'), { timeout: 15_000 }).toHaveLength(1);
  await sweeper.close();
  expect(await bench.ask('mutation ($j: ID!) { resumeJob(jobId: $j) { answer job { paused } } }', { j: jobId }))
    .toMatchObject({ data: { resumeJob: { answer: 'heard', job: { paused: false } } } });
  expect(await bench.ask('mutation ($j: ID!) { cancelJob(jobId: $j, reason: "typed-secret") { answer } }', { j: jobId }))
    .toMatchObject({ data: { cancelJob: { answer: 'heard' } } });
  expect(JSON.stringify(await handle(jobId).fetchHistory())).not.toContain('typed-secret');
});

test.each(['/graphql/stream', '/graphql'])('a job is followed over SSE at %s: a snapshot, changes within half a second of their notification, the end', async (path) => {
  if (workers.length === 0) await startWorker();
  const jobId = await start();
  await toStaging(jobId);
  const seen = watch(jobId, path);
  await expect.poll(() => seen.events.length, { timeout: 5_000 }).toBeGreaterThan(0);
  expect(seen.events[0]).toMatchObject({ jobId, state: 'staging', stalled: false, rowsRead: 0 });
  for (const chunk of [1, 2, 3]) {
    await set(jobId, { chunksStaged: chunk, rowsRead: chunk * 100 });
    const at = Date.now();
    await noteJob(bench.deps.pool, { jobId, patch: { rowsTotal: 400 } });
    await expect.poll(() => lastOf(seen)?.rowsRead, { interval: 10, timeout: 5_000 }).toBe(chunk * 100);
    expect(Date.now() - at).toBeLessThan(500);
  }
  await moveJob(bench.deps.pool, { jobId, from: ['staging'], to: 'failed' });
  await seen.ended;
  expect(lastOf(seen)).toMatchObject({ state: 'failed' });
  // How a job ended is told as the database has it, and this one's ledger is empty.
  const rows = seen.events.slice(0, -1).map((event) => event.rowsRead);
  expect([...rows].sort((a, b) => a - b)).toEqual(rows);
});

test('subscribers that leave leave nothing behind', async () => {
  const jobId = await start();
  await toStaging(jobId);
  const all = Array.from({ length: 10 }, (_, i) => watch(jobId, i % 2 === 0 ? '/graphql/stream' : '/graphql'));
  await expect.poll(() => bench.api.relay.subscriberCount(jobId), { timeout: 5_000 }).toBe(10);
  expect([bench.api.relay.relayCount, bench.deps.listener.earCount]).toEqual([1, 1]);
  for (const { leave } of all) leave();
  await expect.poll(() => bench.api.relay.subscriberCount(jobId), { timeout: 5_000 }).toBe(0);
  expect([bench.api.relay.relayCount, bench.deps.listener.earCount]).toEqual([0, 0]);
});

test('a dead worker shows as stalled with the counts of the ledger, and progress goes on when a worker is back', async () => {
  if (workers.length === 0) await startWorker();
  const jobId = await start();
  await toStaging(jobId);
  await set(jobId, { chunksStaged: 1, rowsRead: 100 });
  const seen = watch(jobId);
  await expect.poll(() => lastOf(seen)?.rowsRead, { timeout: 5_000 }).toBe(100);
  await stopWorkers();
  await expect.poll(() => lastOf(seen)?.stalled, { timeout: 5_000 }).toBe(true);
  await bench.deps.pool.query(`insert into waybill.chunk_ledger (job_id, round, plan_epoch, chunk_no, rows_read, rows_staged, rows_quarantined, rows_unreadable, issue_count)
    select $1, 1, 1, n, 100, 100, 0, 0, 0 from generate_series(0, 2) n`, [jobId]);
  await noteJob(bench.deps.pool, { jobId, patch: { rowsTotal: 400 } });
  await expect.poll(() => lastOf(seen), { timeout: 5_000 }).toMatchObject({ stalled: true, rowsRead: 300, chunksStaged: 3 });
  await startWorker();
  await expect.poll(() => lastOf(seen), { timeout: 10_000 }).toMatchObject({ stalled: false, rowsRead: 300 });
  seen.leave();
});

test('the listener comes back when its connection is cut, and what was notified meanwhile is not missed', async () => {
  if (workers.length === 0) await startWorker();
  const jobId = await start();
  await toStaging(jobId);
  const seen = watch(jobId);
  await expect.poll(() => seen.events.length, { timeout: 5_000 }).toBeGreaterThan(0);
  const admin = new pg.Client({ connectionString: bench.database.adminUrl });
  await admin.connect();
  await admin.query(`select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'waybill-api-progress' and datname = current_database()`);
  await set(jobId, { rowsRead: 50 });
  await expect.poll(() => lastOf(seen)?.rowsRead, { timeout: 5_000 }).toBe(50);
  await expect.poll(() => bench.deps.listener.isListening, { timeout: 5_000 }).toBe(true);
  await admin.end();
  seen.leave();
});

test('a subscription to a job that is not there, or to one that has ended, is answered and over', async () => {
  const none = watch(randomUUID());
  await none.ended;
  expect(none.events).toEqual([]);
  const jobId = await start();
  await moveJob(bench.deps.pool, { jobId, from: ['received'], to: 'refused' });
  const over = watch(jobId);
  await over.ended;
  expect(over.events.map((event) => event.state)).toEqual(['refused']);
});
