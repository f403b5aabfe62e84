import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ImportBench, shortBooks, type ImportWish } from '../support/import-bench.ts';

let bench: ImportBench;
beforeAll(async () => { bench = await ImportBench.open({ chunkBytes: 32 }); });
afterAll(() => bench.close());

interface Outcome { readonly books: object; readonly issues: readonly string[] }
const load = async (name: string, file: string, wish: ImportWish = {}): Promise<Outcome> => {
  const job = await bench.load(name, file, wish);
  return { books: shortBooks(job.books), issues: await bench.found(job.jobId) };
};
const records = (name: string, columns = '*') => bench.sql(`select ${columns} from app.${name} order by 1`).then((rows) => rows.map((row) => Object.values(row).join('|')));

describe('a rule of the table costs the rows that break it, and no others', () => {
  it('checks over several columns, one of them not in the file', async () => {
    await bench.adopt('spans', `create table app.spans (id int primary key, a int, b int, c int default 5, check (a <= b), check (a + c < 100)); insert into app.spans values (9, 1, 10, 5)`);
    expect(await load('spans', 'id,a,b\n1,1,2\n2,3,2\n3,97,98\n4,,1\n')).toEqual({ books: { created: 2, quarantined: 2 }, issues: ['2 CHECK_VIOLATED', '3 CHECK_VIOLATED'] });
    // 9 has b = 10 in the dataset.
    expect(await load('spans', 'id,a\n9,11\n1,2\n', { mode: 'update' })).toEqual({ books: { updated: 1, quarantined: 1 }, issues: ['1 CHECK_VIOLATED a'] });
    expect(await records('spans', 'id, a, b, c')).toEqual(['1|2|2|5', '4||1|5', '9|1|10|5']);
  });

  it('a check that a new record breaks by what the file leaves out', async () => {
    await bench.adopt('gaps', `create table app.gaps (id int primary key, a int, b int, check (b is not null or a > 0)); insert into app.gaps values (7, 1, 1)`);
    expect(await load('gaps', 'id,a\n1,1\n2,-1\n7,-1\n')).toMatchObject({ books: { created: 1, updated: 1, quarantined: 1 } });
    expect(await records('gaps')).toEqual(['1|1|', '7|-1|1']);
  });

  it('references to another table, of one and of two columns; an empty cell refers to nothing', async () => {
    await bench.adopt('orders', `create table app.places (code text primary key, region int, unique (code, region)); insert into app.places values ('x', 1), ('y', 2);
      create table app.orders (id int primary key, place text references app.places, region int, foreign key (place, region) references app.places (code, region))`);
    expect(await load('orders', 'id,place,region\n1,x,1\n2,x,2\n3,z,\n4,,1\n5,,\n')).toEqual({
      books: { created: 3, quarantined: 2 }, issues: ['2 REFERENCE_MISSING', '3 REFERENCE_MISSING place'],
    });
  });

  it('references of two columns that must be full or empty together (MATCH FULL)', async () => {
    await bench.adopt('full_refs', `create table app.full_target (a int, b int, primary key (a, b)); insert into app.full_target values (1, 1);
      create table app.full_refs (id int primary key, a int, b int, foreign key (a, b) references app.full_target match full)`);
    expect(await load('full_refs', 'id,a,b\n1,1,1\n2,1,\n3,,\n')).toMatchObject({ books: { created: 2, quarantined: 1 } });
    expect(await records('full_refs', 'id')).toEqual(['1', '3']);
  });

  it('references to the same table: to a row of the file, further up or down, to itself, to a record, to none', async () => {
    await bench.adopt('tree', `create table app.tree (id int primary key, parent int references app.tree); insert into app.tree values (100, null)`);
    expect(await load('tree', 'id,parent\n1,3\n2,2\n3,100\n4,50\n5,1\n')).toEqual({ books: { created: 4, quarantined: 1 }, issues: ['4 REFERENCE_MISSING parent'] });
  });

  it('references to rows of the file that are refused themselves fall with them', async () => {
    await bench.adopt('chain', `create table app.chain (id int primary key, parent int references app.chain, n int, check (n <> 13))`);
    const { books } = await load('chain', 'id,parent,n\n1,,13\n2,1,1\n3,2,1\n4,,1\n5,4,1\n');
    expect(books).toEqual({ created: 2, quarantined: 3 });
    expect(await records('chain', 'id')).toEqual(['4', '5']);
  });

  it('unique fields: against records, inside the file, and with nulls that are distinct', async () => {
    await bench.adopt('mails', `create table app.mails (id int primary key, mail text unique); insert into app.mails values (9, 'taken'), (8, 'mine')`);
    expect(await load('mails', 'id,mail\n1,a\n2,a\n3,taken\n4,\n5,\n8,mine\n')).toEqual({
      books: { created: 3, unchanged: 1, quarantined: 2 }, issues: ['2 UNIQUE_VIOLATED mail', '3 UNIQUE_VIOLATED mail'],
    });
  });

  it('unique nulls not distinct', async () => {
    await bench.adopt('nulls', `create table app.nulls (id int primary key, a text, b int, unique nulls not distinct (a, b))`);
    expect(await load('nulls', 'id,a,b\n1,x,\n2,x,\n3,,\n4,,\n5,x,1\n')).toEqual({ books: { created: 3, quarantined: 2 }, issues: ['2 UNIQUE_VIOLATED', '4 UNIQUE_VIOLATED'] });
    expect(await load('nulls', 'id,a,b\n6,x,\n7,y,\n')).toEqual({ books: { created: 1, quarantined: 1 }, issues: ['1 UNIQUE_VIOLATED'] });
  });

  it('unique over a column that the file does not carry', async () => {
    await bench.adopt('partly', `create table app.partly (id int primary key, a text, b int default 1, unique (a, b)); insert into app.partly values (9, 'taken', 1), (8, 'free', 2)`);
    expect(await load('partly', 'id,a\n1,taken\n2,new\n8,taken\n')).toMatchObject({ books: { created: 1, updated: 1, quarantined: 1 } });
    expect(await records('partly')).toEqual(['2|new|1', '8|taken|2', '9|taken|1']);
  });

  it('unique indexes over expressions and over a part of the table', async () => {
    await bench.adopt('exprs', `create table app.exprs (id int primary key, name text, active boolean); create unique index on app.exprs (lower(name)); create unique index on app.exprs (active) where active;
      insert into app.exprs values (9, 'Anna', false)`);
    expect(await load('exprs', 'id,name,active\n1,ANNA,no\n2,Ben,yes\n3,ben,no\n4,Carl,yes\n5,Dora,no\n')).toMatchObject({ books: { created: 2, quarantined: 3 } });
    expect(await records('exprs', 'id')).toEqual(['2', '5', '9']);
  });

  it('exclusion constraints, among the rows of the file too', async () => {
    await bench.adopt('rooms', `create table app.rooms (id int primary key, during int4range, exclude using gist (during with &&)); insert into app.rooms values (9, '[100,200)')`);
    const { books, issues } = await load('rooms', 'id\tduring\n1\t[1,5)\n2\t[4,8)\n3\t[5,9)\n4\t[150,160)\n');
    expect(books).toEqual({ created: 2, quarantined: 2 });
    expect(issues).toEqual(['2 ROW_REFUSED', '4 ROW_REFUSED']);
  });

  it('what a trigger refuses, now or when the transaction ends', async () => {
    await bench.adopt('guarded', `create table app.guarded (id int primary key, n int);
      create function app.refuse_13() returns trigger language plpgsql as $$ begin if new.n = 13 then raise exception 'value % is unlucky', new.n; end if; return new; end $$;
      create function app.refuse_14() returns trigger language plpgsql as $$ begin if new.n = 14 then raise exception 'no' using errcode = 'W0001'; end if; return null; end $$;
      create trigger now before insert or update on app.guarded for each row execute function app.refuse_13();
      create constraint trigger late after insert or update on app.guarded deferrable initially deferred for each row execute function app.refuse_14();
      insert into app.guarded values (5, 1)`);
    expect(await load('guarded', 'id,n\n1,1\n2,13\n3,14\n4,2\n5,13\n')).toEqual({ books: { created: 2, quarantined: 3 }, issues: ['2 ROW_REFUSED', '3 ROW_REFUSED', '5 ROW_REFUSED'] });
    expect(await records('guarded')).toEqual(['1|1', '4|2', '5|1']);
  });

  it('a row that a trigger swallows is told, not lost', async () => {
    await bench.adopt('swallow', `create table app.swallow (id int primary key, n int);
      create function app.swallow_13() returns trigger language plpgsql as $$ begin if new.n = 13 then return null; end if; return new; end $$;
      create trigger t before insert or update on app.swallow for each row execute function app.swallow_13(); insert into app.swallow values (5, 1)`);
    expect(await load('swallow', 'id,n\n1,1\n2,13\n5,13\n')).toEqual({ books: { created: 1, quarantined: 2 }, issues: ['2 ROW_REFUSED', '3 ROW_REFUSED'] });
  });

  it('a reference that is checked when the transaction ends', async () => {
    await bench.adopt('deferred', `create table app.deferred_target (id int primary key);
      create table app.deferred (id int primary key, t int, u int unique deferrable initially deferred, foreign key (t) references app.deferred_target deferrable initially deferred)`);
    expect(await load('deferred', 'id,t,u\n1,5,1\n2,,1\n3,,1\n')).toMatchObject({ books: { created: 1, quarantined: 2 } });
  });

  it('an index that a long value does not fit into', async () => {
    const noise = (length: number): string => Array.from({ length }, (_, at) => String.fromCharCode(97 + ((at * 7919 + (at >> 3) * 104_729) % 26)) + String((at * 48_271) % 9973)).join('').slice(0, length);
    await bench.adopt('long_keys', `create table app.long_keys (id text primary key, note text); create index on app.long_keys (note)`);
    const job = await bench.load('long_keys', `id,note\na,short\nb,${noise(9_000)}\n${noise(9_001)},x\nc,${'x'.repeat(9_000)}\n`);
    expect(shortBooks(job.books)).toEqual({ created: 2, quarantined: 2 });
    expect(await records('long_keys', 'id')).toEqual(['a', 'c']);
  });

  it('an index over an expression that a value breaks', async () => {
    await bench.adopt('broken_expr', `create table app.broken_expr (id int primary key, n int); create index on app.broken_expr ((100 / n))`);
    expect(await load('broken_expr', 'id,n\n1,0\n2,5\n')).toMatchObject({ books: { created: 1, quarantined: 1 } });
  });

  it('a partition that does not exist', async () => {
    await bench.adopt('by_year', `create table app.by_year (id int, y int, primary key (id, y)) partition by list (y); create table app.by_year_24 partition of app.by_year for values in (2024)`);
    expect(await load('by_year', 'id,y\n1,2024\n2,2025\n')).toMatchObject({ books: { created: 1, quarantined: 1 } });
  });

  it('a record to which others refer by a field that would change', async () => {
    await bench.adopt('referred', `create table app.referred (id int primary key, code text unique); insert into app.referred values (1, 'a'), (2, 'b'); create table app.referring (code text references app.referred (code)); insert into app.referring values ('a')`);
    expect(await load('referred', 'id,code\n1,z\n2,y\n')).toMatchObject({ books: { updated: 1, quarantined: 1 } });
    expect(await records('referred')).toEqual(['1|a', '2|y']);
  });

  it('a check that the table does not enforce is none (PostgreSQL 18)', async () => {
    const [version] = await bench.numbers('show server_version_num');
    if ((version ?? 0) < 180_000) return;
    await bench.adopt('lenient', `create table app.lenient (id int primary key, n int, m int, check (n < m) not enforced)`);
    expect(await load('lenient', 'id,n,m\n1,5,1\n')).toEqual({ books: { created: 1 }, issues: [] });
  });
});

describe('a row that several rules refuse', () => {
  it('has all of its reasons, stands once in the quarantine, with its line and its bytes', async () => {
    await bench.adopt('many', `create table app.many_target (id int primary key); create table app.many (id int primary key, a int check (a <> 1), b int check (b <> 1), t int references app.many_target, note text)`);
    const job = await bench.load('many', 'id,a,b,t,note\n\n1,1,1,7,"two\nlines"\n2,2,2,,x\n');
    expect(await bench.issues(job.jobId)).toEqual(['a', 'b'].map((field) => ({ rowNo: 1, lineNo: 3, field, code: 'CHECK_VIOLATED' })).concat([{ rowNo: 1, lineNo: 3, field: 't', code: 'REFERENCE_MISSING' }]));
    expect(await bench.rejects(job.jobId)).toEqual(['1@3 1,1,1,7,"two\nlines"']);
  });
});

describe('a value that only the database refuses', () => {
  it('costs only its row, among those that chunk by chunk are read again: domains and types that Waybill does not know', async () => {
    await bench.adopt('odd', `create domain app.even as int check (value % 2 = 0); create table app.odd (id int primary key, n app.even, ip inet, box int4range, name text)`);
    const rows = Array.from({ length: 60 }, (_, row) => `${row}\t${row === 17 ? 3 : 2}\t${row === 20 || row === 41 ? 'nowhere' : '10.0.0.1'}\t${row === 41 ? '[5,1)' : '[1,5)'}\t${row === 30 ? '' : 'x'}`);
    const job = await bench.load('odd', `id\tn\tip\tbox\tname\n${rows.join('\n')}\n59\tbad\tnowhere\t[1,2)\tx\n`);
    expect(shortBooks(job.books)).toEqual({ created: 57, quarantined: 4 });
    const found = await bench.found(job.jobId);
    expect(found).toEqual(expect.arrayContaining(['21 VALUE_REFUSED ip', '42 VALUE_REFUSED ip', '61 INTEGER_INVALID n']));
    expect(found.some((issue) => issue.startsWith('18 '))).toBe(true);
    expect((await bench.rejects(job.jobId)).map((reject) => reject.split('\t')[0])).toEqual(['18@19 17', '21@22 20', '42@43 41', '61@62 59']);
    expect(await bench.numbers('select count(*) from app.odd')).toEqual([57]);
  });

  it('costs only its row in a chunk of one piece and of many, with every other row staged once', async () => {
    await bench.adopt('many_refused', `create table app.many_refused (id int primary key, ip inet, pad text)`);
    const wide = await ImportBench.open();
    try {
      await wide.adopt('many_refused', `create table app.many_refused (id int primary key, ip inet, pad text)`);
      const bad = new Set([1, 2, 500, 4_999, 5_000]);
      const file = `id,ip,pad\n${Array.from({ length: 5_000 }, (_, row) => `${row + 1},${bad.has(row + 1) ? 'x' : '10.1.2.3'},${'p'.repeat(60)}`).join('\n')}\n`;
      const job = await wide.load('many_refused', file);
      expect(shortBooks(job.books)).toEqual({ created: 4_995, quarantined: 5 });
      expect(await wide.found(job.jobId)).toEqual([...bad].map((row) => `${row} VALUE_REFUSED ip`));
    } finally { await wide.close(); }
  });
});

describe('a row that is rejected as it is read is told its other reasons too (promise 6)', () => {
  const table = `(id int primary key, seen date, host inet, span interval, place text references app.everywhere, low int, high int, check (low <= high))`;
  beforeAll(() => bench.sql(`create table app.everywhere (code text primary key); insert into app.everywhere values ('x'), ('y'); grant select on app.everywhere to waybill_runtime`));

  it('a value that only the database can read, a broken reference and a check, beside a bad date; lines and content as ever', async () => {
    await bench.adopt('reasons', `create table app.reasons ${table}`);
    const job = await bench.load('reasons', 'id,seen,host,span,place,low,high\n1,2024-01-05,10.0.0.1,1 day,x,1,2\n2,never,nowhere,soon,z,3,2\n3,2024-01-05,10.0.0.300,1 day,z,1,2\n4,never,10.0.0.4,1 day,y,2,\n');
    expect(shortBooks(job.books)).toEqual({ created: 1, quarantined: 3 });
    expect((await bench.issues(job.jobId)).map(({ rowNo, lineNo, field, code }) => `${rowNo}/${lineNo} ${code} ${field ?? ''}`)).toEqual([
      '2/3 CHECK_VIOLATED ', '2/3 DATE_INVALID seen', '2/3 REFERENCE_MISSING place', '2/3 VALUE_REFUSED host', '2/3 VALUE_REFUSED span',
      '3/4 REFERENCE_MISSING place', '3/4 VALUE_REFUSED host',
      '4/5 DATE_INVALID seen',
    ]);
    expect(await bench.rejects(job.jobId)).toHaveLength(3);
    expect(await records('reasons', 'id')).toEqual(['1']);
  });

  it('a rule over a cell that has no value is not held against the row', async () => {
    await bench.adopt('unsound', `create table app.unsound (id int primary key, n int, place text references app.everywhere, check (n is not null), check (n is null or id < 5))`);
    expect((await load('unsound', 'id,n,place\n1,many,x\nnone,1,z\n7,1,\n')).issues).toEqual([
      '1 INTEGER_INVALID n', '2 INTEGER_INVALID id', '2 REFERENCE_MISSING place', '3 CHECK_VIOLATED']);
  });

  it('the mode: a key that stands already, and one that does not', async () => {
    await bench.adopt('modes', `create table app.modes (id int primary key, n int); insert into app.modes values (1, 1)`);
    expect((await load('modes', 'id,n\n1,x\n2,x\n3,3\n', { mode: 'insert' })).issues).toEqual(['1 INTEGER_INVALID n', '1 KEY_EXISTS id', '2 INTEGER_INVALID n']);
    expect((await load('modes', 'id,n\n1,x\n2,x\n,x\n', { mode: 'update' })).issues).toEqual([
      '1 INTEGER_INVALID n', '2 INTEGER_INVALID n', '2 KEY_NOT_FOUND id', '3 INTEGER_INVALID n', '3 KEY_MISSING id']);
  });

  it('many rows at once, each with its own reasons, and none twice', async () => {
    await bench.adopt('crowd', `create table app.crowd ${table}`);
    const line = (n: number) => `${n},${n % 2 === 0 ? 'never' : '2024-01-05'},${n % 3 === 0 ? 'nowhere' : '10.0.0.1'},${n % 5 === 0 ? 'soon' : '1 day'},x,1,2`;
    const rows = Array.from({ length: 700 }, (_, index) => index + 1);
    const job = await bench.load('crowd', `id,seen,host,span,place,low,high\n${rows.map(line).join('\n')}\n`);
    const expected = rows.flatMap((n) => [...(n % 2 === 0 ? [`${n} DATE_INVALID`] : []), ...(n % 3 === 0 ? [`${n} VALUE_REFUSED host`] : []), ...(n % 5 === 0 ? [`${n} VALUE_REFUSED span`] : [])]);
    const found = (await bench.issues(job.jobId)).map(({ rowNo, code, field }) => `${rowNo} ${code}${code === 'VALUE_REFUSED' ? ` ${field ?? ''}` : ''}`);
    expect(found).toEqual(expected);
    expect(shortBooks(job.books)).toEqual({ created: rows.filter((n) => n % 2 && n % 3 && n % 5).length, quarantined: new Set(expected.map((line) => line.split(' ')[0])).size });
  });
});
