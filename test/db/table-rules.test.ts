import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ImportBench, shortBooks } from '../support/import-bench.ts';

let bench: ImportBench;
beforeAll(async () => { bench = await ImportBench.open(); });
afterAll(() => bench.close());

const ids = async (table: string): Promise<readonly number[]> => bench.numbers(`select id from app.${table} order by id`);

describe('a rule of the table that no probe understands refuses its rows and no others', () => {
  it.each([
    ['a domain’s check', 'dom', `create domain app.code as text check (value ~ '^[A-Z]{3}$'); create table app.dom (id int primary key, c app.code)`,
      'id,c\n1,ABC\n2,abc\n3,XYZ\n', ['2 CHECK_VIOLATED'], [1, 3]],
    ['a check against the default of a column that is not mapped', 'gen', 'create table app.gen (id int primary key, a int, b int default 10, check (a < b))',
      'id,a\n1,1\n2,20\n3,6\n', ['2 CHECK_VIOLATED'], [1, 3]],
    ['a check of a generated column', 'made', 'create table app.made (id int primary key, a int, twice int generated always as (a * 2) stored check (twice < 100))',
      'id,a\n1,1\n2,60\n3,6\n', ['2 CHECK_VIOLATED'], [1, 3]],
    ['a check of a column named row_no', 'numbered', 'create table app.numbered (id int primary key, row_no int, check (row_no > 0 or row_no < -5))',
      'id,row_no\n1,4\n2,-3\n3,-6\n', ['2 CHECK_VIOLATED row_no'], [1, 3]],
    ['a unique constraint that a default takes part in', 'half', 'create table app.half (id int primary key, b int default 1, v text, unique (b, v))',
      'id,v\n1,p\n2,p\n3,q\n', ['2 UNIQUE_VIOLATED'], [1, 3]],
    ['a reference that a default takes part in', 'child', `create table app.pair (x int, y int, primary key (x, y)); insert into app.pair values (1, 1);
      create table app.child (id int primary key, x int, y int default 1, foreign key (x, y) references app.pair)`,
    'id,x\n1,1\n2,9\n3,1\n', ['2 REFERENCE_MISSING'], [1, 3]],
    ['a row for which there is no partition', 'parted', `create table app.parted (id int, d date, primary key (id, d)) partition by range (d);
      create table app.parted_2020 partition of app.parted for values from ('2020-01-01') to ('2021-01-01')`,
    'id,d\n1,2020-05-05\n2,2022-05-05\n3,2020-06-06\n', ['2 CHECK_VIOLATED'], [1, 3]],
    ['a trigger, while the table is empty', 'guarded', `create table app.guarded (id int primary key, v text);
      create function app.guard() returns trigger language plpgsql as $$ begin if new.v = 'bad' then raise exception 'no'; end if; return new; end $$;
      create trigger guard before insert or update on app.guarded for each row execute function app.guard()`,
    'id,v\n1,good\n2,bad\n3,fine\n', ['2 ROW_REFUSED'], [1, 3]],
    ['a deferred reference to a row further down', 'tree', `create table app.tree (id int primary key, up int, x int default 1, foreign key (up) references app.tree deferrable initially deferred);
      create function app.tree_guard() returns trigger language plpgsql as $$ begin if new.id = 2 then raise exception 'no'; end if; return new; end $$;
      create trigger guard before insert on app.tree for each row execute function app.tree_guard()`,
    'id,up\n1,4\n2,1\n3,\n4,3\n', ['2 ROW_REFUSED'], [1, 3, 4]],
  ] as const)('%s', async (...[, name, ddl, file, issues, kept]) => {
    await bench.adopt(name, ddl);
    const job = await bench.load(name, file);
    expect(await bench.found(job.jobId)).toEqual(issues);
    expect(shortBooks(job.books)).toEqual({ created: kept.length, quarantined: 1 });
    expect(await ids(name)).toEqual(kept);
  });

  it('a reference into a table that the runtime role may not read', async () => {
    await bench.adopt('fk', `create table app.fk (id int primary key, code text)`);
    await bench.sql(`create schema hidden; create table hidden.codes (code text primary key); insert into hidden.codes values ('x'); alter table app.fk add foreign key (code) references hidden.codes`);
    await bench.adopt('fk', 'select 1');
    const job = await bench.load('fk', 'id,code\n1,x\n2,y\n3,\n');
    expect(await bench.found(job.jobId)).toEqual(['2 REFERENCE_MISSING']);
    expect(await ids('fk')).toEqual([1, 3]);
  });

  it('an index key that is too long, which only the commit meets: the rows are tried then, and the draft is made again', async () => {
    await bench.adopt('long', 'create table app.long (id text primary key, v int)');
    const file = `id,v\nshort,1\n${Array.from({ length: 6000 }, (_, at) => (at * 2654435761 % 4294967296).toString(36)).join('')},2\nfine,3\n`;
    const staged = await bench.stage('long', file);
    expect(shortBooks(await bench.draft(staged))).toEqual({ created: 3 });
    expect(await bench.commit(staged)).toEqual({ kind: 'stale' });
    expect(shortBooks(await bench.finish(staged))).toEqual({ created: 2, quarantined: 1 });
    expect(await bench.found(staged.jobId)).toEqual(['2 ROW_REFUSED']);
  });
});
