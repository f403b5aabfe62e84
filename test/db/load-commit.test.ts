import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runChunk } from '../../activities/run-chunk.ts';
import { createCloseJob } from '../../activities/close-job.ts';
import { createEndJob } from '../../activities/end-job.ts';
import { ImportBench, shortBooks, type StagedJob } from '../support/import-bench.ts';

let bench: ImportBench;
beforeAll(async () => { bench = await ImportBench.open({ chunkBytes: 16 }); });
afterAll(() => bench.close());

let number = 0;
const people = async (): Promise<string> => {
  const name = `people_${number += 1}`;
  await bench.adopt(name, `create table app.${name} (id text primary key, name text); insert into app.${name} values ('a', 'old'), ('b', 'same'), ('z', 'other')`);
  return name;
};
const records = (name: string) => bench.sql(`select * from app.${name} order by 1`).then((rows) => rows.map((row) => Object.values(row).join('|')));
const file = 'id,name\na,new\nb,same\nc,made\n';
const signal = new AbortController().signal;

const draftedJob = async (name: string): Promise<StagedJob> => {
  const job = await bench.stage(name, file);
  expect(shortBooks(await bench.draft(job))).toEqual({ created: 1, updated: 1, unchanged: 1 });
  return job;
};

describe('a dataset that changed between the draft and the commit', () => {
  it.each([
    ['an insert', `insert into T values ('y', 'x')`], ['an insert of a key of the file', `insert into T values ('c', 'theirs')`],
    ['an update', `update T set name = 'theirs' where id = 'a'`], ['an update that changes nothing', `update T set name = name where id = 'z'`],
    ['a delete', `delete from T where id = 'z'`], ['a delete and an insert', `delete from T where id = 'z'; insert into T values ('z', 'other')`],
    ['a delete and another insert', `delete from T where id = 'a'; insert into T values ('y', 'x')`],
    ['VACUUM FULL', 'vacuum full T'], ['CLUSTER', 'cluster T using T_pkey'], ['TRUNCATE', 'truncate T'], ['TRUNCATE and the same rows', `truncate T; insert into T values ('a', 'old'), ('b', 'same'), ('z', 'other')`],
  ])('%s is noticed: nothing is written, and the next draft is right', async (_, statement) => {
    const name = await people();
    const job = await draftedJob(name);
    await bench.sql(statement.replaceAll('T_pkey', `${name}_pkey`).replaceAll(/\bT\b/g, `app.${name}`));
    const theirs = await records(name);
    expect(await bench.commit(job)).toEqual({ kind: 'stale' });
    expect(await records(name)).toEqual(theirs);
    await bench.finish(job);
    const expected = new Map(theirs.map((row) => row.split('|') as [string, string]));
    for (const [id, value] of [['a', 'new'], ['b', 'same'], ['c', 'made']] as const) expected.set(id, value);
    expect(await records(name)).toEqual([...expected].map((row) => row.join('|')).sort());
  });

  it.each([
    ['a plain VACUUM with FREEZE', 'vacuum (freeze) T'], ['ANALYZE', 'analyze T'], ['a change that was rolled back', `begin; update T set name = 'x'; rollback`],
    ['a row that was only locked', `begin; select 1 from T for update; commit`], ['an index more', 'create index on T (name)'],
  ])('%s is none', async (_, statement) => {
    const name = await people();
    const job = await draftedJob(name);
    await bench.sql(statement.replaceAll(/\bT\b/g, `app.${name}`));
    expect((await bench.commit(job)).kind).toBe('committed');
    expect(await records(name)).toEqual(['a|new', 'b|same', 'c|made', 'z|other']);
  });

  it('a transaction that had begun before the draft and ended after it is noticed', async () => {
    const name = await people();
    const other = await bench.admin.connect();
    try {
      await other.query('begin');
      await other.query(`insert into app.${name} values ('c', 'theirs')`);
      const job = await draftedJob(name);
      await other.query('commit');
      expect(await bench.commit(job)).toEqual({ kind: 'stale' });
      expect(shortBooks(await bench.finish(job))).toEqual({ updated: 2, unchanged: 1 });
    } finally { other.release(); }
  });

  it('a change of a partition is noticed as well', async () => {
    await bench.adopt('parted', `create table app.parted (id text primary key, name text) partition by list (id); create table app.parted_rest partition of app.parted default; insert into app.parted values ('a', 'old'), ('b', 'same')`);
    for (const statement of ['vacuum full app.parted_rest', `update app.parted_rest set name = name`, 'analyze app.parted']) {
      const job = await bench.stage('parted', file, { again: true });
      await bench.draft(job);
      await bench.sql(statement);
      expect((await bench.commit(job)).kind, statement).toBe(statement.startsWith('analyze') ? 'committed' : 'stale');
      if (!statement.startsWith('analyze')) await createEndJob(bench.deps)({ jobId: job.jobId, state: 'cancelled', code: 'CANCELLED', place: {} });
    }
  });
});

describe('a commit refuses', () => {
  it.each([
    ['a column more', 'alter table T add column more int'], ['another type', 'alter table T alter column name type varchar(20)'],
    ['a check more', `alter table T add constraint later check (name <> 'forbidden')`], ['a trigger more', 'create trigger later before insert on T for each row execute function app.nothing()'],
    ['not null', 'alter table T alter column name set not null'],
  ])('a table whose shape is another: %s', async (_, ddl) => {
    await bench.sql(`create schema if not exists app; create or replace function app.nothing() returns trigger language plpgsql as $$ begin return new; end $$`);
    const name = await people();
    const job = await draftedJob(name);
    await bench.sql(ddl.replaceAll(/\bT\b/g, `app.${name}`));
    await expect(bench.commit(job)).rejects.toMatchObject({ code: 'DATASET_CHANGED' });
    expect(await bench.numbers(`select count(*) from app.${name} where id = 'c' or name = 'new'`)).toEqual([0]);
  });

  it.each([
    ['the ledger counts a row more', `update waybill.chunk_ledger set rows_read = rows_read + 1 where job_id = $1 and chunk_no = 0`],
    ['a rejected row is invented', `insert into waybill.quarantine (job_id, round, plan_epoch, chunk_no, found_in, row_no, line_no, outcome) values ($1, 1, 1, 0, 'c', 99, 99, 'quarantined')`],
    ['a duplicate is invented', `insert into waybill.duplicates (job_id, round, plan_epoch, row_no) values ($1, 1, 1, 99)`],
    ['a staged row is gone', null],
    ['a change is left out of the draft', null],
  ])('books that do not balance: %s', async (what, tamper) => {
    const name = await people();
    const job = await draftedJob(name);
    const id = job.jobId.replaceAll('-', '');
    if (tamper !== null) await bench.sql(tamper, [job.jobId]);
    else if (what.startsWith('a staged')) await bench.sql(`delete from waybill_staging.j_${id}_r1_e1 where row_no = 3`);
    else await bench.sql(`delete from waybill_staging.c_${id}_r1 where row_no = 1`);
    const before = await records(name);
    await expect(bench.commit(job)).rejects.toMatchObject({ code: 'BOOKS_UNBALANCED' });
    expect(await records(name)).toEqual(before);
    expect(await bench.numbers('select count(*) from waybill.commits where job_id = $1', [job.jobId])).toEqual([0]);
    expect(await bench.numbers('select count(*) from waybill.before_images where job_id = $1', [job.jobId])).toEqual([0]);
  });

  it('the same file that another job committed meanwhile, unless it was asked to load it again', async () => {
    const name = await people();
    const [one, two, again] = [await bench.stage(name, file), await bench.stage(name, file), await bench.stage(name, file, { again: true })];
    await bench.finish(one);
    await bench.draft(two);
    await expect(bench.commit(two)).rejects.toMatchObject({ code: 'SAME_FILE', place: { job: one.jobId } });
    await createEndJob(bench.deps)({ jobId: two.jobId, state: 'refused', code: 'SAME_FILE', place: {} });
    expect(shortBooks(await bench.finish(again))).toEqual({ unchanged: 3 });
    await expect(bench.stage(name, file)).rejects.toMatchObject({ code: 'SAME_FILE' });
  });

  it('a job that was moved on meanwhile', async () => {
    const name = await people();
    const job = await draftedJob(name);
    const lock = await bench.admin.connect();
    try {
      await lock.query('begin');
      await lock.query(`lock table app.${name} in row exclusive mode`);
      const commit = bench.commit(job);
      commit.catch(() => undefined);
      await new Promise((resolve) => { setTimeout(resolve, 300); });
      await bench.sql(`update waybill.jobs set state = 'failed', finished_at = now() where job_id = $1`, [job.jobId]);
      await lock.query('commit');
      await expect(commit).rejects.toMatchObject({ code: 'JOB_STATE' });
    } finally { lock.release(); }
    expect(await records(name)).toEqual(['a|old', 'b|same', 'z|other']);
  });
});

describe('staging', () => {
  it('that vanished (a crash empties unlogged tables) is noticed before the draft and before the commit', async () => {
    const name = await people();
    const job = await draftedJob(name);
    const crash = () => bench.sql(`truncate waybill_staging.j_${job.jobId.replaceAll('-', '')}_r1_e1, waybill.staged_chunks; do $$ declare t text; begin
      for t in select relname from pg_class where relnamespace = 'waybill_staging'::regnamespace and relname = 'c_${job.jobId.replaceAll('-', '')}_r1' loop execute 'truncate waybill_staging.' || t; end loop; end $$`);
    await crash();
    expect(await bench.commit(job)).toEqual({ kind: 'stale' });
    const missing = await bench.reconcile(job);
    if (missing.kind !== 'missing') return expect.unreachable(missing.kind);
    for (const chunkNo of missing.chunks) await runChunk(bench.deps, { ...job, chunkNo }, signal);
    expect(shortBooks(await bench.finish(job))).toEqual({ created: 1, updated: 1, unchanged: 1 });
    expect(await records(name)).toEqual(['a|new', 'b|same', 'c|made', 'z|other']);
  });

  it('of a chunk twice is once, and its totals come back', async () => {
    const name = await people();
    const job = await bench.stage(name, 'id,name\na,x\nb,y\n,z\nd\n');
    const chunk = { ...job, chunkNo: 0 };
    const counts = () => bench.sql(`select (select count(*) from waybill_staging.j_${job.jobId.replaceAll('-', '')}_r1_e1)::int as rows, (select count(*) from waybill.issues where job_id = $1)::int as issues,
      (select count(*) from waybill.quarantine where job_id = $1)::int as rejects, (select count(*) from waybill.chunk_ledger where job_id = $1)::int as ledger`, [job.jobId]);
    const before = await counts();
    const first = await runChunk(bench.deps, chunk, signal);
    expect(await runChunk(bench.deps, chunk, signal)).toEqual(first);
    expect(await counts()).toEqual(before);
  });

  it('by a zombie, after the job has moved on or under an epoch that is over, changes nothing', async () => {
    const name = await people();
    const job = await draftedJob(name);
    await expect(runChunk(bench.deps, { ...job, chunkNo: 0 }, signal)).rejects.toMatchObject({ code: 'CHUNK_STALE' });
    await bench.sql(`update waybill.jobs set state = 'staging', plan_epoch = 2 where job_id = $1`, [job.jobId]);
    await expect(runChunk(bench.deps, { ...job, chunkNo: 0 }, signal)).rejects.toMatchObject({ code: 'CHUNK_STALE' });
  });

  it('is made anew under a second epoch when the whole column says that its dates were read wrongly, and nothing of the first stays', async () => {
    // The samples are taken at the start, the middle and the end: what decides stands between them.
    const day = (row: number): string => (row === 30_000 ? '25/12/2024' : `0${1 + row % 9}/0${1 + (row * 7) % 9}/2024`);
    const big = await ImportBench.open({ chunkBytes: 256 * 1024 });
    try {
      await big.adopt('dated', `create table app.dated (id int primary key, day date)`);
      const content = `id,day\n${Array.from({ length: 100_000 }, (_, row) => `${row},${day(row)}`).join('\n')}\n`;
      const job = await big.load('dated', content);
      expect(job.planEpoch).toBe(2);
      expect(shortBooks(job.books)).toEqual({ created: 100_000 });
      expect(await big.sql(`select day::text from app.dated where id in (1, 30000) order by id`)).toEqual([{ day: '2024-08-02' }, { day: '2024-12-25' }]);
      for (const table of ['issues', 'quarantine', 'chunk_ledger', 'staged_chunks']) expect(await big.numbers(`select count(*) from waybill.${table} where job_id = $1 and plan_epoch = 1`, [job.jobId])).toEqual([0]);
    } finally { await big.close(); }
  });

  it('leaves nothing behind when the job closes, and when it ends without a commit', async () => {
    const name = await people();
    const done = await bench.load(name, file);
    const ended = await bench.stage(name, 'id,name\nq,x\n,y\n');
    await bench.draft(ended);
    await createEndJob(bench.deps)({ jobId: ended.jobId, state: 'cancelled', code: 'CANCELLED', place: {} });
    for (const { jobId } of [done, ended]) {
      expect(await bench.sql(`select relname from pg_class where relnamespace = 'waybill_staging'::regnamespace and relname like '%' || $1 || '%'`, [jobId.replaceAll('-', '')])).toEqual([]);
      expect(await bench.numbers('select count(*) from waybill.staged_chunks where job_id = $1', [jobId])).toEqual([0]);
      expect(await bench.numbers('select count(*) from waybill.dataset_writers where job_id = $1', [jobId])).toEqual([0]);
    }
    expect(await bench.found(ended.jobId)).toEqual(['2 KEY_MISSING id']);
  });

  it('of a dry run shows its draft and leaves the dataset as it was', async () => {
    const name = await people();
    const job = await bench.stage(name, file, { dryRun: true });
    const result = await bench.reconcile(job);
    if (result.kind !== 'drafted') return expect.unreachable();
    expect(result.dryRun).toBe(true);
    expect(await createCloseJob(bench.deps)({ jobId: job.jobId, books: result.books })).toEqual({ state: 'completed' });
    expect(await records(name)).toEqual(['a|old', 'b|same', 'z|other']);
    expect(await bench.numbers('select count(*) from waybill.commits where job_id = $1', [job.jobId])).toEqual([0]);
  });
});

describe('two jobs at one dataset', () => {
  it('take turns: the second is told which it waits for, and drafts against what the first committed', async () => {
    const name = await people();
    const [one, two] = [await bench.stage(name, file), await bench.stage(name, 'id,name\na,newer\nc,made\n')];
    await bench.draft(one);
    expect(await bench.reconcile(two)).toEqual({ kind: 'waits', job: one.jobId });
    await bench.finish(one);
    expect(shortBooks(await bench.finish(two))).toEqual({ updated: 1, unchanged: 1 });
    expect(await bench.numbers('select count(*) from waybill.dataset_writers where job_id = any ($1)', [[one.jobId, two.jobId]])).toEqual([0]);
  });
});

describe('a first load into a table that Waybill made', () => {
  const rows = 20_100;
  const define = async (target: ImportBench, name: string): Promise<void> => {
    await target.make({ name, fields: [{ name: 'id', type: 'text', required: true, key: true }, { name: 'mail', type: 'text' }, { name: 'n', type: 'integer' }] });
    await target.sql(`create unique index ${name}_mail_idx on registry.${name} (mail); create index ${name}_n_idx on registry.${name} (n desc) where n > 5; create index ${name}_lower_idx on registry.${name} (lower(mail)) include (n)`);
    await target.sql(`alter table registry.${name} add constraint ${name}_n_key unique (n)`);
    // Taken over again: the unique ones belong to the shape that the commit compares.
    await target.make({ name, fields: [{ name: 'id', type: 'text', required: true, key: true }, { name: 'mail', type: 'text' }, { name: 'n', type: 'integer' }] });
  };
  const indexes = (target: ImportBench, name: string) => target.sql(
    `select ic.relname, pg_get_indexdef(ic.oid) as definition, i.indisvalid, (select pg_get_constraintdef(c.oid) from pg_constraint c where c.conindid = ic.oid) as constraint, pg_get_userbyid(ic.relowner) as owner
     from pg_index i join pg_class ic on ic.oid = i.indexrelid where i.indrelid = $1::regclass order by 1`, [`registry.${name}`]);
  const content = (bad: (row: number) => string | null = () => null): string =>
    `id,mail,n\n${Array.from({ length: rows }, (_, row) => bad(row) ?? `k${row},m${row}@x.org,${row}`).join('\n')}\n`;

  it('builds its indexes after the rows and leaves each of them as it was', async () => {
    const big = await ImportBench.open();
    try {
      await define(big, 'fresh');
      const before = await indexes(big, 'fresh');
      expect(before).toHaveLength(5);
      const [file0] = await big.numbers(`select pg_relation_filenode('registry.fresh')`);
      const job = await big.load('fresh', content());
      expect(shortBooks(job.books)).toEqual({ created: rows });
      expect((await big.numbers(`select pg_relation_filenode('registry.fresh')`))[0]).not.toBe(file0);
      expect(await indexes(big, 'fresh')).toEqual(before);
      expect(await big.numbers('select count(*) from waybill.record_origins o join waybill.jobs j using (job_no) where job_id = $1', [job.jobId])).toEqual([rows]);
      await expect(big.sql(`insert into registry.fresh values ('k1', 'q', -1)`)).rejects.toMatchObject({ code: '23505' });
      await expect(big.sql(`insert into registry.fresh values ('q', 'm1@x.org', -1)`)).rejects.toMatchObject({ code: '23505' });
    } finally { await big.close(); }
  });

  it('leaves them as they were when the commit fails, and the table empty', async () => {
    const big = await ImportBench.open();
    try {
      await define(big, 'doomed');
      const before = await indexes(big, 'doomed');
      const job = await big.stage('doomed', content());
      await big.draft(job);
      await big.sql(`update waybill.chunk_ledger set rows_read = rows_read + 1 where job_id = $1 and chunk_no = 0`, [job.jobId]);
      await expect(big.commit(job)).rejects.toMatchObject({ code: 'BOOKS_UNBALANCED' });
      expect(await indexes(big, 'doomed')).toEqual(before);
      expect(await big.numbers('select count(*) from registry.doomed')).toEqual([0]);
    } finally { await big.close(); }
  });

  it('does not take them down when the table holds records or another table refers to it', async () => {
    const big = await ImportBench.open();
    try {
      await define(big, 'referred');
      await big.sql('create table registry.referring (id text references registry.referred)');
      const [file0] = await big.numbers(`select pg_relation_filenode('registry.referred')`);
      expect(shortBooks((await big.load('referred', content((row) => (row === 3 ? 'k3,m2@x.org,3' : null)))).books)).toEqual({ created: rows - 1, quarantined: 1 });
      expect(await big.numbers(`select pg_relation_filenode('registry.referred')`)).toEqual([file0]);
      expect(shortBooks((await big.load('referred', content((row) => `q${row},q${row},${row + 100_000}`))).books)).toEqual({ created: rows });
      expect(await big.numbers(`select pg_relation_filenode('registry.referred')`)).toEqual([file0]);
    } finally { await big.close(); }
  });
});
