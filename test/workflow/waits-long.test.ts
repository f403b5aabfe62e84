/** A wait of weeks outgrows a history: the next run goes on waiting where the first one stood. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { asks, WorkflowBench } from '../support/workflow-bench.ts';

let bench: WorkflowBench;
beforeAll(async () => { bench = await WorkflowBench.open({ dynamicConfig: { 'limit.historyCount.suggestContinueAsNew': '40' } }); });
afterAll(() => bench.close());

it('is continued by a new run, which asks nothing again, goes on counting its reminders and hears the answer', async () => {
  const told: number[] = [];
  const job = await bench.start({ askMapping: () => asks({ remindEveryMs: 60, reminders: 10 }), remindOperator: ({ reminder }) => { told.push(reminder); return { reminded: true }; } });
  await job.until(() => told.length === 10);
  const { runId } = await bench.engine.client.workflow.getHandle(job.handle.workflowId).describe();
  expect(runId).not.toBe(job.handle.firstExecutionRunId);
  expect(await job.progress()).toMatchObject({ state: 'awaiting_mapping' });
  await job.confirm();
  expect((await job.result()).state).toBe('completed');
  expect(told).toEqual(Array.from({ length: 10 }, (_, index) => index + 1));
  expect([job.count('detectSource'), job.count('askMapping'), job.count('planImport')]).toEqual([1, 1, 1]);
  await job.record('waited-long');
});
