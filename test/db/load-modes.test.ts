import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createCloseJob } from '../../activities/close-job.ts';
import { ImportBench, shortBooks } from '../support/import-bench.ts';

let bench: ImportBench;
beforeAll(async () => { bench = await ImportBench.open({ chunkBytes: 8 }); });
afterAll(() => bench.close());

let number = 0;
/** A table of its own for a test: `id` is its key. */
const people = async (columns = 'id text primary key, name text, note text', rows = ''): Promise<string> => {
  const name = `people_${number += 1}`;
  await bench.adopt(name, `create table app.${name} (${columns})${rows === '' ? '' : `; insert into app.${name} values ${rows}`}`);
  return name;
};
const all = (name: string, columns = 'id, name, note') => bench.sql(`select ${columns} from app.${name} order by 1, 2`).then((rows) => rows.map((row) => Object.values(row)));

describe('each mode, into an empty and into a filled dataset', () => {
  const file = 'id,name\na,Anna\nb,Ben\nc,Carl\n';
  const filled = `('a', 'Anna', 'kept'), ('b', 'Old', 'kept')`;

  it.each([
    ['insert', '', { created: 3 }, []],
    ['upsert', '', { created: 3 }, []],
    ['update', '', { quarantined: 3 }, ['1 KEY_NOT_FOUND id', '2 KEY_NOT_FOUND id', '3 KEY_NOT_FOUND id']],
    ['append', '', { created: 3 }, []],
    ['insert', filled, { created: 1, quarantined: 2 }, ['1 KEY_EXISTS id', '2 KEY_EXISTS id']],
    ['upsert', filled, { created: 1, updated: 1, unchanged: 1 }, []],
    ['update', filled, { updated: 1, unchanged: 1, quarantined: 1 }, ['3 KEY_NOT_FOUND id']],
  ] as const)('%s (filled: %s) gives %j', async (mode, rows, books, issues) => {
    const name = await people(undefined, rows);
    const job = await bench.load(name, file, { mode });
    expect(job.books.read).toBe(3);
    expect(shortBooks(job.books)).toEqual(books);
    expect(await bench.found(job.jobId)).toEqual(issues);
  });

  it('appends beside the records that are there, drawing the key that the table makes, and traces each to its row', async () => {
    const name = await people('id bigint generated always as identity primary key, name text', '');
    await bench.sql(`insert into app.${name} (name) values ('first')`);
    const job = await bench.load(name, 'name\nAnna\nBen\nAnna\n', { mode: 'append' });
    expect(shortBooks(job.books)).toEqual({ created: 3 });
    expect(await all(name, 'id, name')).toEqual([['1', 'first'], ['2', 'Anna'], ['3', 'Ben'], ['4', 'Anna']]);
    expect(await bench.sql('select row_no::int, record_key, kind from waybill.record_origins where job_no = (select job_no from waybill.jobs where job_id = $1) order by 1', [job.jobId]))
      .toEqual([{ row_no: 1, record_key: '2', kind: 'c' }, { row_no: 2, record_key: '3', kind: 'c' }, { row_no: 3, record_key: '4', kind: 'c' }]);
  });

  it('appends into a table without any key', async () => {
    const name = await people('id text, name text', '');
    const job = await bench.load(name, 'id,name\na,x\na,x\n', { mode: 'append' });
    expect(shortBooks(job.books)).toEqual({ created: 2 });
    expect(await bench.sql('select record_key from waybill.record_origins where job_no = (select job_no from waybill.jobs where job_id = $1) order by 1', [job.jobId]))
      .toEqual([{ record_key: 'row 1' }, { record_key: 'row 2' }]);
  });
});

describe('what an update writes', () => {
  it('changes only the mapped columns of the records that differ, and does not touch the others', async () => {
    const name = await people(undefined, `('a', 'Anna', 'kept'), ('b', 'Old', 'kept'), ('z', 'Zoe', 'kept')`);
    const before = await all(name, 'id, xmin::text, ctid::text');
    await bench.load(name, 'id,name\na,Anna\nb,New\n');
    expect(await all(name)).toEqual([['a', 'Anna', 'kept'], ['b', 'New', 'kept'], ['z', 'Zoe', 'kept']]);
    const after = await all(name, 'id, xmin::text, ctid::text');
    expect([after[0], after[2]]).toEqual([before[0], before[2]]);
    expect(after[1]).not.toEqual(before[1]);
  });

  it('takes an empty cell for NULL, in both directions, and writes nothing the second time', async () => {
    const name = await people(undefined, `('a', 'Anna', 'x'), ('b', null, 'x')`);
    expect(shortBooks((await bench.load(name, 'id,name\na,\nb,Ben\n')).books)).toEqual({ updated: 2 });
    expect(await all(name)).toEqual([['a', null, 'x'], ['b', 'Ben', 'x']]);
    expect(shortBooks((await bench.load(name, 'id,name\na,\nb,Ben\n', { again: true })).books)).toEqual({ unchanged: 2 });
  });

  it('keeps the whole record as it was and a hash of it as committed, after the triggers of the table', async () => {
    const name = await people('id text primary key, name text, note text, stamp int default 0', `('a', 'old', 'n', 7), ('b', 'same', 'n', 7)`);
    await bench.sql(`create function app.${name}_before() returns trigger language plpgsql as $$ begin new.stamp := coalesce(old.stamp, 0) + 1; new.name := upper(new.name); return new; end $$;
      create function app.${name}_after() returns trigger language plpgsql as $$ begin insert into app.${name}_log values (new.id); return null; end $$;
      create table app.${name}_log (id text); grant insert on app.${name}_log to waybill_runtime;
      create trigger t1 before insert or update on app.${name} for each row execute function app.${name}_before();
      create trigger t2 after insert or update on app.${name} for each row execute function app.${name}_after()`);
    await readopt(name);
    const job = await bench.load(name, 'id,name\na,new\nc,made\nb,same\n');
    expect(shortBooks(job.books)).toEqual({ created: 1, updated: 1, unchanged: 1 });
    expect(await all(name, 'id, name, note, stamp')).toEqual([['a', 'NEW', 'n', 8], ['b', 'same', 'n', 7], ['c', 'MADE', null, 1]]);
    // The rehearsal's own firing was rolled back.
    expect(await all(`${name}_log`, 'id, 1')).toEqual([['a', 1], ['c', 1]]);
    expect(await bench.sql(`select record_key, row_no::int, image, committed_hash from waybill.before_images where job_id = $1`, [job.jobId])).toEqual([{
      record_key: 'a', row_no: 1, image: { id: 'a', name: 'old', note: 'n', stamp: 7 },
      committed_hash: (await bench.sql(`select encode(sha256(convert_to(d::text, 'UTF8')), 'hex') as h from app.${name} d where id = 'a'`))[0]?.['h'],
    }]);
  });

  it('names job, row and kind as the origin of each record that it made or changed, and of no other', async () => {
    const name = await people(undefined, `('a', 'Anna', ''), ('b', 'Old', '')`);
    const job = await bench.load(name, 'id,name\na,Anna\nb,New\nc,Carl\n');
    expect(await bench.sql(`select row_no::int, record_key, o.kind from waybill.record_origins o join waybill.jobs j using (job_no) where job_id = $1 order by 1`, [job.jobId]))
      .toEqual([{ row_no: 2, record_key: 'b', kind: 'u' }, { row_no: 3, record_key: 'c', kind: 'c' }]);
    expect(await bench.sql(`select relname from pg_class where relnamespace = 'waybill_staging'::regnamespace and relname like '%' || $1 || '%'`, [job.jobId.replaceAll('-', '')])).toEqual([]);
  });

  it('reaches the records of every partition, though their places are alike', async () => {
    const name = `parts_${number += 1}`;
    await bench.adopt(name, `create table app.${name} (id text primary key, name text) partition by list (id);
      create table app.${name}_a partition of app.${name} for values in ('a', 'c'); create table app.${name}_b partition of app.${name} default;
      insert into app.${name} values ('a', 'old'), ('b', 'old'), ('c', 'same')`);
    const job = await bench.load(name, 'id,name\na,new\nb,new\nc,same\nd,made\n');
    expect(shortBooks(job.books)).toEqual({ created: 1, updated: 2, unchanged: 1 });
    expect(await all(name, 'id, name')).toEqual([['a', 'new'], ['b', 'new'], ['c', 'same'], ['d', 'made']]);
    expect(await bench.sql(`select record_key, image ->> 'id' as id from waybill.before_images where job_id = $1 order by 1`, [job.jobId]))
      .toEqual([{ record_key: 'a', id: 'a' }, { record_key: 'b', id: 'b' }]);
  });
});

/** The table's shape changed on purpose. */
const readopt = (name: string): Promise<void> => bench.adopt(name, 'select 1');

describe('duplicates inside a file, over its chunks', () => {
  const file = 'id,name\na,1\nb,1\na,2\nc,1\na,3\nb,2\n';

  it.each([
    ['last', { created: 3, duplicate: 3 }, [['a', '3'], ['b', '2'], ['c', '1']]],
    ['first', { created: 3, duplicate: 3 }, [['a', '1'], ['b', '1'], ['c', '1']]],
    ['reject', { created: 1, quarantined: 5 }, [['c', '1']]],
  ] as const)('%s: %j', async (duplicates, books, records) => {
    const name = await people();
    const job = await bench.load(name, file, { duplicates });
    expect((await bench.numbers('select count(*) from waybill.chunks where job_id = $1', [job.jobId]))[0]).toBeGreaterThan(1);
    expect(shortBooks(job.books)).toEqual(books);
    expect(await all(name, 'id, name')).toEqual(records);
    if (duplicates === 'reject') expect(await bench.found(job.jobId)).toEqual([1, 2, 3, 5, 6].map((row) => `${row} DUPLICATE_REJECTED`));
    else expect((await bench.numbers('select winner_row_no from waybill.duplicates where job_id = $1 order by row_no', [job.jobId]))).toEqual(duplicates === 'last' ? [5, 6, 5] : [1, 1, 2]);
  });

  it('counts only rows that pass: a refused last row gives way to an earlier one', async () => {
    const name = await people('id text primary key, name text, n int check (n <> 13)');
    const job = await bench.load(name, 'id,name,n\na,first,1\na,second,2\na,checked,13\na,typed,x\nb,only,13\n');
    expect(shortBooks(job.books)).toEqual({ created: 1, duplicate: 1, quarantined: 3 });
    expect(await all(name, 'id, name, n')).toEqual([['a', 'second', 2]]);
    expect(await bench.found(job.jobId)).toEqual(['3 CHECK_VIOLATED n', '4 INTEGER_INVALID n', '5 CHECK_VIOLATED n']);
  });

  it('lets the earlier row stand when the later one clashes over another unique field', async () => {
    const name = await people('id text primary key, name text unique', `('z', 'taken')`);
    const job = await bench.load(name, 'id,name\na,free\na,taken\n');
    expect(shortBooks(job.books)).toEqual({ created: 1, quarantined: 1 });
    expect(await all(name, 'id, name')).toEqual([['a', 'free'], ['z', 'taken']]);
    expect(await bench.found(job.jobId)).toEqual(['2 UNIQUE_VIOLATED name']);
    expect(await bench.rejects(job.jobId)).toEqual(['2@3 a,taken']);
  });

  it('tells rows by all fields of a composite key', async () => {
    const name = await people('id text, part int, name text, primary key (id, part)', `('a', 1, 'old')`);
    const job = await bench.load(name, 'id,part,name\na,1,new\na,2,x\nb,1,x\na,02,y\n');
    expect(shortBooks(job.books)).toEqual({ created: 2, updated: 1, duplicate: 1 });
    expect(await all(name, 'id, part, name')).toEqual([['a', 1, 'new'], ['a', 2, 'y'], ['b', 1, 'x']]);
    expect((await bench.sql(`select record_key from waybill.record_origins o join waybill.jobs j using (job_no) where job_id = $1 order by row_no`, [job.jobId])).map((row) => row['record_key']))
      .toEqual(['["a", "1"]', '["b", "1"]', '["a", "2"]']);
  });

  it('takes 1 and 1.0 for one numeric key, and texts that differ only in spelling for two', async () => {
    const numbers = await people('id numeric primary key, name text', `(7, 'old')`);
    expect(shortBooks((await bench.load(numbers, 'id,name\n1,x\n1.0,y\n7.000,new\n')).books)).toEqual({ created: 1, updated: 1, duplicate: 1 });
    expect(await all(numbers, 'id::float, name')).toEqual([[1, 'y'], [7, 'new']]);
    const texts = await people();
    expect(shortBooks((await bench.load(texts, 'id,name\n1,x\n1.0,y\n01,z\n')).books)).toEqual({ created: 3 });
  });

  it('takes a key in two cases for one where the table does (citext)', async () => {
    await bench.sql('create extension if not exists citext');
    const name = await people('id citext primary key, name text', `('Anna', 'old')`);
    expect(shortBooks((await bench.load(name, 'id,name\nANNA,1\nanna,2\nBEN,x\n')).books)).toEqual({ created: 1, updated: 1, duplicate: 1 });
    expect(await all(name, 'id::text, name')).toEqual([['Anna', '2'], ['BEN', 'x']]);
  });

  it('refuses a row whose key is empty, also one of a composite key or of blanks', async () => {
    const name = await people('id text, part text, name text, primary key (id, part)');
    const job = await bench.load(name, 'id,part,name\n,1,x\na,,x\n" ",1,x\na,1,x\n');
    expect(shortBooks(job.books)).toEqual({ created: 1, quarantined: 3 });
    expect(await bench.found(job.jobId)).toEqual(['1 KEY_MISSING id', '2 KEY_MISSING part', '3 KEY_MISSING id']);
  });

  it('derives a key from fields, so that the same row is the same record', async () => {
    await bench.make({ name: 'derived', fields: [{ name: 'id', type: 'text', key: true, required: true, hashOf: ['name', 'day'] }, { name: 'name', type: 'text' }, { name: 'day', type: 'text' }] });
    expect(shortBooks((await bench.load('derived', 'name,day\nx,1\ny,\nx,1\n')).books)).toEqual({ created: 2, duplicate: 1 });
    expect(shortBooks((await bench.load('derived', 'day,name\n1,x\n,y\n2,x\n')).books)).toEqual({ created: 1, unchanged: 2 });
  });

  it('refuses a chosen key that several records of the dataset share', async () => {
    const name = await people(undefined, `('a', 'same', ''), ('b', 'same', '')`);
    const staged = await bench.stage(name, 'id,name\nc,same\n', { key: ['name'] });
    await expect(bench.reconcile(staged)).rejects.toMatchObject({ code: 'DATASET_KEY_NOT_UNIQUE' });
  });
});

describe('what counts as a change', () => {
  const same = async (type: string, stored: string, cells: readonly string[]): Promise<object> => {
    const name = await people(`id int primary key, v ${type}`, cells.map((_, index) => `(${index + 1}, '${stored}')`).join(','));
    return shortBooks((await bench.load(name, `id\tv\n${cells.map((cell, index) => `${index + 1}\t${cell}`).join('\n')}\n`)).books);
  };
  it.each([
    ['numeric(8,3)', '1.5', ['1.5', '1.500', '01.5', '1.5e0'], ['1.501']],
    ['numeric', '100', ['100', '100.0', '1e2'], ['100.01']],
    ['double precision', '0.1', ['0.1', '0.10', '1e-1'], ['0.2']],
    ['point', '(13.4,52.5)', ['52.5;13.4', 'POINT(13.4 52.5)'], ['52.5;13.40000001']],
    ['jsonb', '{"a":1,"b":[1,2]}', ['{"b":[1,2],"a":1}', '{"a": 1.0, "b": [1, 2]}'], ['{"a":1,"b":[2,1]}']],
    ['json', '{"a":1}', ['{"a":1}'], ['{"a": 1}', '{"a":2}']],
    ['timestamptz', '2024-05-01 12:00+00', ['2024-05-01T12:00:00Z', '2024-05-01T14:00:00+02:00'], ['2024-05-01T12:00:01Z']],
    ['date', '2024-05-31', ['2024-05-31', '31 May 2024'], ['2024-06-01']],
    ['text[]', '{a,b}', ['a;b', '["a","b"]'], ['b;a', 'a']],
    ['uuid', '00000000-0000-0000-0000-00000000000a', ['00000000-0000-0000-0000-00000000000A'], ['00000000-0000-0000-0000-00000000000b']],
    ['boolean', 'true', ['yes', 'T', '1'], ['no']],
    ['character(4)', 'ab', ['ab'], ['abc']],
    ['inet', '10.0.0.1', ['10.0.0.1', '10.0.0.1/32'], ['10.0.0.2']],
    ['bytea', '\\x0aff', ['\\x0AFF'], ['\\x0a']],
    ['citext', 'Anna', ['Anna'], ['ANNA']],
  ])('%s %s: %j is none, %j is one', async (type, stored, alike, unlike) => {
    await bench.sql('create extension if not exists citext');
    expect(await same(type, stored, alike)).toEqual({ unchanged: alike.length });
    expect(await same(type, stored, unlike)).toEqual({ updated: unlike.length });
  });
});

describe('a commit that the activity repeats', () => {
  it('returns the same books and changes nothing', async () => {
    const name = await people(undefined, `('a', 'old', '')`);
    const staged = await bench.stage(name, 'id,name\na,new\nb,x\n');
    await bench.draft(staged);
    const first = await bench.commit(staged);
    const before = await all(name, 'id, name, xmin::text');
    expect(await bench.commit(staged)).toEqual(first);
    expect(await all(name, 'id, name, xmin::text')).toEqual(before);
    expect(await bench.numbers('select count(*) from waybill.before_images where job_id = $1', [staged.jobId])).toEqual([1]);
    expect(await bench.numbers(`select count(*) from waybill.audit_events where job_id = $1 and action = 'import.committed'`, [staged.jobId])).toEqual([1]);
    if (first.kind !== 'committed') expect.unreachable();
    // Also after the close has dropped the staging.
    await createCloseJob(bench.deps)({ jobId: staged.jobId, books: first.books });
    expect(await bench.commit(staged)).toEqual(first);
  });

  it('happens once when two attempts run at the same moment', async () => {
    const name = await people(undefined, `('a', 'old', '')`);
    const staged = await bench.stage(name, 'id,name\na,new\nb,x\n');
    await bench.draft(staged);
    const [one, two] = await Promise.all([bench.commit(staged), bench.commit(staged)]);
    expect(one).toEqual(two);
    expect(one.kind).toBe('committed');
    expect(await bench.numbers('select count(*) from waybill.commits where job_id = $1', [staged.jobId])).toEqual([1]);
  });
});
