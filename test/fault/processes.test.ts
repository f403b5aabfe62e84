/** Promises 2, 3 and 4: what a killed process leaves is finished by those that live, once. */
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { localOperator } from '../../contracts/actor.ts';
import { importRequestSchema } from '../../contracts/import-request.ts';
import { createPool } from '../../db/connection.ts';
import { findDataset } from '../../db/datasets.ts';
import { insertJob } from '../../db/insert-job.ts';
import { startFaultBench } from '../support/fault-bench.ts';
import type { FaultBench } from '../support/fault-bench.ts';
import { untilTrue } from '../support/operator.ts';

let bench: FaultBench;
beforeAll(async () => { bench = await startFaultBench(); });
afterAll(async () => { await bench.close(); });

/** Seconds from now until another chunk is sealed. */
const untilGoesOn = async (jobId: string, what: string): Promise<void> => {
  const since = Date.now();
  const before = await bench.staged(jobId);
  await untilTrue('the job goes on', async () => await bench.staged(jobId) > before || (await bench.job(jobId)).committedAt !== null);
  await bench.figure(`${what}, until the next chunk is staged`, since);
};

describe('a killed worker', () => {
  it('in mid-chunk loses nothing and doubles nothing, also when its successor is killed too', async () => {
    await bench.dataset('killed_worker');
    await bench.stack.kill('worker-2');
    const jobId = await bench.start('killed_worker');
    for (const least of [5, 12]) {
      await bench.untilStaged(jobId, least);
      const gate = await bench.closeGate('seal');
      await gate.untilWaiting(2);
      await bench.stack.kill('worker-1');
      await gate.open();
      const killedAt = Date.now();
      await bench.stack.start('worker-1');
      await untilGoesOn(jobId, `kill -9 of the only worker (its restart took ${((Date.now() - killedAt) / 1000).toFixed(1)} s)`);
    }
    await bench.stack.start('worker-2');
    await bench.expectWhole(jobId, 'killed_worker');
  });

  it('is replaced at once by the other worker, which takes over its chunks after the heartbeat’s time-out', async () => {
    await bench.dataset('one_of_two');
    const jobId = await bench.start('one_of_two');
    await bench.untilStaged(jobId, 3);
    const gate = await bench.closeGate('seal');
    await gate.untilWaiting(4);
    await bench.stack.kill('worker-1');
    await gate.open();
    const since = Date.now();
    await untilGoesOn(jobId, 'kill -9 of one of two workers');
    await bench.expectWhole(jobId, 'one_of_two');
    await bench.figure('kill -9 of one of two workers, until the job is completed', since);
    await bench.stack.start('worker-1');
  });

  it('and its twin: with all workers dead the job waits, says so, and goes on when one is back', async () => {
    await bench.dataset('all_workers');
    const jobId = await bench.start('all_workers');
    await bench.untilStaged(jobId, 3);
    const gate = await bench.closeGate('seal');
    await gate.untilWaiting(4);
    await bench.stack.kill('worker');
    await gate.open();
    const progress = async (): Promise<{ stalled: boolean; chunksStaged: number }> =>
      (await bench.ask<{ job: { progress: { stalled: boolean; chunksStaged: number } } }>('query ($id: ID!) { job(id: $id) { progress { stalled chunksStaged } } }', { id: jobId })).job.progress;
    expect(await progress()).toMatchObject({ stalled: true, chunksStaged: await bench.staged(jobId) });
    await bench.stack.start('worker');
    await untilGoesOn(jobId, 'kill -9 of both workers, from their return');
    await bench.expectWhole(jobId, 'all_workers');
  });

  it('while it drafts, or while it commits, leaves nothing half done: the step is done again', async () => {
    await Promise.all([bench.dataset('killed_in_commit'), bench.dataset('killed_in_draft')]);
    const commit = await bench.closeGate('commit');
    const committing = await bench.start('killed_in_commit');
    await commit.untilWaiting(1);
    const draft = await bench.closeGate('draft');
    const drafting = await bench.start('killed_in_draft');
    await draft.untilWaiting(1);
    await bench.stack.kill('worker');
    await Promise.all([commit.open(), draft.open()]);
    const since = Date.now();
    await bench.stack.start('worker');
    await bench.expectWhole(committing, 'killed_in_commit');
    await bench.figure('kill -9 of both workers in mid-commit, until the job is completed', since);
    await bench.expectWhole(drafting, 'killed_in_draft');
    await bench.figure('kill -9 of both workers in mid-draft, until the job is completed', since);
  });

  it('that only froze, with its transactions open, is overtaken; when it wakes up it changes nothing', async () => {
    await bench.dataset('frozen_worker');
    const jobId = await bench.start('frozen_worker');
    await bench.untilStaged(jobId, 3);
    const gate = await bench.closeGate('seal');
    await gate.untilWaiting(4);
    await bench.stack.kill('worker-1', 'SIGSTOP');
    await gate.open();
    const since = Date.now();
    await bench.expectWhole(jobId, 'frozen_worker');
    await bench.figure('a frozen worker that holds two chunks, until the job is completed', since);
    await bench.stack.kill('worker-1', 'SIGCONT');
    await bench.dataset('after_frozen');
    await bench.expectWhole(await bench.start('after_frozen'), 'after_frozen');
    await bench.expectWhole(jobId, 'frozen_worker');
  });
});

describe('a killed API', () => {
  it('is not missed by the job; who follows it sees the end all the same', async () => {
    await bench.dataset('followed');
    const gate = await bench.closeGate('seal');
    const jobId = await bench.start('followed');
    await gate.untilWaiting(4);
    const watch = bench.begin('watch', jobId);
    await untilTrue('it follows the job', () => watch.stderr().includes('rows'));
    await bench.stack.kill('api');
    await gate.open();
    await bench.untilEnded(jobId);
    await bench.stack.start('api');
    const { code, stdout } = await watch.ended;
    expect(code).toBe(3);
    expect(stdout).toContain('completed with rejected rows');
    await bench.expectWhole(jobId, 'followed');
  });

  it('between the job’s row and the workflow’s start leaves a job that is started by itself', async () => {
    await bench.dataset('never_started');
    await bench.stack.kill('api');
    const pool = createPool({ url: bench.stack.databaseUrl, max: 1, applicationName: 'test-api' });
    const dataset = await findDataset(pool, { org: 'default', name: 'never_started' });
    const jobId = randomUUID();
    await insertJob(pool, {
      jobId, actor: localOperator, idempotencyKey: jobId, datasetId: dataset?.datasetId ?? 0, datasetVersion: dataset?.version ?? 0,
      request: importRequestSchema.parse({ sha256: bench.sha256, fileName: 'fault.csv', dataset: 'never_started' }),
    });
    await pool.end();
    await bench.stack.start('api');
    const since = Date.now();
    await bench.untilState(jobId, 'detecting', 'planning', 'staging', 'reconciling', 'committing', 'closing', 'completed_with_rejects');
    await bench.figure('kill -9 of the API before the workflow’s start, from its return until the job is started', since);
    await bench.expectWhole(jobId, 'never_started');
  });
});

describe('a killed engine', () => {
  it('in staging: chunks in hand are finished, and the job goes on from its history', async () => {
    await bench.dataset('killed_engine');
    const jobId = await bench.start('killed_engine');
    await bench.untilStaged(jobId, 3);
    const gate = await bench.closeGate('seal');
    await gate.untilWaiting(4);
    await bench.stack.kill('engine');
    const before = await bench.staged(jobId);
    await gate.open();
    await bench.untilStaged(jobId, before + 4);
    await bench.stack.start('engine');
    await untilGoesOn(jobId, 'kill -9 of the engine in staging, from its return');
    await bench.expectWhole(jobId, 'killed_engine');
  });

  it('in mid-commit: the commit is done once, and closed when the engine is back', async () => {
    await bench.dataset('killed_engine_late');
    const gate = await bench.closeGate('commit');
    const jobId = await bench.start('killed_engine_late');
    await gate.untilWaiting(1);
    await bench.stack.kill('engine');
    await gate.open();
    await untilTrue('it is committed without the engine', async () => (await bench.job(jobId)).committedAt !== null);
    const since = Date.now();
    await bench.stack.start('engine');
    await bench.expectWhole(jobId, 'killed_engine_late');
    await bench.figure('kill -9 of the engine in mid-commit, until the job is completed', since);
  });
});
