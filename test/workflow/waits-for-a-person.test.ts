/** The durable wait for a person's answer: real engine, faked activities. What stands in the database is test/db/job-question.test.ts. */
import { setTimeout as sleep } from 'node:timers/promises';
import { WorkflowUpdateFailedError } from '@temporalio/client';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { asks, Door, noWishes, WorkflowBench, type RunningJob } from '../support/workflow-bench.ts';

let bench: WorkflowBench;
beforeAll(async () => { bench = await WorkflowBench.open(); });
afterAll(() => bench.close());

const steps = (job: RunningJob): readonly string[] => job.calls.map((call) => call.split(':')[0] ?? '').filter((name, index, all) => name !== 'readJobWishes' && name !== all[index - 1]);
const refusalOf = async (work: Promise<void>): Promise<boolean> => work.then(() => false, (error: unknown) => error instanceof WorkflowUpdateFailedError);

describe.concurrent('a job that asks', () => {
  it('waits after its detection, says so, and goes on when the answer is confirmed', async () => {
    const job = await bench.start({ askMapping: () => asks() });
    await job.untilState('awaiting_mapping');
    await sleep(300);
    expect(job.count('planImport')).toBe(0);
    const { typedSearchAttributes } = await job.handle.describe();
    expect(JSON.stringify(typedSearchAttributes)).toContain('awaiting_mapping');
    await job.confirm();
    expect((await job.result()).state).toBe('completed');
    expect(steps(job)).toEqual(['detectSource', 'askMapping', 'planImport', 'stageChunk', 'judgeColumns', 'reconcileJob', 'commitJob', 'closeJob']);
    await job.record('confirmed');
  });

  it('does not wait when everything is sure', async () => {
    const job = await bench.start({ askMapping: () => ({ question: null }) });
    expect((await job.result()).state).toBe('completed');
    expect(steps(job).slice(0, 3)).toEqual(['detectSource', 'askMapping', 'planImport']);
  });

  it('is not asked at all where the import does not want it', async () => {
    const job = await bench.start();
    expect((await job.result()).state).toBe('completed');
    expect(job.count('askMapping')).toBe(0);
  });

  it('takes the same answer twice as once, and none when it waits no more', async () => {
    const door = new Door();
    const job = await bench.start({ askMapping: () => asks(), closeJob: () => door.pass({ state: 'completed' }) });
    await job.untilState('awaiting_mapping');
    await Promise.all([job.confirm(), job.confirm()]);
    await job.untilState('closing');
    await job.confirm();
    expect(await refusalOf(job.confirm(2))).toBe(true);
    door.open();
    expect((await job.result()).state).toBe('completed');
    expect(job.count('planImport')).toBe(1);
  });

  it('hears an answer that comes before the step that asked has reported', async () => {
    const door = new Door();
    const job = await bench.start({ askMapping: () => door.pass(asks()) });
    await job.until(() => job.count('askMapping') === 1);
    await job.confirm();
    door.open();
    expect((await job.result()).state).toBe('completed');
  });

  it('finds an answer whose Update was lost before it gives up, and goes on', async () => {
    const job = await bench.start({ askMapping: () => asks({ expiresAt: Date.now() + 400 }), expireQuestion: () => ({ answered: true }) });
    expect((await job.result()).state).toBe('completed');
    expect(job.count('expireQuestion')).toBe(1);
  });

  it('reminds as often as it was told, each time with its number', async () => {
    const told: number[] = [];
    const job = await bench.start({ askMapping: () => asks({ remindEveryMs: 250, reminders: 2 }), remindOperator: ({ reminder }) => { told.push(reminder); return { reminded: true }; } });
    await job.until(() => told.length === 2);
    await sleep(700);
    expect(told).toEqual([1, 2]);
    await job.confirm();
    expect((await job.result()).state).toBe('completed');
    await job.record('reminded');
  });

  it('is refused when nobody answers in time', async () => {
    const job = await bench.start({ askMapping: () => asks({ expiresAt: Date.now() + 500 }) });
    expect(await job.result()).toEqual({ state: 'refused', books: null });
    expect(job.ended).toEqual([{ jobId: job.jobId, state: 'refused', code: 'MAPPING_UNANSWERED', place: {} }]);
    expect(job.count('planImport')).toBe(0);
    await job.record('unanswered');
  });

  it('is cancelled while it waits', async () => {
    const job = await bench.start({ askMapping: () => asks() });
    await job.untilState('awaiting_mapping');
    await job.tell('cancel');
    expect((await job.result()).state).toBe('cancelled');
    expect(job.ended).toMatchObject([{ state: 'cancelled' }]);
    await job.record('cancelled-while-asking');
  });

  it('that is paused takes the answer, and plans when it is resumed', async () => {
    let paused = false;
    const job = await bench.start({ askMapping: () => asks(), wishes: () => ({ ...noWishes, pause: paused }) });
    await job.untilState('awaiting_mapping');
    paused = true;
    await job.tell('pause');
    await job.confirm();
    await sleep(300);
    expect(job.count('planImport')).toBe(0);
    paused = false;
    await job.tell('resume');
    expect((await job.result()).state).toBe('completed');
  });

  it('that is paused neither reminds nor gives up, and has the time of the pause on top', async () => {
    let paused = false;
    const question = asks({ remindEveryMs: 600, reminders: 1, expiresAt: Date.now() + 900 }).question;
    const job = await bench.start({
      askMapping: () => ({ question }), wishes: () => ({ ...noWishes, pause: paused }),
      readQuestion: () => ({ question: question && { ...question, since: Date.now() - 300, expiresAt: Date.now() + 3_000 } }),
    });
    await job.untilState('awaiting_mapping');
    paused = true;
    await job.tell('pause');
    await sleep(1_500);
    expect([job.count('remindOperator'), job.count('expireQuestion')]).toEqual([0, 0]);
    expect(await job.progress()).toMatchObject({ state: 'awaiting_mapping', paused: true });
    paused = false;
    await job.tell('resume');
    expect(await job.result()).toEqual({ state: 'refused', books: null });
    expect([job.count('readQuestion'), job.count('remindOperator'), job.count('expireQuestion')]).toEqual([1, 1, 1]);
    await job.record('paused-while-asking');
  });

  it('does not give up where the database knows of a pause that it did not hear of', async () => {
    let paused = false;
    const question = asks({ expiresAt: Date.now() + 600 }).question;
    const moved = question && { ...question, expiresAt: Date.now() + 60_000 };
    const job = await bench.start({
      askMapping: () => { paused = true; return { question }; }, wishes: () => ({ ...noWishes, pause: paused }),
      expireQuestion: () => ({ answered: false, ...(question === null ? {} : { question }) }), readQuestion: () => ({ question: moved }),
    });
    await job.until(async () => (await job.progress()).paused);
    expect(job.count('expireQuestion')).toBe(1);
    paused = false;
    await job.tell('resume');
    await job.until(() => job.count('readQuestion') === 1);
    await job.confirm();
    expect((await job.result()).state).toBe('completed');
    expect(job.count('expireQuestion')).toBe(1);
  });
});

describe('a job that asks, after the others', () => {
  it('waits on while no worker runs, and goes on with those that come', async () => {
    const job = await bench.start({ askMapping: () => asks() });
    await job.untilState('awaiting_mapping');
    await bench.stopWorkers();
    const confirmed = job.confirm();
    await sleep(300);
    await bench.startWorkers();
    await confirmed;
    expect((await job.result()).state).toBe('completed');
    expect([job.count('askMapping'), job.count('planImport')]).toEqual([1, 1]);
  });
});
