/** Input as nobody wants it: each ends with a code, a place and a remedy, never with a crash, a hang, a stack trace or a partial load. */
import { createHash, randomBytes } from 'node:crypto';
import { appendFile, chmod, readdir, rm, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { csvOf, expectBooks, leftovers, noStackTrace, startOperator, untilTrue } from '../support/operator.ts';
import type { ImportAnswer, Operator } from '../support/operator.ts';

let operator: Operator;
beforeAll(async () => {
  operator = await startOperator({ chunkBytes: 1024 * 1024, threads: 2 });
  await operator.table('things', 'id text primary key, qty int not null, note text');
});
afterAll(() => operator.close());

const recordsOf = async (table: string): Promise<string> =>
  (await operator.sql<{ all: string }>(`select coalesce(string_agg(t::text || xmin::text, '|' order by t::text), '') as "all" from registry.${table} t`))[0]?.all ?? '';

interface Refusal { readonly exit?: number; readonly code: string; readonly place?: object; readonly says?: RegExp; readonly options?: readonly string[]; readonly dataset?: string }

/** Imports it twice, for people and as JSON, and expects the same refusal and an untouched dataset. */
const expectRefusal = async (path: string, { exit = 6, code, place = {}, says, options = [], dataset = 'things' }: Refusal): Promise<ImportAnswer> => {
  const known = (await operator.json<{ name: string }[]>('dataset', 'list')).some(({ name }) => name === dataset);
  const before = known ? await recordsOf(dataset) : '';
  const answer = await operator.load(path, dataset, ...options);
  const told = await operator.stack.waybill('import', path, '--dataset', dataset, ...options);
  expect(answer, answer.stdout + answer.stderr).toMatchObject({ code: exit, error: { code, place } });
  expect(answer.error?.remedy.length, 'a remedy').toBeGreaterThan(10);
  expect(answer.error?.message, 'what happened').toMatch(/^[A-Z].{10,}\.$/);
  expect(told.code).toBe(exit);
  expect(told.stderr).toMatch(new RegExp(`^${code}[:;] `, 'm'));
  expect(told.stderr.trimEnd().split('\n').at(-1), 'what happened; what to do').toMatch(/; .{10,}$/);
  if (says !== undefined) expect(told.stderr).toMatch(says);
  for (const result of [answer, told]) noStackTrace(result);
  if (known) expect(await recordsOf(dataset)).toBe(before);
  if (answer.jobId !== '') expect(await leftovers(operator, answer.jobId)).toEqual([]);
  return answer;
};

const found = async (answer: ImportAnswer): Promise<readonly string[]> =>
  (await operator.issues(answer.jobId)).map(({ rowNo, lineNo, columnNo, field, code }) => `row ${rowNo} line ${lineNo} column ${columnNo ?? '-'} ${field ?? '-'} ${code}`);

describe('a file that is no table', () => {
  it('is refused when it is empty, blank, or has a header alone', async () => {
    await expectRefusal(await operator.file('empty.csv', ''), { code: 'FILE_EMPTY' });
    await expectRefusal(await operator.file('blank.csv', '\n\r\n  \n'), { code: 'FILE_EMPTY' });
    await expectRefusal(await operator.file('bom.csv', '\ufeff'), { code: 'FILE_EMPTY' });
    await expectRefusal(await operator.file('header.csv', 'id,qty,note\n'), { code: 'FILE_NO_RECORDS', place: { line: 2 } });
    await expectRefusal(await operator.file('header-open.csv', 'id,qty,note'), { code: 'FILE_NO_RECORDS' });
  });

  it('is refused when it is something else that was renamed, and says what it looks like', async () => {
    const zip = Buffer.concat([Buffer.from('PK\u0003\u0004', 'latin1'), Buffer.alloc(26), Buffer.from('xl/workbook.xml'), randomBytes(2_000)]);
    await expectRefusal(await operator.file('sheet.csv', zip), { code: 'FILE_CUT_OFF' });
    await expectRefusal(await operator.file('paper.csv', Buffer.concat([Buffer.from('%PDF-1.7\n', 'latin1'), randomBytes(2_000)])), { code: 'FILE_BINARY', says: /pdf/i });
    await expectRefusal(await operator.file('noise.csv', Buffer.concat([Buffer.from([0x9d, 0x00, 0x01]), randomBytes(100_000)])), { code: 'FILE_BINARY' });
    await expectRefusal(await operator.file('page.csv', '<!DOCTYPE html><html><body>id,qty</body></html>'), { code: 'FILE_BINARY' });
    await expectRefusal(await operator.file('gone.gz.csv', Buffer.concat([Buffer.from([0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3]), Buffer.alloc(500, 0xff)])), { code: 'FILE_UNPACKING_FAILED' });
  });

  it('is refused when it is not there, is a folder, or may not be read', async () => {
    const missing = await operator.load(join(operator.folder, 'not-there.csv'), 'things');
    expect(missing).toMatchObject({ code: 6, error: { code: 'FILE_UNREADABLE' } });
    expect(await operator.load(operator.folder, 'things')).toMatchObject({ code: 6, error: { code: 'FILE_UNREADABLE' } });
    const closed = await operator.file('closed.csv', 'id,qty\n1,1\n');
    await chmod(closed, 0o000);
    if (process.getuid?.() !== 0) expect(await operator.load(closed, 'things')).toMatchObject({ code: 6, error: { code: 'FILE_UNREADABLE' } });
  });
});

describe('JSON and gzip', () => {
  it('are refused with a place where records have no borders, and where the data is cut off', async () => {
    await expectRefusal(await operator.file('cut.json', '[{"id":"a","qty":1},\n{"id":"b"'), { code: 'FILE_CUT_OFF', place: { line: 2, byte: 21 }, says: /line 2/ });
    await expectRefusal(await operator.file('comma.json', '[{"id":"a","qty":1},]'), { code: 'FILE_JSON_INVALID', place: { line: 1, byte: 20 } });
    await expectRefusal(await operator.file('deep.json', '['.repeat(200_000)), { code: 'FILE_CUT_OFF' });
    await expectRefusal(await operator.file('path.json', '{"rows":[{"id":"a"}]}'), { code: 'FILE_RECORDS_UNKNOWN', options: ['--record-path', 'data.rows'] });
    await expectRefusal(await operator.file('cut.csv.gz', gzipSync(csvOf('id,qty,note', [['a', 1, 'x']])).subarray(0, -9)), { code: 'FILE_CUT_OFF' });
    await expectRefusal(await operator.file('bomb.gz', gzipSync(Buffer.alloc(100 * 1024 * 1024, 'a,b\n'))), { code: 'FILE_EXPANDS_TOO_MUCH' });
  });

  it('are inspected and imported at the list that is chosen, and lose the bad rows only', async () => {
    await operator.table('letters', 'id text primary key, qty int not null, city text');
    const text = `{"other":[${Array.from({ length: 9 }, (_, index) => `{"x":"number ${index}"}`).join(',')}],"data":{"rows":[{"id":"001","qty":1,"at":{"city":"Łódź"}},\n{"id":"002","qty":2,},\n{"id":"003","qty":"x"}]}}`;
    const path = await operator.file('letters.json.gz', gzipSync(text));
    interface Inspected { readonly format: string; readonly compression: string; readonly recordPath: string; readonly columns: readonly { readonly name: string }[]; readonly rows: number; readonly delimiter: string | null }
    expect(await operator.json<Inspected>('inspect', path, '--all')).toMatchObject({ format: 'json', compression: 'gzip', recordPath: 'other', rows: 9, delimiter: null });
    const seen = await operator.json<Inspected>('inspect', path, '--record-path', 'data.rows');
    expect([seen.rows, seen.columns.map(({ name }) => name)]).toEqual([3, ['id', 'qty', 'at.city']]);
    const told = await operator.stack.waybill('inspect', path);
    expect(told.stdout).toMatch(/record path +other +60 % +the largest of 2 lists/);
    const answer = await operator.load(path, 'letters', '--record-path', 'data.rows', '--map', 'at.city=city');
    expect(await found(answer)).toEqual(['row 2 line 2 column - - ROW_JSON_INVALID', 'row 3 line 3 column 2 qty INTEGER_INVALID']);
    expect(await operator.sql('select id, qty, city from registry.letters')).toEqual([{ id: '001', qty: 1, city: 'Łódź' }]);
    const rejects = await operator.stack.waybill('rejects', answer.jobId);
    expect(rejects.stdout.split('\r\n').slice(0, 3)).toEqual([
      'id,qty,at.city,waybill_row,waybill_line,waybill_reasons',
      expect.stringMatching(/^"","","",2,2,ROW_JSON_INVALID: .*,"\{""id"":""002"",""qty"":2,\}"$/),
      expect.stringMatching(/^003,x,"",3,3,"INTEGER_INVALID \[qty, column 2\]/),
    ]);
  });
});

describe('a quote that never closes', () => {
  it('is named by the line, row, column and byte where it opened', async () => {
    const text = 'id,qty,note\na,1,"two\nlines"\nb,2,"never closed\nc,3,x\nd,4,y\n';
    const byte = text.indexOf('"never');
    await expectRefusal(await operator.file('open.csv', text), { code: 'FILE_UNCLOSED_QUOTE', place: { line: 4, byte }, says: /line 4/ });
    // Far behind the samples, in another chunk than the end of the file.
    const head = csvOf('id,qty,note', Array.from({ length: 90_000 }, (_, index) => [index, 1, 'some note of some length']));
    const tail = Array.from({ length: 50_000 }, (_, index) => `t${index},1,another note\n`).join('');
    await expectRefusal(await operator.file('open-late.csv', `${head}x,1,"open\n${tail}`), { code: 'FILE_UNCLOSED_QUOTE', place: { line: 90_002, byte: head.length + 4 } });
    await expectRefusal(await operator.file('open-header.csv', 'id,qty,"note\n1,2,3\n4,5,6\n'), { code: 'FILE_UNCLOSED_QUOTE', place: { line: 1 } });
  });

  it('is an ordinary character when the operator says so', async () => {
    await operator.table('inches', 'id text primary key, qty int, note text');
    const path = await operator.file('inches.csv', 'id,qty,note\na,1,"3 inch\nb,2,4"\n');
    expectBooks(await operator.load(path, 'inches', '--quote', 'none'), { read: 2, created: 2 });
    expect(await operator.sql('select note from registry.inches order by id')).toEqual([{ note: '"3 inch' }, { note: '4"' }]);
  });
});

describe('a row that is bad', () => {
  it('is rejected alone: too few and too many cells, NUL, undecodable bytes, text behind a quote, values out of range', async () => {
    await operator.table('rows', `id text primary key, small smallint not null, big bigint, money numeric(6,2), day date, at timestamptz, ok boolean, code varchar(3), guid uuid`);
    const width = 'id,small,big,money,day,at,ok,code,guid';
    const lines: readonly (string | Buffer)[] = [
      'r1,1,,,,,,éèê,', 'r2,1,,,,,,', 'r3,1,,,,,,,,', 'r4,1,,,,,,a\u0000b,', Buffer.concat([Buffer.from('r5,1,,,,,,'), Buffer.from([0xff, 0xfe]), Buffer.from(',')]), 'r6,1,,,,,,"a"b,',
      'r7,32768,9223372036854775808,10000.00,2021-02-29,2021-01-01 25:00,maybe,four,no-uuid', 'r8,-32768,-9223372036854775808,-9999.99,0001-01-01,9999-12-31T23:59:59Z,y,abc,A0EEBC99-9C0B-4EF8-BB6D-6BB9BD380A11',
      ',1,,,,,,,', 'r10,,,,,,,,', 'r11,32767,9223372036854775807,9999.99,9999-12-31,2020-02-29,no,äöü,',
    ];
    const content = Buffer.concat([Buffer.from(`${width}\n`), ...lines.flatMap((line) => [Buffer.from(line), Buffer.from('\n')])]);
    const answer = await operator.load(await operator.file('rows.csv', content), 'rows');
    expect(answer.code).toBe(3);
    expect(await found(answer)).toEqual([
      'row 2 line 3 column - - ROW_TOO_FEW_CELLS', 'row 3 line 4 column - - ROW_TOO_MANY_CELLS', 'row 4 line 5 column 8 code TEXT_NUL', 'row 5 line 6 column - - TEXT_UNDECODABLE',
      'row 6 line 7 column 8 - ROW_QUOTE_BROKEN', 'row 7 line 8 column 2 small INTEGER_OUT_OF_RANGE', 'row 7 line 8 column 3 big INTEGER_OUT_OF_RANGE',
      'row 7 line 8 column 4 money NUMBER_OUT_OF_RANGE', 'row 7 line 8 column 5 day DATE_IMPOSSIBLE', 'row 7 line 8 column 6 at TIMESTAMP_INVALID', 'row 7 line 8 column 7 ok BOOLEAN_INVALID',
      'row 7 line 8 column 8 code TEXT_TOO_LONG', 'row 7 line 8 column 9 guid UUID_INVALID', 'row 9 line 10 column 1 id KEY_MISSING', 'row 10 line 11 column 2 small REQUIRED_MISSING',
    ]);
    expect((await operator.sql('select id from registry.rows order by id')).map(({ id }) => id)).toEqual(['r1', 'r11', 'r8']);
    expect(answer.books).toMatchObject({ read: 11, created: 3 });
    expect(answer.books.quarantined + answer.books.unreadable).toBe(8);
  });

  it('is rejected alone for a rule of the table: check, unique, reference, domain, trigger, also where the file does not feed all of its columns', async () => {
    await operator.sql(`create table registry.owners (code text primary key); insert into registry.owners values ('a');
      create function registry.no_sevens() returns trigger language plpgsql as $$ begin if new.qty = 7 then raise exception 'no sevens'; end if; return new; end $$`);
    await operator.table('ruled', `id int primary key, qty int not null, most int not null default 10, alias text, owner text references registry.owners, check (qty <= most and qty % 11 <> 0), unique (alias)`);
    await operator.sql(`create trigger no_sevens before insert or update on registry.ruled for each row execute function registry.no_sevens()`);
    await operator.json('dataset', 'add', 'registry.ruled');
    const path = await operator.file('ruled.csv', csvOf('id,qty,alias,owner', [[1, 1, 'x', 'a'], [2, 11, 'y', 'a'], [3, 3, 'x', 'a'], [4, 4, 'z', 'b'], [5, 7, 'w', 'a'], [6, 12, 'v', 'a'], [7, 9, 'u', '']]));
    const answer = await operator.load(path, 'ruled');
    expect(answer.code, answer.stdout).toBe(3);
    expect((await operator.issues(answer.jobId)).map(({ rowNo, code }) => `${rowNo} ${code}`)).toEqual(
      ['2 CHECK_VIOLATED', expect.stringMatching(/^[13] UNIQUE_VIOLATED$/), '4 REFERENCE_MISSING', '5 ROW_REFUSED', expect.stringMatching(/^6 (CHECK_VIOLATED|ROW_REFUSED)$/)]);
    expectBooks(answer, { read: 7, created: 2, quarantined: 5 });
  });

  it('is rejected alone, with every reason, for values that only the database can judge', async () => {
    await operator.table('judged', 'id int primary key, ip inet, net cidr, note text');
    const rows = Array.from({ length: 4_000 }, (_, index) => index % 4 === 1 ? [index, 'here', '10.0.0.0/8', 'tab\tand\\'] : index % 4 === 2 ? [index, 'here', 'there', 'é'] : [index, '10.0.0.1', '10.0.0.0/8', '']);
    const answer = await operator.load(await operator.file('judged.csv', csvOf('id,ip,net,note', rows)), 'judged');
    expectBooks(answer, { read: 4_000, created: 2_000, quarantined: 2_000 });
    const expected = rows.flatMap(([, ip, net], index) => [...(ip === 'here' ? [`${index + 1} 2 ip VALUE_REFUSED`] : []), ...(net === 'there' ? [`${index + 1} 3 net VALUE_REFUSED`] : [])]);
    expect((await operator.issues(answer.jobId)).map(({ rowNo, columnNo, field, code }) => `${rowNo} ${String(columnNo)} ${String(field)} ${code}`)).toEqual(expected);
  });

  it('may hold a cell of 10 MB, which arrives whole; a record beyond 16 MiB is refused with its place', async () => {
    await operator.table('large', 'id text primary key, qty int, note text');
    const cell = 'lorem "ipsum"\n'.repeat(750_000);
    const quoted = `"${cell.replaceAll('"', '""')}"`;
    const answer = await operator.load(await operator.file('large.csv', `id,qty,note\na,1,${quoted}\nb,x,${quoted}\nc,3,short\n`), 'large');
    expectBooks(answer, { read: 3, created: 2, quarantined: 1 });
    expect(await found(answer)).toEqual([`row 2 line ${2 + 750_001} column 2 qty INTEGER_INVALID`]);
    const [stored] = await operator.sql<{ hash: string }>(`select encode(sha256(convert_to(note, 'UTF8')), 'hex') as hash from registry.large where id = 'a'`);
    expect(stored?.hash).toBe(createHash('sha256').update(cell).digest('hex'));
    const rejects = await operator.stack.waybill('rejects', answer.jobId);
    expect(rejects.stdout).toContain(cell.replaceAll('"', '""'));
    const monster = await operator.file('monster.csv', `id,qty,note\na,1,x\nb,2,${'y'.repeat(17 * 1024 * 1024)}\nc,3,z\n`);
    await expectRefusal(monster, { code: 'FILE_ROW_TOO_LONG', dataset: 'large', place: { line: 3 } });
    await rm(monster);
  });
});

describe('a header that is bad', () => {
  it('of 10,000 columns is read; only mapped columns count, and more than a table can have are refused', async () => {
    const names = Array.from({ length: 10_000 }, (_, index) => `c${index}`);
    await operator.table('few', 'c0 int primary key, c9999 int, c5000 int');
    const path = await operator.file('wide.csv', `${names.join(',')}\n${names.map((_, index) => index).join(',')}\n${names.map((_, index) => (index === 5000 ? 'x' : index + 1)).join(',')}\n`);
    const answer = await operator.load(path, 'few');
    expectBooks(answer, { read: 2, created: 1, quarantined: 1 });
    expect(await found(answer)).toEqual(['row 2 line 3 column 5001 c5000 INTEGER_INVALID']);
    expect(await operator.sql('select * from registry.few')).toEqual([{ c0: 0, c9999: 9999, c5000: 5000 }]);
    const report = await operator.json<{ mappingReport: { unmapped: readonly unknown[] } }>('job', answer.jobId);
    expect(report.mappingReport.unmapped.length).toBe(9_997);
    await operator.sql(`create table registry.many (${names.slice(0, 1_600).map((name) => `${name} smallint`).join(', ')}); grant select, insert, update on registry.many to waybill_runtime`);
    await operator.json('dataset', 'add', 'registry.many');
    await expectRefusal(path, { code: 'FILE_TOO_MANY_COLUMNS', dataset: 'many' });
  });

  it('that lacks a required field is refused before anything is staged, and says which field and what to do', async () => {
    await expectRefusal(await operator.file('norequired.csv', 'id,amount\na,1\n'), { code: 'MAPPING_REQUIRED_MISSING', place: { fields: ['qty'] }, says: /qty.*--map/s });
    await expectRefusal(await operator.file('nokey.csv', 'name,qty\na,1\n'), { code: 'MAPPING_REQUIRED_MISSING', place: { fields: ['id'] } });
    await expectRefusal(await operator.file('nothing.csv', 'foo,bar\na,1\n'), { code: 'MAPPING_EMPTY' });
    const mapped = await operator.load(await operator.file('norequired.csv', 'id,amount\nmapped,1\n'), 'things', '--map', 'amount=qty');
    expectBooks(mapped, { read: 1, created: 1 });
  });
});

describe('bytes that are not text in the file’s encoding', () => {
  it('reject their rows in UTF-8, choose another encoding when all of it says so, and refuse a wrong --encoding', async () => {
    await operator.table('encoded', 'id text primary key, note text');
    const latin = await operator.load(await operator.file('latin.csv', Buffer.from('id,note\n1,M\u00fcller \u2013 Stra\u00dfe\n2,\u00e9t\u00e9\n'.replace('\u2013', '-'), 'latin1')), 'encoded');
    expectBooks(latin, { read: 2, created: 2 });
    expect(await operator.sql('select note from registry.encoded order by id')).toEqual([{ note: 'Müller - Straße' }, { note: 'été' }]);
    // The choice among 8-bit encodings is a guess, and it is shown as one.
    expect(await operator.json('job', latin.jobId)).toMatchObject({ doubts: [{ property: 'encoding', value: 'windows-1252', confidence: expect.any(Number) as number }] });
    expect(JSON.parse(latin.stdout.trimEnd().split('\n').at(-1) ?? '')).toMatchObject({ doubts: [{ property: 'encoding' }] });
    expect((await operator.stack.waybill('job', latin.jobId)).stdout).toMatch(/encoding +windows-1252 +\d+ % +--encoding/);
    const utf16 = Buffer.concat([Buffer.from([0xff, 0xfe]), Buffer.from('id,note\n3,Київ\n4,東京\n', 'utf16le')]);
    const sure = await operator.load(await operator.file('utf16.csv', utf16), 'encoded');
    expectBooks(sure, { read: 2, created: 2 });
    expect(await operator.json('job', sure.jobId)).toMatchObject({ doubts: [] });
    expect(await operator.sql(`select note from registry.encoded where id in ('3', '4') order by id`)).toEqual([{ note: 'Київ' }, { note: '東京' }]);
    const wrong = await operator.stack.waybill('import', await operator.file('any.csv', 'id,note\n1,a\n'), '--dataset', 'encoded', '--encoding', 'klingon');
    expect(wrong.code).toBe(2);
    expect(wrong.stderr).toMatch(/encoding/i);
  });
});

describe('options that are wrong', () => {
  const path = (): Promise<string> => operator.file('fine.csv', 'id,qty,note\na,1,x\n');

  it('are told with exit code 2 when the command line shows it, 6 when the dataset does', async () => {
    const file = await path();
    for (const [options, names] of [
      [['--mode', 'merge'], /mode/], [['--map', 'id'], /map/i], [['--max-errors', 'many'], /max-errors/], [['--date-format', 'day=YMD'], /date-format/], [['--delimiter', ';;'], /delimiter/],
      [['--duplicates', 'both'], /duplicates/], [['--on-error', 'ignore'], /on-error/], [['--no-such-option'], /no-such-option/],
    ] as const) {
      const result = await operator.stack.waybill('import', file, '--dataset', 'things', ...options);
      expect(result.code, options.join(' ')).toBe(2);
      expect(result.stderr, options.join(' ')).toMatch(names);
      noStackTrace(result);
    }
    expect((await operator.stack.waybill('import', file)).code, '--dataset is missing').toBe(2);
    await expectRefusal(file, { code: 'DATASET_UNKNOWN', dataset: 'nowhere', says: /dataset list/ });
    await expectRefusal(file, { code: 'MAPPING_INVALID', options: ['--map', 'nothing=qty'], place: { entry: 1 } });
    await expectRefusal(file, { code: 'MAPPING_INVALID', options: ['--map', 'note=nowhere'], place: { field: 'nowhere' } });
    await expectRefusal(file, { code: 'MAPPING_INVALID', options: ['--map', 'qty=id', '--map', 'note=id'], place: { entry: 2 } });
    await expectRefusal(file, { code: 'OPTION_INVALID', options: ['--key', 'nowhere'], place: { field: 'nowhere' } });
    await expectRefusal(file, { code: 'OPTION_INVALID', options: ['--zone', 'Mars/Olympus'] });
    await expectRefusal(file, { code: 'OPTION_INVALID', options: ['--date-format', 'note=DMY'], place: { field: 'note' } });
    await operator.table('keyless', 'id text, qty int, note text');
    await expectRefusal(file, { code: 'MODE_NEEDS_KEY', dataset: 'keyless', options: ['--mode', 'upsert'] });
    expectBooks(await operator.load(file, 'keyless'), { read: 1, created: 1 });
  });

  it('are refused when several records of the dataset answer to the chosen key', async () => {
    await operator.table('twins', 'no int generated always as identity primary key, id text, qty int, note text');
    await operator.sql(`insert into registry.twins (id, qty) values ('a', 1), ('a', 2), ('b', 3)`);
    await expectRefusal(await path(), { code: 'DATASET_KEY_NOT_UNIQUE', dataset: 'twins', options: ['--key', 'id'], place: { fields: ['id'] } });
  });

  it('name the missing right and the statement that gives it', async () => {
    await operator.sql('create table registry.locked (id text primary key, qty int)');
    await operator.sql('revoke all on registry.locked from waybill_runtime');
    const added = await operator.stack.waybill('dataset', 'add', 'registry.locked');
    const answer = added.code === 0 ? await operator.stack.waybill('import', await path(), '--dataset', 'locked') : added;
    expect(answer.code).toBe(6);
    expect(answer.stderr).toMatch(/DATASET_NOT_WRITABLE.*GRANT/s);
  });
});

describe('a file that changes', () => {
  const line = 'k1,1,a note that makes the file long enough for several parts\n';
  const big = (): string => csvOf('id,qty,note', Array.from({ length: 200_000 }, (_, index) => [`k${index}`, 1, 'a note that makes the file long enough for several parts']));
  const uploads = async (): Promise<readonly string[]> => (await readdir(join(operator.stack.folder.archive, 'uploads')).catch(() => []));

  it.each([
    ['grows', (path: string) => appendFile(path, 'late,1,x\n')],
    ['shrinks', (path: string) => truncate(path, 5_000_000)],
    ['is written over', (path: string) => writeFile(path, 'id,qty,note\nother,1,x\n')],
    ['vanishes and comes back as another', async (path: string) => { await rm(path); await writeFile(path, 'id,qty,note\nother,1,x\n'); }],
  ] as const)('%s while it is sent: nothing of it is kept', async (what, change) => {
    // Twelve parts; the API is held after the first bytes, so that most of the file has not been read when it changes.
    const path = await operator.file('moving.csv', Buffer.alloc(96 * 1024 * 1024, line));
    const before = await uploads();
    const sending = operator.begin('import', path, '--dataset', 'things', '--no-header', '--map', '#1=id', '--map', '#2=qty', '--json', '--detach');
    await untilTrue('the upload has begun', async () => (await uploads()).some((name) => !before.includes(name)) || sending.stdout() !== '', 30_000, 2);
    await operator.stack.kill('api', 'SIGSTOP');
    await change(path);
    await operator.stack.kill('api', 'SIGCONT');
    const { code, stdout, stderr } = await sending.ended;
    noStackTrace({ code, stdout, stderr });
    if (what.startsWith('vanishes')) {
      // The opened file is read to its end, whatever the name means now: it is what the operator named, whole.
      expect(code, stdout).toBe(0);
      const [received] = await operator.sql<{ bytes: string }>('select bytes::text from waybill.source_files order by received_at desc limit 1');
      expect(received?.bytes).toBe(String(96 * 1024 * 1024));
      await operator.json('cancel', (JSON.parse(stdout) as { jobId: string }).jobId);
    } else {
      expect(code, stdout).toBe(6);
      expect(JSON.parse(stdout)).toMatchObject({ error: { code: 'UPLOAD_HASH_MISMATCH' } });
    }
    await rm(path);
    expect(await operator.sql(`select 1 from registry.things where id = 'other' or id like 'k%' limit 1`)).toEqual([]);
    await untilTrue('the upload is removed', async () => (await uploads()).length <= before.length, 10_000);
  });

  it.each([
    ['is shortened', 'FILE_CHANGED', (path: string) => truncate(path, 6_000_000)],
    ['is altered in place', 'FILE_CHANGED', async (path: string) => { const bytes = Buffer.from(big().replace('k199999,1', 'k199999,2')); await writeFile(path, bytes); }],
    ['is removed', 'FILE_MISSING', (path: string) => rm(path)],
  ] as const)('in the archive, while its job runs: it %s, and the job fails without touching the dataset', async (_, error, change) => {
    const path = await operator.file('archived.csv', big());
    const { jobId } = await operator.load(path, 'things', '--detach', '--again');
    await untilTrue('a first chunk is staged', async () => (await operator.sql('select 1 from waybill.chunk_ledger where job_id = $1', [jobId])).length > 0);
    await operator.stack.kill('worker', 'SIGSTOP');
    const [file] = await operator.sql<{ key: string }>('select storage_key as key from waybill.source_files f join waybill.jobs j on j.source_sha256 = f.sha256 where j.job_id = $1', [jobId]);
    const archived = join(operator.stack.folder.archive, file?.key ?? '');
    await chmod(archived, 0o600);
    await change(archived);
    await operator.stack.kill('worker', 'SIGCONT');
    const watched = await operator.stack.waybill('watch', jobId, '--json');
    noStackTrace(watched);
    expect(watched.code, watched.stdout).toBe(1);
    expect(JSON.parse(watched.stdout)).toMatchObject({ state: 'failed', error: { code: error } });
    expect(await operator.sql(`select 1 from registry.things where id like 'k%' limit 1`)).toEqual([]);
    expect(await leftovers(operator, jobId)).toEqual([]);
    // Sent again it is whole again.
    expect((await operator.load(path, 'things', '--dry-run')).books.created).toBe(200_000);
  });
});
