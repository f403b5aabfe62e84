/** Rules over the whole file and over records, as issues of rows: unique, reference, outlier. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ImportBench, shortBooks, type ImportWish } from '../support/import-bench.ts';

let bench: ImportBench;
beforeAll(async () => { bench = await ImportBench.open({ chunkBytes: 48 }); });
afterAll(() => bench.close());

type Rules = NonNullable<ImportWish['rules']>;
interface Outcome { readonly books: object; readonly issues: readonly string[] }
/** `row@line code field rule severity` */
const load = async (name: string, file: string, rules: Rules, wish: ImportWish = {}): Promise<Outcome> => {
  const job = await bench.load(name, file, { rules, again: true, ...wish });
  const issues = (await bench.sql('select row_no, line_no, code, field, rule, severity from waybill.issues where job_id = $1 order by row_no, code, field', [job.jobId]))
    .map((row) => [`${row['row_no'] as string}@${row['line_no'] as string}`, row['code'], row['field'] ?? '-', row['rule'] ?? '-', row['severity']].join(' '));
  return { books: shortBooks(job.books), issues };
};

describe('unique', () => {
  const unique: Rules = [{ kind: 'unique', name: 'one_mail', fields: ['mail'] }];
  it('keeps the first row of the file, looks at other records, and leaves nulls out', async () => {
    await bench.adopt('mails', `create table app.mails (id int primary key, mail text); insert into app.mails values (9, 'taken'), (8, 'mine')`);
    expect(await load('mails', 'id,mail\n1,a\n2,a\n3,taken\n4,\n5,\n8,mine\n', unique)).toEqual({
      books: { created: 3, unchanged: 1, quarantined: 2 }, issues: ['2@3 UNIQUE_VIOLATED mail one_mail error', '3@4 UNIQUE_VIOLATED mail one_mail error'],
    });
  });

  it('compares with what records will hold: values that swap places are no repetition', async () => {
    await bench.adopt('swaps', `create table app.swaps (id int primary key, mail text); insert into app.swaps values (1, 'a'), (2, 'b'), (3, 'c')`);
    expect(await load('swaps', 'id,mail\n1,b\n2,a\n4,c\n', unique)).toEqual({ books: { updated: 2, quarantined: 1 }, issues: ['3@4 UNIQUE_VIOLATED mail one_mail error'] });
  });

  it('finds repetitions of rows that change nothing, and of several fields', async () => {
    await bench.adopt('pairs', `create table app.pairs (id int primary key, a text, b date); insert into app.pairs values (1, 'x', '2024-01-01')`);
    expect(await load('pairs', 'id,a,b\n1,x,2024-01-01\n2,x,2024-01-01\n3,x,2024-01-02\n4,x,\n5,x,\n', [{ kind: 'unique', name: 'pair', fields: ['a', 'b'] }])).toEqual({
      books: { created: 3, unchanged: 1, quarantined: 1 }, issues: ['2@3 UNIQUE_VIOLATED - pair error'],
    });
  });

  it('gives a refused winner’s place to an earlier row of the same key', async () => {
    await bench.adopt('winners', `create table app.winners (id int primary key, mail text); insert into app.winners values (9, 'taken')`);
    expect((await load('winners', 'id,mail\n1,free\n1,taken\n', unique)).books).toEqual({ created: 1, quarantined: 1 });
    expect(await bench.sql('select * from app.winners order by id')).toEqual([{ id: 1, mail: 'free' }, { id: 9, mail: 'taken' }]);
  });

  it('with severity warning, or where rules only warn, tells and loads', async () => {
    await bench.adopt('soft', 'create table app.soft (id int primary key, mail text)');
    expect(await load('soft', 'id,mail\n1,a\n2,a\n', [{ kind: 'unique', name: 'one_mail', fields: ['mail'], severity: 'warning' }])).toEqual({ books: { created: 2 }, issues: ['2@3 UNIQUE_VIOLATED mail one_mail warning'] });
    expect(await load('soft', 'id,mail\n3,c\n4,c\n', unique, { onError: 'warn' })).toEqual({ books: { created: 2 }, issues: ['2@3 UNIQUE_VIOLATED mail one_mail warning'] });
  });

  it('is asked of rows that are rejected already, and tells each row once', async () => {
    await bench.adopt('reasons', `create table app.reasons (id int primary key, mail text, n int, check (n < 100)); insert into app.reasons values (9, 'taken', 1)`);
    expect(await load('reasons', 'id,mail,n\n1,a,1\n2,a,many\n3,taken,500\n4,b,x\n5,b,y\n6,a,1\n9,taken,z\n', unique)).toEqual({
      books: { created: 1, quarantined: 6 }, issues: [
        '2@3 INTEGER_INVALID n - error', '2@3 UNIQUE_VIOLATED mail one_mail error', '3@4 RANGE_ABOVE n - error', '3@4 UNIQUE_VIOLATED mail one_mail error',
        '4@5 INTEGER_INVALID n - error', '5@6 INTEGER_INVALID n - error', '5@6 UNIQUE_VIOLATED mail one_mail error', '6@7 UNIQUE_VIOLATED mail one_mail error',
        '7@8 INTEGER_INVALID n - error', '7@8 UNIQUE_VIOLATED mail one_mail error',
      ],
    });
  });

  it('also of rows that another rule rejects when it is drafted', async () => {
    await bench.adopt('both', `create table app.both (id int primary key, mail text, a int, b int, check (a <= b)); insert into app.both values (9, 'taken', 1, 2)`);
    expect((await load('both', 'id,mail,a,b\n1,taken,3,2\n2,x,3,2\n', unique)).issues).toEqual(['1@2 CHECK_VIOLATED - - error', '1@2 UNIQUE_VIOLATED mail one_mail error', '2@3 CHECK_VIOLATED - - error']);
  });

  it('is not applied where no column feeds the field, nor without a key to other rows’ own records', async () => {
    await bench.adopt('log', `create table app.log (at int, mail text); insert into app.log values (1, 'a')`);
    expect(await load('log', 'at\n1\n1\n', unique, { mode: 'append' })).toEqual({ books: { created: 2 }, issues: [] });
    expect(await load('log', 'at,mail\n1,a\n2,b\n', unique, { mode: 'append' })).toEqual({ books: { created: 1, quarantined: 1 }, issues: ['1@2 UNIQUE_VIOLATED mail one_mail error'] });
  });

  it('compares enums and case-insensitive texts as they are written', async () => {
    await bench.adopt('kinds', `create type app.kind as enum ('a', 'b'); create table app.kinds (id int primary key, kind app.kind, n numeric)`);
    expect((await load('kinds', 'id,kind,n\n1,a,1\n2,b,1.0\n3,a,2\n', [{ kind: 'unique', name: 'k', fields: ['kind'] }, { kind: 'unique', name: 'n', fields: ['n'] }])).issues).toEqual([
      '2@3 UNIQUE_VIOLATED n n error', '3@4 UNIQUE_VIOLATED kind k error']);
  });
});

describe('reference', () => {
  const places: Rules = [{ kind: 'reference', name: 'known_place', field: 'place', dataset: 'places', of: 'code' }];
  beforeAll(async () => {
    await bench.adopt('places', `create type app.region as enum ('north', 'south'); create table app.places (code text primary key, no bigint, region app.region); insert into app.places values ('x', 7, 'north'), ('y', 12345678901, 'south')`);
    await bench.adopt('visits', 'create table app.visits (id int primary key, place text, n numeric(20,2), note varchar(20))');
  });

  it('rejects rows whose value is in no record of the other dataset; an empty cell refers to nothing', async () => {
    expect(await load('visits', 'id,place\n1,x\n2,z\n3,\n', places)).toEqual({ books: { created: 2, quarantined: 1 }, issues: ['2@3 REFERENCE_MISSING place known_place error'] });
  });
  it('only tells it as a warning, and of rejected rows too', async () => {
    expect(await load('visits', 'id,place,n\n4,z,1\n5,z,x\n6,x,y\n', [{ kind: 'reference', name: 'known_place', field: 'place', dataset: 'places', of: 'code', severity: 'warning' }])).toEqual({
      books: { created: 1, quarantined: 2 }, issues: ['1@2 REFERENCE_MISSING place known_place warning', '2@3 NUMBER_INVALID n - error', '2@3 REFERENCE_MISSING place known_place warning', '3@4 NUMBER_INVALID n - error'],
    });
  });
  it('compares numbers of different types as numbers, and an enum as its word', async () => {
    expect((await load('visits', 'id,n,note\n1,7.00,south\n2,12345678901,east\n3,8,\n', [
      { kind: 'reference', name: 'no', field: 'n', dataset: 'places', of: 'no' }, { kind: 'reference', name: 'region', field: 'note', dataset: 'places', of: 'region' },
    ])).issues).toEqual(['2@3 REFERENCE_MISSING note region error', '3@4 REFERENCE_MISSING n no error']);
  });
  it('to its own dataset takes rows of the same file', async () => {
    await bench.adopt('tree', 'create table app.tree (id int primary key, parent int); insert into app.tree values (100, null)');
    expect((await load('tree', 'id,parent\n1,3\n2,2\n3,100\n4,50\n', [{ kind: 'reference', name: 'up', field: 'parent', dataset: 'tree', of: 'id' }])).issues).toEqual(['4@5 REFERENCE_MISSING parent up error']);
  });
  it('asks what the record would hold after the commit, not the cell alone', async () => {
    await bench.adopt('kept', `create table app.kept (id int primary key, place text, n int); insert into app.kept values (1, 'x', 1), (2, 'gone', 1), (3, null, 1), (4, 'y', 1)`);
    // What the record keeps may refer to nothing, whoever wrote it; what it turns away is never there.
    const file = 'id,place,n\n1,nowhere,2\n2,,2\n3,nowhere,2\n4,,2\n5,nowhere,2\n5,x,two\n2,,many\n';
    expect((await load('kept', file, places, { loadPolicy: { conflict: 'dataset' } })).issues).toEqual([
      '2@3 REFERENCE_MISSING place known_place error', '3@4 REFERENCE_MISSING place known_place error', '5@6 REFERENCE_MISSING place known_place error', '6@7 INTEGER_INVALID n - error',
      '7@8 INTEGER_INVALID n - error', '7@8 REFERENCE_MISSING place known_place error',
    ]);
    expect((await load('kept', file, places, { loadPolicy: { empty: 'clear' } })).issues.filter((issue) => issue.includes('REFERENCE'))).toEqual([
      '1@2 REFERENCE_MISSING place known_place error', '3@4 REFERENCE_MISSING place known_place error', '5@6 REFERENCE_MISSING place known_place error',
    ]);
  });
  it('to another column of its own dataset counts what records become by the file', async () => {
    const twin: Rules = [{ kind: 'reference', name: 'twin', field: 'twin', dataset: 'aliases', of: 'alias' }];
    await bench.adopt('aliases', `create table app.aliases (id int primary key, alias text, twin text); insert into app.aliases values (1, 'old', null), (2, 'other', null)`);
    expect((await load('aliases', 'id,alias,twin\n1,new,\n3,c,old\n4,d,new\n5,e,other\n', twin)).issues).toEqual(['2@3 REFERENCE_MISSING twin twin error']);
    await bench.sql(`delete from app.aliases; insert into app.aliases values (1, 'old', null), (2, 'other', null)`);
    expect((await load('aliases', 'id,alias,twin\n1,new,\n3,c,old\n4,d,new\n5,e,other\n', twin, { loadPolicy: { conflict: 'dataset' } })).issues).toEqual(['3@4 REFERENCE_MISSING twin twin error']);
  });
  it('to a table that may not be read is refused before the file is staged', async () => {
    await bench.sql('create schema hidden; create table hidden.codes (code text primary key)');
    await bench.adopt('hidden', 'create table app.hidden (code text primary key)');
    await bench.sql('revoke all on app.hidden from waybill_runtime');
    await expect(bench.stage('visits', 'id,place\n1,x\n', { rules: [{ kind: 'reference', name: 'r', field: 'place', dataset: 'hidden', of: 'code' }] })).rejects.toMatchObject({ code: 'DATASET_NOT_READABLE', place: { table: 'app.hidden' } });
  });
});

describe('outliers', () => {
  const outliers = (more: object = {}): Rules => [{ kind: 'quality', name: 'far', check: 'outlier', ...more }] as Rules;
  beforeAll(async () => { await bench.adopt('sales', 'create table app.sales (id int primary key, amount numeric, day date, at timestamptz, note text)'); });
  const rows = (amounts: readonly (string | number)[], from = 1): string => `id,amount\n${amounts.map((amount, at) => `${from + at},${amount}`).join('\n')}\n`;

  it('are told by their distance from the median, and loaded', async () => {
    const amounts = [10, 11, 12, 9, 10, 11, 10, 12, 9, 10, 11, 1200, '', -300];
    expect(await load('sales', rows(amounts), outliers())).toEqual({ books: { created: 14 }, issues: ['12@13 QUALITY_OUTLIER amount far warning', '14@15 QUALITY_OUTLIER amount far warning'] });
    expect((await load('sales', rows(amounts), outliers({ deviations: 1_000 }))).issues).toEqual(['12@13 QUALITY_OUTLIER amount far warning']);
  });
  it('of dates and moments, and rejecting where that is asked', async () => {
    const file = `id,day,at\n${Array.from({ length: 20 }, (_, at) => `${at + 100},2024-05-${String(at + 1).padStart(2, '0')},2024-05-01T10:${String(at + 10)}:00Z`).join('\n')}\n200,1924-05-05,2024-05-01T10:12:00Z\n201,2024-05-05,2031-01-01T00:00:00Z\n`;
    expect(await load('sales', file, outliers({ severity: 'error' }))).toEqual({ books: { created: 20, quarantined: 2 }, issues: ['21@22 QUALITY_OUTLIER day far error', '22@23 QUALITY_OUTLIER at far error'] });
  });
  it('stand out even where most values are alike, and are not looked for among few values or equal ones', async () => {
    expect((await load('sales', rows([...Array.from({ length: 20 }, () => 5), 6, 5_000], 300), outliers())).issues).toEqual(['22@23 QUALITY_OUTLIER amount far warning']);
    expect((await load('sales', rows([1, 1, 1, 1, 9_999], 400), outliers())).issues).toEqual([]);
    expect((await load('sales', rows(Array.from({ length: 30 }, () => 5), 500), outliers())).issues).toEqual([]);
  });
  it('are looked for in rejected rows too, by the values of the accepted ones', async () => {
    await bench.adopt('metres', 'create table app.metres (id int primary key, a numeric, n int)');
    const file = `id,a,n\n${Array.from({ length: 12 }, (_, at) => `${at},${at + 20},1`).join('\n')}\n50,900000,x\n51,25,y\n`;
    expect((await load('metres', file, outliers({ fields: ['a'] }))).issues).toEqual(['13@14 INTEGER_INVALID n - error', '13@14 QUALITY_OUTLIER a far warning', '14@15 INTEGER_INVALID n - error']);
  });
});
