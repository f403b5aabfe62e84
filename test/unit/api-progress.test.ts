import fc from 'fast-check';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test, vi } from 'vitest';
import type { JobProgress } from '../../contracts/progress.ts';
import { LatestValue } from '../../api/progress/latest-value.ts';
import { mergeProgress, neverBackwards, showsChange } from '../../api/progress/merge-progress.ts';
import { ProgressRelay, type ProgressSources } from '../../api/progress/progress-relay.ts';

const progress = (over: Partial<JobProgress> = {}): JobProgress => ({
  jobId: 'j', state: 'staging', paused: false, stalled: false, waitsFor: null, question: null, reminded: 0, round: 1, planEpoch: 1, chunksPlanned: 10, chunksStaged: 0,
  rowsRead: 0, rowsTotal: 100, rowsRejected: 0, issueCount: 0, books: null, errorCode: null, startedAt: 1, updatedAt: 1, ...over,
});
const counts = fc.record({ chunksStaged: fc.nat(20), rowsRead: fc.nat(100), rowsRejected: fc.nat(100), issueCount: fc.nat(100) });

test('merged counts are never below what either witness of the same epoch says, nor below what was shown', () => {
  fc.assert(fc.property(counts, counts, counts, (ledger, workflow, shown) => {
    const merged = neverBackwards(progress(shown), mergeProgress(progress(ledger), progress(workflow)));
    for (const name of ['chunksStaged', 'rowsRead', 'rowsRejected', 'issueCount'] as const)
      expect(merged[name]).toBe(Math.max(ledger[name], workflow[name], shown[name]));
  }));
});

test('without a worker the ledger speaks, and the job is stalled', () => {
  expect(mergeProgress(progress({ rowsRead: 7 }), null)).toMatchObject({ rowsRead: 7, stalled: true, state: 'staging' });
});

test('what a running job tries again after is told from the ledger, since the workflow does not see attempts', () => {
  expect(mergeProgress(progress({ errorCode: 'DATABASE_FULL' }), progress({})).errorCode).toBe('DATABASE_FULL');
});

test('a job that ended is told as the database has it, never as stalled', () => {
  expect(mergeProgress(progress({ state: 'completed', rowsRead: 5 }), null)).toMatchObject({ state: 'completed', stalled: false, rowsRead: 5 });
});

test('a workflow that says it has ended is not believed before the database says so', () => {
  expect(mergeProgress(progress({ state: 'closing' }), progress({ state: 'completed' })).state).toBe('closing');
});

test('a new epoch starts its counts again', () => {
  const next = neverBackwards(progress({ rowsRead: 90 }), mergeProgress(progress({ planEpoch: 2, rowsRead: 3 }), progress({ planEpoch: 1, rowsRead: 90 })));
  expect(next).toMatchObject({ planEpoch: 2, rowsRead: 3 });
});

test('a later moment alone is no change', () => {
  expect(showsChange(progress(), progress({ updatedAt: 99 }))).toBe(false);
  expect(showsChange(progress(), progress({ paused: true }))).toBe(true);
});

test('a slow reader gets the newest value and then the end', async () => {
  const values = new LatestValue<number>(() => undefined);
  values.set(1);
  values.set(2);
  values.end();
  expect([await values.next(), await values.next()]).toEqual([{ done: false, value: 2 }, { done: true, value: undefined }]);
});

test('a reader that leaves while it waits is released at once', async () => {
  const left = vi.fn();
  const values = new LatestValue<number>(left);
  const waiting = values.next();
  await values.return();
  expect(await waiting).toEqual({ done: true, value: undefined });
  expect(left).toHaveBeenCalledOnce();
});

interface Bench {
  readonly relay: ProgressRelay;
  readonly notify: () => void;
  readonly ears: () => number;
  readonly asked: () => number;
  readonly set: (ledger: JobProgress | null, workflow?: JobProgress | null) => void;
}
const bench = (askMs = 5): Bench => {
  let ledger: JobProgress | null = progress();
  let workflow: JobProgress | null = progress();
  let asked = 0;
  const ears = new Set<() => void>();
  const sources: ProgressSources = {
    readLedger: () => Promise.resolve(ledger),
    askWorkflow: async () => { asked += 1; const answer = workflow; await sleep(askMs); return answer; },
    hear: (jobId, onJob) => { const ear = (): void => { onJob(jobId); }; ears.add(ear); return () => { ears.delete(ear); }; },
    onError: () => undefined,
  };
  return {
    relay: new ProgressRelay(sources, { silenceMs: 60, spacingMs: 10 }),
    notify: () => { for (const ear of ears) ear(); },
    ears: () => ears.size, asked: () => asked,
    set: (newLedger, newWorkflow) => { ledger = newLedger; workflow = newWorkflow === undefined ? newLedger : newWorkflow; },
  };
};
const nextOf = async (iterator: AsyncIterator<JobProgress>): Promise<JobProgress> => {
  const next = await iterator.next();
  if (next.done === true) throw new TypeError('the events are over');
  return next.value;
};

test('the first event is a snapshot, then changes come when the database notifies, and a final state ends it', async () => {
  const { relay, notify, set, ears } = bench();
  const events = relay.subscribe('j');
  expect(await nextOf(events)).toMatchObject({ rowsRead: 0 });
  set(progress({ rowsRead: 40, chunksStaged: 4 }));
  notify();
  expect(await nextOf(events)).toMatchObject({ rowsRead: 40 });
  set(progress({ state: 'completed', rowsRead: 100 }));
  notify();
  expect(await nextOf(events)).toMatchObject({ state: 'completed' });
  expect((await events.next()).done).toBe(true);
  expect([ears(), relay.relayCount]).toEqual([0, 0]);
});

test('however many subscribers and notifications, one question is in flight, and the last notification is answered', async () => {
  const { relay, notify, set, asked } = bench(30);
  const all = Array.from({ length: 50 }, () => relay.subscribe('j'));
  await Promise.all(all.map(nextOf));
  const before = asked();
  notify();
  for (let i = 0; i < 100; i += 1) { set(progress({ rowsRead: i + 1 })); notify(); }
  await expect.poll(async () => (await Promise.all(all.slice(0, 3).map(nextOf))).every((event) => event.rowsRead === 100), { timeout: 2_000 }).toBe(true);
  expect(asked() - before).toBeLessThanOrEqual(3);
  for (const events of all) await events.return?.();
});

test('no listener is left when the subscribers have gone', async () => {
  const { relay, ears } = bench();
  const all = Array.from({ length: 20 }, () => relay.subscribe('j'));
  await nextOf(all[0] as AsyncIterator<JobProgress>);
  expect([relay.relayCount, relay.subscriberCount('j'), ears()]).toEqual([1, 20, 1]);
  for (const events of all) await events.return?.();
  expect([relay.relayCount, relay.subscriberCount('j'), ears()]).toEqual([0, 0, 0]);
});

test('a worker that falls silent shows as stalled without any notification, and comes back the same way', async () => {
  const { relay, set } = bench();
  const events = relay.subscribe('j');
  await nextOf(events);
  set(progress(), null);
  expect(await nextOf(events)).toMatchObject({ stalled: true });
  set(progress());
  expect(await nextOf(events)).toMatchObject({ stalled: false });
  await events.return?.();
});

test('a job that is not there ends the subscription', async () => {
  const { relay, set } = bench();
  set(null);
  expect((await relay.subscribe('j').next()).done).toBe(true);
});
