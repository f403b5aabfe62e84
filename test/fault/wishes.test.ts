/** Pause, resume and cancel in mid-flight: wishes hold whoever is dead, and a job ends in order wherever it is met (design 10.14). */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startFaultBench } from '../support/fault-bench.ts';
import type { FaultBench, Gate } from '../support/fault-bench.ts';
import { untilTrue } from '../support/operator.ts';
import { waitUntil } from '../../temporal-config/wait-until.ts';

let bench: FaultBench;
beforeAll(async () => { bench = await startFaultBench(); });
afterAll(async () => { await bench.close(); });

type Verb = 'pauseJob' | 'resumeJob' | 'cancelJob';
const wish = async (verb: Verb, jobId: string): Promise<string> =>
  (await bench.ask<Readonly<Record<Verb, { readonly answer: string }>>>(`mutation ($id: ID!) { ${verb}(jobId: $id) { answer } }`, { id: jobId }))[verb].answer;

const progressOf = async (jobId: string): Promise<{ readonly paused: boolean; readonly stalled: boolean; readonly state: string }> =>
  (await bench.ask<{ job: { progress: { paused: boolean; stalled: boolean; state: string } } }>('query ($id: ID!) { job(id: $id) { progress { paused stalled state } } }', { id: jobId })).job.progress;

/** A job of which `waiting` chunks stand at the gate before their seal. */
const heldInStaging = async (name: string): Promise<{ readonly jobId: string; readonly gate: Gate }> => {
  await bench.dataset(name);
  const jobId = await bench.start(name);
  await bench.untilStaged(jobId, 3);
  const gate = await bench.closeGate('seal');
  await gate.untilWaiting(4);
  return { jobId, gate };
};

/** Chunks in hand are finished; then nothing happens for longer than a dozen chunks would take, and chunks are left. */
const untilStill = async (jobId: string): Promise<void> => {
  for (let before = await bench.staged(jobId); await waitUntil(async () => await bench.staged(jobId) > before, 2_000); before = await bench.staged(jobId));
  const [job] = await bench.sql<{ chunks_planned: number }>('select chunks_planned from waybill.jobs where job_id = $1', [jobId]);
  expect(await bench.staged(jobId)).toBeLessThan(job?.chunks_planned ?? 0);
};

describe('pause', () => {
  it('in mid-flight finishes the chunks in hand and begins no other, until the job is resumed', async () => {
    const { jobId, gate } = await heldInStaging('paused');
    expect(await wish('pauseJob', jobId)).toBe('heard');
    await gate.open();
    await untilStill(jobId);
    const before = await bench.staged(jobId);
    expect(await progressOf(jobId)).toEqual({ paused: true, stalled: false, state: 'staging' });
    const since = Date.now();
    expect(await wish('resumeJob', jobId)).toBe('heard');
    await bench.untilStaged(jobId, before + 1);
    await bench.figure('resume, until the next chunk is staged', since);
    await bench.expectWhole(jobId, 'paused');
  });

  it('wished while no worker runs holds when one comes back', async () => {
    const { jobId, gate } = await heldInStaging('paused_alone');
    await bench.stack.kill('worker');
    await gate.open();
    expect(await wish('pauseJob', jobId)).toBe('no_worker');
    await bench.stack.start('worker');
    await untilTrue('a worker answers', async () => !(await progressOf(jobId)).stalled);
    expect((await progressOf(jobId)).paused).toBe(true);
    await untilStill(jobId);
    const since = Date.now();
    expect(await wish('resumeJob', jobId)).toBe('heard');
    await bench.expectWhole(jobId, 'paused_alone');
    await bench.figure('pause wished without a worker, from resume until the job is completed', since);
  });
});

describe('cancel', () => {
  it('in staging ends the job, and no chunk in hand leaves a row behind', async () => {
    const { jobId, gate } = await heldInStaging('cancelled');
    const since = Date.now();
    expect(await wish('cancelJob', jobId)).toBe('heard');
    await bench.untilState(jobId, 'cancelled');
    await bench.figure('cancel in staging, until the job is cancelled', since);
    await gate.open();
    await bench.expectUntouched(jobId, 'cancelled');
    expect(await bench.job(jobId)).toMatchObject({ state: 'cancelled', errorCode: 'CANCELLED' });
  });

  it('of a paused job ends it', async () => {
    const { jobId, gate } = await heldInStaging('paused_and_cancelled');
    await wish('pauseJob', jobId);
    await gate.open();
    expect(await wish('cancelJob', jobId)).toBe('heard');
    await bench.expectUntouched(jobId, 'paused_and_cancelled');
    expect((await bench.job(jobId)).state).toBe('cancelled');
  });

  it('wished while the worker is dead is done when one comes back', async () => {
    const { jobId, gate } = await heldInStaging('cancelled_alone');
    await bench.stack.kill('worker');
    await gate.open();
    expect(await wish('cancelJob', jobId)).toBe('no_worker');
    await bench.stack.start('worker');
    const since = Date.now();
    await bench.expectUntouched(jobId, 'cancelled_alone');
    await bench.figure('cancel wished without a worker, from its return until the job is cancelled', since);
    expect((await bench.job(jobId)).state).toBe('cancelled');
  });

  it('while the draft is made ends the job, and the draft’s own tables go too', async () => {
    await bench.dataset('cancelled_in_draft');
    const gate = await bench.closeGate('draft');
    const jobId = await bench.start('cancelled_in_draft');
    await gate.untilWaiting(1);
    expect(await wish('cancelJob', jobId)).toBe('heard');
    await bench.untilState(jobId, 'cancelled');
    await gate.open();
    await bench.expectUntouched(jobId, 'cancelled_in_draft');
  });

  it('while the job commits is refused, and the job completes; after the end it is an error', async () => {
    await bench.dataset('too_late');
    const gate = await bench.closeGate('commit');
    const jobId = await bench.start('too_late');
    await gate.untilWaiting(1);
    expect(await wish('cancelJob', jobId)).toBe('refused');
    await gate.open();
    await bench.expectWhole(jobId, 'too_late');
    const late = await bench.stack.waybill('cancel', jobId);
    expect(late.code).not.toBe(0);
    expect(late.stderr).toContain('JOB_STATE');
  });
});
