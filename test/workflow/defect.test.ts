import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { checkoutFolder } from '../../temporal-config/checkout-folder.ts';
import { buildBundles } from '../support/build-bundles.ts';
import { WorkflowBench } from '../support/workflow-bench.ts';

let bench: WorkflowBench;
let sound: string;
beforeAll(async () => {
  await buildBundles();
  sound = await readFile(`${checkoutFolder}/dist/workflow-bundle.js`, 'utf8');
  const defective = sound.replace(/run\.note\(\{\s*books: draft\.books\s*\}\)/, (text) => `(() => { throw new TypeError('defect'); })(); ${text}`);
  expect(defective).not.toBe(sound);
  bench = await WorkflowBench.open({ bundle: defective });
});
afterAll(() => bench.close());

it('a defect in the code of the workflow fails no job: it waits, and goes on where it stood when the code is mended', async () => {
  const job = await bench.start();
  await job.until(() => job.count('reconcileJob') === 1);
  await job.until(async () => (await job.handle.fetchHistory()).events?.some((event) => event.workflowTaskFailedEventAttributes !== undefined && event.workflowTaskFailedEventAttributes !== null) === true);
  expect((await job.handle.describe()).status.name).toBe('RUNNING');
  expect(job.ended).toEqual([]);
  await bench.stopWorkers();
  await bench.startWorkers(sound);
  expect((await job.result()).state).toBe('completed');
  expect([job.count('stageChunk'), job.count('reconcileJob'), job.count('commitJob')]).toEqual([3, 1, 1]);
});
