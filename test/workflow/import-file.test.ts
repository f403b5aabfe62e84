import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ApplicationFailure } from '@temporalio/common';
import { WorkflowFailedError } from '@temporalio/client';
import { WaybillError } from '../../contracts/errors.ts';
import { booksOf, Door, drafted, noWishes, planned, staged, WorkflowBench, type JobScript, type RunningJob } from '../support/workflow-bench.ts';

let bench: WorkflowBench;
beforeAll(async () => { bench = await WorkflowBench.open(); });
afterAll(() => bench.close());

/** Chunks are staged in any order. */
const story = (job: RunningJob): readonly string[] => {
  const names = job.calls.map((call) => call.split(':')[0] ?? '');
  return names.filter((name, index) => name !== 'readJobWishes' && name !== names[index - 1]);
};
const failureOf = async (job: RunningJob): Promise<{ readonly type: string | null | undefined; readonly message: string }> => {
  const error: unknown = await job.result().then(() => null, (thrown: unknown) => thrown);
  if (!(error instanceof WorkflowFailedError) || !(error.cause instanceof ApplicationFailure)) throw new TypeError('the workflow did not fail');
  return { type: error.cause.type, message: error.cause.message };
};

describe.concurrent('the story of an import', () => {
  it('detects, plans, stages, judges, reconciles, commits and closes, each once', async () => {
    const job = await bench.start();
    expect(await job.result()).toEqual({ state: 'completed', books: booksOf(30) });
    expect(story(job)).toEqual(['detectSource', 'planImport', 'stageChunk', 'judgeColumns', 'reconcileJob', 'commitJob', 'closeJob']);
    expect(job.calls.filter((call) => call.startsWith('stageChunk')).sort()).toEqual(['stageChunk:0', 'stageChunk:1', 'stageChunk:2']);
    expect(job.ended).toEqual([]);
    expect(await job.progress()).toMatchObject({
      jobId: job.jobId, state: 'completed', paused: false, stalled: false, waitsFor: null, round: 1, planEpoch: 1, chunksPlanned: 3, chunksStaged: 3,
      rowsRead: 30, rowsTotal: 30, rowsRejected: 0, issueCount: 0, books: booksOf(30), errorCode: null,
    });
    await job.record('ordinary');
  });

  it('completes with rejects', async () => {
    const books = booksOf(30, { created: 28, quarantined: 2 });
    const job = await bench.start({ stageChunk: ({ chunkNo }) => staged(chunkNo === 1 ? 2 : 0), reconcileJob: () => drafted(books), commitJob: () => ({ kind: 'committed', books }) });
    expect(await job.result()).toEqual({ state: 'completed_with_rejects', books });
    expect(await job.progress()).toMatchObject({ state: 'completed_with_rejects', rowsRejected: 2, issueCount: 2, books });
  });

  it('closes a dry run with its draft and commits nothing', async () => {
    const job = await bench.start({ reconcileJob: () => drafted(booksOf(30), { dryRun: true }) });
    expect(await job.result()).toEqual({ state: 'completed', books: booksOf(30) });
    expect(story(job).slice(-2)).toEqual(['reconcileJob', 'closeJob']);
    await job.record('dry-run');
  });

  it('is stopped by its limits after the draft, with the books shown', async () => {
    const books = booksOf(30, { created: 10, quarantined: 20 });
    const job = await bench.start({ reconcileJob: () => drafted(books, { exceeded: true }) });
    expect(await job.result()).toEqual({ state: 'stopped_by_limits', books });
    expect(job.ended).toEqual([{ jobId: job.jobId, state: 'stopped_by_limits', code: null, place: {} }]);
    expect(job.count('commitJob')).toBe(0);
    await job.record('stopped-by-limits');
  });

  it('stops giving out chunks at the first rejected row when the plan allows none', async () => {
    const job = await bench.start({ planImport: () => planned(200, { stopAtFirstReject: true }), stageChunk: ({ chunkNo }) => staged(chunkNo === 3 ? 1 : 0) });
    expect(await job.result()).toEqual({ state: 'stopped_by_limits', books: null });
    expect(job.count('stageChunk')).toBeLessThan(100);
    expect(job.count('judgeColumns') + job.count('reconcileJob')).toBe(0);
  });

  it('goes on past rows whose dates may yet be read another way, and stops at one that is wrong either way', async () => {
    const undecided = { ...staged(1), totals: { rowsRead: 10, rowsStaged: 9, rowsQuarantined: 1, rowsUnreadable: 0, rowsFiltered: 0, issueCount: 1, rowsUndecided: 1 } };
    const proven = await bench.start({
      planImport: () => planned(40, { stopAtFirstReject: true }), stageChunk: ({ planEpoch }) => (planEpoch === 1 ? undecided : staged()),
      judgeColumns: ({ planEpoch }) => ({ planEpoch: 2, restage: planEpoch === 1 }),
    });
    expect((await proven.result()).state).toBe('completed');
    expect(proven.count('stageChunk')).toBe(80);
    const open = await bench.start({ planImport: () => planned(40, { stopAtFirstReject: true }), stageChunk: () => undecided });
    expect((await open.result()).state).toBe('stopped_by_limits');
    expect([open.count('stageChunk'), open.count('judgeColumns'), open.count('reconcileJob')]).toEqual([40, 1, 0]);
    const wrong = await bench.start({ planImport: () => planned(200, { stopAtFirstReject: true }), stageChunk: ({ chunkNo }) => (chunkNo === 3 ? staged(1) : undecided) });
    expect((await wrong.result()).state).toBe('stopped_by_limits');
    expect([wrong.count('stageChunk') < 100, wrong.count('judgeColumns')]).toEqual([true, 0]);
  });

  it('is refused with the code and the place of the step that refused it, without a retry', async () => {
    const job = await bench.start({ planImport: () => { throw new WaybillError('MAPPING_REQUIRED_MISSING', 'No column feeds: id.', { fields: ['id'] }); } });
    expect(await job.result()).toEqual({ state: 'refused', books: null });
    expect(job.count('planImport')).toBe(1);
    expect(job.ended).toEqual([{ jobId: job.jobId, state: 'refused', code: 'MAPPING_REQUIRED_MISSING', place: { fields: ['id'] } }]);
    expect(await job.progress()).toMatchObject({ state: 'refused', errorCode: 'MAPPING_REQUIRED_MISSING' });
    await job.record('refused');
  });

  it('fails with the code of a final error, shows the workflow as failed, and ends the job', async () => {
    const job = await bench.start({ commitJob: () => { throw new WaybillError('BOOKS_UNBALANCED', 'They do not balance.', { created: 3 }); } });
    expect(await failureOf(job)).toEqual({ type: 'BOOKS_UNBALANCED', message: 'The job failed; its error code says why.' });
    expect(job.count('commitJob')).toBe(1);
    expect(job.ended).toEqual([{ jobId: job.jobId, state: 'failed', code: 'BOOKS_UNBALANCED', place: { created: 3 } }]);
    await job.record('failed');
  });

  it('waits for the other chunks before it ends for a chunk that failed for good', async () => {
    const door = new Door();
    const job = await bench.start({
      stageChunk: ({ chunkNo }) => { if (chunkNo === 0) throw new WaybillError('FILE_CHANGED', 'Changed.'); return door.pass(staged()); },
    });
    await job.until(() => job.count('stageChunk') === 3);
    expect(job.ended).toEqual([]);
    door.open();
    expect((await failureOf(job)).type).toBe('FILE_CHANGED');
  });
});

describe.concurrent('retries', () => {
  const failing = (times: number, error: () => Error): () => void => {
    let left = times;
    return () => { if (left-- > 0) throw error(); };
  };

  it.each(['DATABASE_UNAVAILABLE', 'DATABASE_FULL', 'STAGING_LOST'] as const)('%s: the step is done again until it goes well', async (code) => {
    const fail = failing(2, () => new WaybillError(code, 'Not now.'));
    const job = await bench.start({ stageChunk: ({ chunkNo }) => { if (chunkNo === 1) fail(); return staged(); } });
    expect((await job.result()).state).toBe('completed');
    expect(job.calls.filter((call) => call === 'stageChunk:1')).toHaveLength(3);
    expect(job.troubles).toEqual([code, code, 'over']);
    expect(await job.progress()).toMatchObject({ chunksStaged: 3, rowsRead: 30 });
    if (code === 'DATABASE_UNAVAILABLE') await job.record('retried-chunk');
  });

  it.each(['detectSource', 'planImport', 'judgeColumns', 'reconcileJob', 'commitJob', 'closeJob'] as const)('%s is done again after the database was away', async (step) => {
    const fail = failing(1, () => Object.assign(new Error('server closed the connection: VALUE'), { code: 'ECONNRESET' }));
    const script: JobScript = { [step]: fail };
    const job = await bench.start(script);
    expect((await job.result()).state).toBe('completed');
    expect(job.count(step)).toBe(2);
  });

  it('tries a defect five times, and neither the engine nor the job is told its message', async () => {
    const job = await bench.start({ judgeColumns: () => { throw new TypeError('cell VALUE-17 is odd'); } });
    expect(await failureOf(job)).toMatchObject({ type: 'INTERNAL' });
    expect(job.count('judgeColumns')).toBe(5);
    expect(job.ended).toMatchObject([{ state: 'failed', code: 'INTERNAL' }]);
    expect(JSON.stringify(await job.handle.fetchHistory())).not.toContain('VALUE-17');
    expect(Buffer.from(JSON.stringify(job.ended)).includes('VALUE-17')).toBe(false);
  });
});

describe.concurrent('the draft', () => {
  it('is made again when another program wrote to the dataset since', async () => {
    let stale = 2;
    const job = await bench.start({ commitJob: () => (stale-- > 0 ? { kind: 'stale' } : { kind: 'committed', books: booksOf(30) }) });
    expect((await job.result()).state).toBe('completed');
    expect([job.count('reconcileJob'), job.count('commitJob'), job.count('stageChunk')]).toEqual([3, 3, 3]);
    await job.record('stale-draft');
  });

  it('is given up when others write faster than it can be made', async () => {
    const job = await bench.start({ commitJob: () => ({ kind: 'stale' }) });
    expect((await failureOf(job)).type).toBe('DRAFT_STALE');
    expect(job.ended).toMatchObject([{ state: 'failed', code: 'DRAFT_STALE' }]);
  });

  it('waits its turn at the dataset and names the job that it waits for', async () => {
    let holder: string | null = '00000000-0000-4000-8000-000000000001';
    const job = await bench.start({ reconcileJob: () => (holder === null ? drafted(booksOf(30)) : { kind: 'waits', job: holder }) });
    await job.until(async () => (await job.progress()).waitsFor === holder);
    expect(await job.progress()).toMatchObject({ state: 'reconciling' });
    await job.until(() => job.count('reconcileJob') >= 3);
    holder = null;
    expect((await job.result()).state).toBe('completed');
    expect(await job.progress()).toMatchObject({ waitsFor: null });
    expect(job.count('stageChunk')).toBe(3);
    await job.record('waits-for-writer');
  });

  it('has missing chunks staged again, and counts them once', async () => {
    let missing = true;
    const job = await bench.start({
      reconcileJob: () => { if (!missing) return drafted(booksOf(30)); missing = false; return { kind: 'missing', chunks: [0, 2] }; },
    });
    expect((await job.result()).state).toBe('completed');
    expect(job.calls.filter((call) => call.startsWith('stageChunk')).sort()).toEqual(['stageChunk:0', 'stageChunk:0', 'stageChunk:1', 'stageChunk:2', 'stageChunk:2']);
    expect(job.count('judgeColumns')).toBe(2);
    expect(await job.progress()).toMatchObject({ chunksStaged: 3, rowsRead: 30 });
    await job.record('missing-chunks');
  });

  it('is made after every chunk was staged under a new epoch, when a column was read wrongly', async () => {
    const epochs: number[] = [];
    const job = await bench.start({
      stageChunk: ({ planEpoch }) => { epochs.push(planEpoch); return staged(1); },
      judgeColumns: ({ planEpoch }) => ({ planEpoch: 2, restage: planEpoch === 1 }),
      reconcileJob: ({ planEpoch }) => { expect(planEpoch).toBe(2); return drafted(booksOf(30)); },
    });
    expect((await job.result()).state).toBe('completed');
    expect(epochs).toEqual([1, 1, 1, 2, 2, 2]);
    expect(await job.progress()).toMatchObject({ planEpoch: 2, chunksStaged: 3, rowsRead: 30, rowsRejected: 3 });
    await job.record('restage');
  });
});

describe.concurrent('pause and resume', () => {
  it('gives out no chunk while paused, shows it, and goes on where it stood', async () => {
    const door = new Door();
    let paused = false;
    const wishes = () => ({ ...noWishes, pause: paused });
    const job = await bench.start({ wishes, planImport: () => planned(40), stageChunk: () => door.pass(null).then(() => staged(0, wishes())) });
    await job.until(() => job.count('stageChunk') === 16);
    paused = true;
    await job.tell('pause');
    expect(await job.progress()).toMatchObject({ paused: true, state: 'staging' });
    door.open();
    await job.until(async () => (await job.progress()).chunksStaged === 16);
    paused = false;
    await job.tell('resume');
    expect((await job.result()).state).toBe('completed');
    expect(new Set(job.calls.filter((call) => call.startsWith('stageChunk'))).size).toBe(40);
    expect(job.count('stageChunk')).toBe(40);
    await job.record('pause-resume');
  });

  it('stages a postponed chunk when the job goes on', async () => {
    let paused = true;
    const wishes = () => ({ ...noWishes, pause: paused });
    let begun = false;
    const job = await bench.start({
      wishes: () => (begun ? wishes() : noWishes),
      stageChunk: () => { begun = true; return paused ? { kind: 'postponed', wishes: wishes() } : staged(0, wishes()); },
    });
    await job.until(async () => (await job.progress()).paused);
    paused = false;
    await job.tell('resume');
    expect((await job.result()).state).toBe('completed');
    expect(await job.progress()).toMatchObject({ chunksStaged: 3, rowsRead: 30 });
  });

  it('holds a job that was paused before its workflow began, until a look into the database finds the resume that was lost', async () => {
    let paused = true;
    const job = await bench.start({ wishes: () => ({ ...noWishes, pause: paused }) });
    await job.until(async () => (await job.progress()).paused);
    expect(job.calls).toEqual(['readJobWishes']);
    paused = false;
    expect((await job.result()).state).toBe('completed');
    expect(job.count('readJobWishes')).toBeGreaterThan(1);
  });

  it('holds the job before the commit although the Update was lost: the wish stands in the database', async () => {
    let paused = false;
    const job = await bench.start({ wishes: () => ({ ...noWishes, pause: paused }), reconcileJob: () => { paused = true; return drafted(booksOf(30)); } });
    await job.until(async () => (await job.progress()).paused);
    expect(job.count('commitJob')).toBe(0);
    paused = false;
    await job.tell('resume');
    expect((await job.result()).state).toBe('completed');
  });

  it('is not undone by a chunk that had looked before the operator spoke', async () => {
    const door = new Door();
    let paused = false;
    const job = await bench.start({ wishes: () => ({ ...noWishes, pause: paused }), planImport: () => planned(1), stageChunk: () => door.pass(staged(0, noWishes)) });
    await job.until(() => job.count('stageChunk') === 1);
    paused = true;
    await job.tell('pause');
    door.open();
    await job.until(async () => (await job.progress()).chunksStaged === 1);
    expect(await job.progress()).toMatchObject({ paused: true });
    expect(job.count('judgeColumns') + job.count('reconcileJob')).toBe(0);
    paused = false;
    await job.tell('resume');
    expect((await job.result()).state).toBe('completed');
  });
});

describe.concurrent('cancel', () => {
  const cancelledAt = async (step: keyof JobScript, value: unknown): Promise<RunningJob> => {
    const door = new Door();
    // A step that is told to stop and runs to its end all the same.
    const job = await bench.start({ [step]: () => door.pass(value) });
    await job.until(() => job.count(step) > 0);
    await job.tell('cancel');
    door.open();
    expect((await job.result()).state).toBe('cancelled');
    expect(job.ended).toEqual([{ jobId: job.jobId, state: 'cancelled', code: 'CANCELLED', place: {} }]);
    expect(job.count('commitJob')).toBe(0);
    return job;
  };

  it.each([
    ['detectSource', undefined], ['planImport', planned(3)], ['stageChunk', staged()], ['judgeColumns', { planEpoch: 1, restage: false }],
    ['reconcileJob', drafted(booksOf(30))],
  ] as const)('during %s ends the job, and nothing is committed', async (step, value) => {
    const job = await cancelledAt(step, value);
    if (step === 'stageChunk') await job.record('cancel');
  });

  it('stands although the step ends in another failure, as that of a dead worker does', async () => {
    const door = new Door();
    const job = await bench.start({
      stageChunk: async () => { await door.pass(undefined); throw new WaybillError('CHUNK_REFUSED', 'The step fails after it was told to stop.'); },
    });
    await job.until(() => job.count('stageChunk') > 0);
    await job.tell('cancel');
    door.open();
    expect((await job.result()).state).toBe('cancelled');
    expect(job.ended).toEqual([{ jobId: job.jobId, state: 'cancelled', code: 'CANCELLED', place: {} }]);
  });

  it('of a dry run does not close it as completed', async () => {
    await cancelledAt('reconcileJob', drafted(booksOf(30), { dryRun: true }));
  });

  it('while paused, also when the Update was lost', async () => {
    let cancel = false;
    const lost = await bench.start({ wishes: () => ({ pause: true, cancel }) });
    const told = await bench.start({ wishes: () => ({ pause: true, cancel }) });
    await Promise.all([lost, told].map((job) => job.until(async () => (await job.progress()).paused)));
    cancel = true;
    await told.tell('cancel');
    expect((await told.result()).state).toBe('cancelled');
    expect((await lost.result()).state).toBe('cancelled');
  });

  it('holds before the commit although the Update was lost', async () => {
    let cancel = false;
    const job = await bench.start({ wishes: () => ({ pause: false, cancel }), reconcileJob: () => { cancel = true; return drafted(booksOf(30)); } });
    expect((await job.result()).state).toBe('cancelled');
    expect(job.count('commitJob')).toBe(0);
  });

  it('while another job writes', async () => {
    const job = await bench.start({ reconcileJob: () => ({ kind: 'waits', job: '00000000-0000-4000-8000-000000000001' }) });
    await job.until(() => job.count('reconcileJob') > 1);
    await job.tell('cancel');
    expect((await job.result()).state).toBe('cancelled');
  });

  it('is refused while committing, and the commit goes on', async () => {
    const door = new Door();
    const job = await bench.start({ commitJob: () => door.pass({ kind: 'committed' as const, books: booksOf(30) }) });
    await job.until(() => job.count('commitJob') > 0);
    for (const verb of ['cancel', 'pause', 'resume'] as const) await expect(job.tell(verb)).rejects.toMatchObject({ cause: { type: 'JOB_STATE' } });
    door.open();
    expect((await job.result()).state).toBe('completed');
  });

  it('by the engine itself ends the job too, but never in mid-commit', async () => {
    const door = new Door();
    const job = await bench.start({ stageChunk: () => door.pass(staged()) });
    await job.until(() => job.count('stageChunk') > 0);
    await job.handle.cancel();
    door.open();
    expect((await job.result()).state).toBe('cancelled');
    const open = new Door();
    const late = await bench.start({ commitJob: () => open.pass({ kind: 'committed' as const, books: booksOf(30) }) });
    await late.until(() => late.count('commitJob') > 0);
    await late.handle.cancel();
    open.open();
    expect((await late.result()).state).toBe('completed');
  });

  it('takes effect in seconds when the step listens', async () => {
    const job = await bench.start({
      reconcileJob: (_input, signal) => new Promise((_, reject) => { signal.addEventListener('abort', () => { reject(new WaybillError('INTERNAL', 'stopped')); }); }),
    });
    await job.until(() => job.count('reconcileJob') > 0);
    const since = Date.now();
    await job.tell('cancel');
    expect((await job.result()).state).toBe('cancelled');
    expect(Date.now() - since).toBeLessThan(20_000);
  });
});

describe.concurrent('what onlookers see', () => {
  it('the search attribute follows the state, in the order of the table of states', async () => {
    const job = await bench.start();
    await job.result();
    const history = await job.handle.fetchHistory();
    const states = (history.events ?? []).flatMap((event) => {
      const data = event.upsertWorkflowSearchAttributesEventAttributes?.searchAttributes?.indexedFields?.['WaybillState']?.data;
      return data === undefined || data === null ? [] : [JSON.parse(Buffer.from(data).toString()) as unknown].flat();
    });
    expect(states).toEqual(['detecting', 'planning', 'staging', 'reconciling', 'committing', 'closing', 'completed']);
    const described = await job.handle.describe();
    expect(described.typedSearchAttributes.getAll().map(({ key, value }) => [key.name, value]).sort()).toEqual(expect.arrayContaining([['WaybillKind', 'import'], ['WaybillState', 'completed']]));
  });

  it('counts grow while chunks are staged', async () => {
    const door = new Door();
    const job = await bench.start({ stageChunk: ({ chunkNo }) => (chunkNo === 2 ? door.pass(staged()) : staged(1)) });
    await job.until(async () => (await job.progress()).chunksStaged === 2);
    expect(await job.progress()).toMatchObject({ state: 'staging', chunksPlanned: 3, rowsRead: 20, rowsTotal: 30, rowsRejected: 2, issueCount: 2, books: null });
    door.open();
    await job.result();
  });
});
