import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ImportFileInput } from '../../contracts/workflow-messages.ts';
import { recordHistory } from '../support/record-history.ts';
import { booksOf, Door, drafted, noWishes, planned, staged, WorkflowBench, type RunningJob } from '../support/workflow-bench.ts';

let bench: WorkflowBench;
beforeAll(async () => { bench = await WorkflowBench.open({ dynamicConfig: { 'limit.historyCount.suggestContinueAsNew': '40' } }); });
afterAll(() => bench.close());

/** What each run of the job was started with, the first one first. */
const runsOf = async (job: RunningJob): Promise<readonly { readonly runId: string; readonly input: ImportFileInput }[]> => {
  const runs: { readonly runId: string; readonly input: ImportFileInput }[] = [];
  for (let runId = job.handle.firstExecutionRunId; ;) {
    const { events } = await bench.engine.client.workflow.getHandle(job.handle.workflowId, runId).fetchHistory();
    const payload = events?.[0]?.workflowExecutionStartedEventAttributes?.input?.payloads?.[0]?.data;
    runs.push({ runId, input: JSON.parse(Buffer.from(payload ?? []).toString()) as ImportFileInput });
    const next = events?.at(-1)?.workflowExecutionContinuedAsNewEventAttributes?.newExecutionRunId;
    if (next === undefined || next === null || next === '') return runs;
    runId = next;
  }
};

describe.concurrent('a history that grows long', () => {
  it('is continued by a new run, which stages no chunk twice and none too few', async () => {
    const books = booksOf(600);
    const job = await bench.start({ planImport: () => planned(60), reconcileJob: () => drafted(books), commitJob: () => ({ kind: 'committed', books }) });
    expect(await job.result()).toEqual({ state: 'completed', books });
    const chunks = job.calls.filter((call) => call.startsWith('stageChunk'));
    expect([chunks.length, new Set(chunks).size]).toEqual([60, 60]);
    for (const step of ['detectSource', 'planImport', 'reconcileJob', 'commitJob', 'closeJob']) expect(job.count(step), step).toBe(1);
    const runs = await runsOf(job);
    expect(runs.length).toBeGreaterThan(2);
    expect(runs[0]?.input).toEqual({ jobId: job.jobId });
    expect(runs[1]?.input.resume).toMatchObject({ round: 1, planEpoch: 1, chunkCount: 60, postponed: [], stopAtFirstReject: false, progress: { state: 'staging', paused: false } });
    expect(await job.progress()).toMatchObject({ state: 'completed', chunksPlanned: 60, chunksStaged: 60, rowsRead: 600, rowsTotal: 600 });
    expect((await job.progress()).startedAt).toBe(runs[1]?.input.resume?.progress.startedAt);
    const handleOf = (run: number) => bench.engine.client.workflow.getHandle(job.handle.workflowId, runs[run]?.runId);
    await recordHistory(handleOf(0), 'continues');
    await recordHistory(handleOf(1), 'continued');
  });

  it('carries what was staged and rejected, the epoch, and that the first rejected row ends the job', async () => {
    const job = await bench.start({
      planImport: () => planned(60, { stopAtFirstReject: true }), stageChunk: ({ chunkNo }) => staged(chunkNo === 50 ? 1 : 0),
    });
    expect((await job.result()).state).toBe('stopped_by_limits');
    expect((await runsOf(job)).length).toBeGreaterThan(1);
  });

  it('carries a pause, and the chunks that it postponed; the new run obeys an Update like the first', async () => {
    let paused = false;
    const wishes = () => ({ ...noWishes, pause: paused });
    const door = new Door();
    let given = 0;
    const job = await bench.start({
      wishes, planImport: () => planned(30),
      stageChunk: () => {
        given += 1;
        if (paused) return { kind: 'postponed', wishes: wishes() };
        return given <= 10 ? door.pass(null).then(() => staged(0, wishes())) : staged(0, wishes());
      },
    });
    await job.until(() => job.count('stageChunk') >= 10);
    paused = true;
    door.open();
    await job.until(async () => (await job.progress()).paused);
    await job.until(async () => (await runsOf(job)).length > 1);
    expect((await runsOf(job))[1]?.input.resume?.progress.paused).toBe(true);
    const stagedSoFar = (await job.progress()).chunksStaged;
    expect(stagedSoFar).toBeLessThan(30);
    paused = false;
    await job.tell('resume');
    expect((await job.result()).state).toBe('completed');
    expect(await job.progress()).toMatchObject({ chunksStaged: 30, rowsRead: 300, paused: false });
    expect(new Set(job.calls.filter((call) => call.startsWith('stageChunk'))).size).toBe(30);
  });

  it('does not end a job that waits long for another writer', async () => {
    let turns = 8;
    const job = await bench.start({ reconcileJob: () => (turns-- > 0 ? { kind: 'waits', job: '00000000-0000-4000-8000-000000000001' } : drafted(booksOf(30))) });
    expect((await job.result()).state).toBe('completed');
    expect((await runsOf(job)).length).toBeGreaterThan(1);
    expect(job.count('stageChunk')).toBe(3);
  });

  it('is cancelled in a later run as in the first', async () => {
    const door = new Door();
    const job = await bench.start({ planImport: () => planned(60), stageChunk: ({ chunkNo }) => (chunkNo === 55 ? door.pass(staged()) : staged()) });
    await job.until(async () => (await runsOf(job)).length > 1 && job.calls.includes('stageChunk:55'));
    await job.tell('cancel');
    door.open();
    expect((await job.result()).state).toBe('cancelled');
  });
});
