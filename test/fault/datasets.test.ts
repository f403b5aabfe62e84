/** Others at the same dataset: a second import, a program that writes or holds locks, a table that changes its shape, the same file again. */
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { expectedBooks, startFaultBench } from '../support/fault-bench.ts';
import type { FaultBench } from '../support/fault-bench.ts';
import { untilTrue } from '../support/operator.ts';
import { emptyBooks } from '../../contracts/books.ts';

let bench: FaultBench;
let other: pg.Client;
beforeAll(async () => {
  bench = await startFaultBench();
  other = new pg.Client({ connectionString: bench.stack.adminUrl, application_name: 'another program' });
  await other.connect();
});
afterAll(async () => { await other.end(); await bench.close(); });

const addRecord = async (dataset: string, id: string, status = 'theirs'): Promise<void> => {
  await other.query(`insert into registry.${dataset} (record_id, full_name, status) values ($1, 'Somebody else', $2)`, [id, status]);
};
const statusOf = async (dataset: string, id: string): Promise<string | null> =>
  (await bench.sql<{ status: string }>(`select status from registry.${dataset} where record_id = $1`, [id]))[0]?.status ?? null;

/** Changes ten of the file's records and adds ten. */
const smallFile = `record_id,status\n${Array.from({ length: 20 }, (_, index) => `${index < 10 ? 'D' : 'N'}${index},second\n`).join('')}`;

describe('two imports into one dataset', () => {
  it('take turns: the second says for whom it waits, and both end right', async () => {
    await bench.dataset('both');
    const small = await bench.upload(smallFile);
    const gate = await bench.closeGate('commit');
    const first = await bench.start('both');
    await gate.untilWaiting(1);
    const second = await bench.start('both', { sha256: small });
    await untilTrue('the second waits for the first', async () => (await bench.job(second)).waitsFor === first);
    const { job: { progress } } = await bench.ask<{ job: { progress: { waitsFor: string } } }>('query ($id: ID!) { job(id: $id) { progress { waitsFor } } }', { id: second });
    expect(progress.waitsFor).toBe(first);
    await gate.open();
    const since = Date.now();
    expect(await bench.untilEnded(first)).toMatchObject({ state: 'completed_with_rejects', books: expectedBooks });
    expect(await bench.untilEnded(second)).toMatchObject({ state: 'completed', waitsFor: null, books: { ...emptyBooks, read: 20, created: 10, updated: 10 } });
    await bench.figure('two imports into one dataset, from the first’s commit until the second is completed', since);
    await bench.dataset('in_turn');
    await bench.untilEnded(await bench.start('in_turn'));
    await bench.untilEnded(await bench.start('in_turn', { sha256: small }));
    expect(await bench.content('both')).toEqual(await bench.content('in_turn'));
  });

  it('of the same file at once: one loads it, the other is refused', async () => {
    await bench.dataset('same_at_once');
    const gate = await bench.closeGate('seal');
    const jobIds = [await bench.start('same_at_once'), await bench.start('same_at_once')];
    await gate.untilWaiting(4);
    await gate.open();
    const rows = await Promise.all(jobIds.map(async (jobId) => ({ jobId, ...await bench.untilEnded(jobId) })));
    const [loaded, refused] = [rows.find((row) => row.state === 'completed_with_rejects'), rows.find((row) => row.state === 'refused')];
    expect(refused).toMatchObject({ errorCode: 'SAME_FILE', committedAt: null });
    await bench.expectWhole(loaded?.jobId ?? '', 'same_at_once');
    await bench.expectUntouched(refused?.jobId ?? '', 'same_at_once', await bench.content('undisturbed'));
  });
});

describe('the same file twice', () => {
  it('is refused, and asked for again it writes nothing, because nothing differs', async () => {
    await bench.dataset('twice');
    await bench.expectWhole(await bench.start('twice'), 'twice');
    const versions = async (): Promise<unknown> => bench.sql('select count(*) as n, sum(hashtextextended(record_id || ctid::text || xmin::text, 0)::numeric)::text as hash from registry.twice');
    const before = await versions();
    const second = await bench.start('twice');
    expect(await bench.untilEnded(second)).toMatchObject({ state: 'refused', errorCode: 'SAME_FILE' });
    const again = await bench.start('twice', { again: true });
    expect(await bench.untilEnded(again)).toMatchObject({ state: 'completed_with_rejects', books: { ...expectedBooks, created: 0, unchanged: expectedBooks.created } });
    expect(await versions()).toEqual(before);
    await bench.expectUntouched(second, 'twice', await bench.content('undisturbed'));
  });
});

describe('another program', () => {
  it('that writes between draft and commit makes the draft stale: it is made again, and both have what they wrote', async () => {
    await bench.dataset('written_to');
    await addRecord('written_to', 'D3');
    await addRecord('written_to', 'THEIRS');
    const gate = await bench.closeGate('draft');
    const jobId = await bench.start('written_to');
    await gate.untilWaiting(1);
    await addRecord('written_to', 'LATER');
    await addRecord('written_to', 'D4');
    await other.query(`delete from registry.written_to where record_id = 'D3'`);
    await gate.open();
    const row = await bench.untilEnded(jobId);
    expect(row).toMatchObject({ state: 'completed_with_rejects', books: { ...expectedBooks, created: expectedBooks.created - 1, updated: 1 } });
    expect([await statusOf('written_to', 'THEIRS'), await statusOf('written_to', 'LATER'), await statusOf('written_to', 'D3'), await statusOf('written_to', 'D4')])
      .toEqual(['theirs', 'theirs', 'closed', 'closed']);
    await other.query(`delete from registry.written_to where status = 'theirs'`);
    expect(await bench.content('written_to')).toEqual(await bench.content('undisturbed'));
    const [images] = await bench.sql<{ n: number }>('select count(*)::int as n from waybill.before_images where job_id = $1', [jobId]);
    expect(images?.n).toBe(1);
  });

  it('that has not ended its own transaction is waited for, and what it wrote stays', async () => {
    await bench.dataset('locked');
    await other.query('begin');
    await addRecord('locked', 'OPEN');
    const jobId = await bench.start('locked');
    await untilTrue('the commit waits for the lock', async () => (await bench.sql(
      `select 1 from pg_stat_activity where application_name = 'waybill-worker' and wait_event_type = 'Lock' and datname = current_database()`)).length > 0);
    await other.query('commit');
    const since = Date.now();
    expect(await bench.untilEnded(jobId)).toMatchObject({ state: 'completed_with_rejects', books: expectedBooks });
    await bench.figure('a lock of another program in the way of the commit, from its release until the job is completed', since);
    expect(await statusOf('locked', 'OPEN')).toBe('theirs');
    await other.query(`delete from registry.locked where status = 'theirs'`);
    expect(await bench.content('locked')).toEqual(await bench.content('undisturbed'));
  });
});

describe('a table that changes its shape between plan and commit', () => {
  it.each([
    ['gets a column', 'add column note text'],
    ['loses a column that the file feeds', 'drop column municipality'],
    ['changes the type of a column', 'alter column persons type text'],
  ])('%s: the job fails as DATASET_CHANGED and commits nothing', async (what, change) => {
    const name = `reshaped_${change.split(' ')[0] ?? ''}`;
    await bench.dataset(name);
    await addRecord(name, 'D3');
    const gate = await bench.closeGate('seal');
    const jobId = await bench.start(name);
    await gate.untilWaiting(4);
    await other.query(`alter table registry.${name} ${change}`);
    const before = await bench.content(name);
    await gate.open();
    expect(await bench.untilEnded(jobId), what).toMatchObject({ state: 'failed', errorCode: 'DATASET_CHANGED' });
    await bench.expectUntouched(jobId, name, before);
  });
});
