/** The command as an operator uses it, from a table that exists to corrected rejects; then two real files, each by one command. */
import { existsSync } from 'node:fs';
import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { parse } from 'csv-parse/sync';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { outcomes } from '../../contracts/books.ts';
import type { Issue } from '../../contracts/issue-codes.ts';
import { checkoutFolder } from '../../temporal-config/checkout-folder.ts';
import { csvOf, expectBooks, leftovers, noStackTrace, startOperator, untilTrue } from '../support/operator.ts';
import type { Operator } from '../support/operator.ts';

let operator: Operator;
beforeAll(async () => { operator = await startOperator({ threads: 2 }); });
afterAll(() => operator.close());

const examples = join(checkoutFolder, 'examples');
const shared = join(checkoutFolder, '..', 'shared', 'data');

interface DatasetAnswer { readonly created: boolean; readonly changed: boolean; readonly dataset: { readonly name: string; readonly version: number; readonly description: string; readonly managed: boolean; readonly fields: readonly FieldAnswer[] } }
interface FieldAnswer { readonly name: string; readonly type: string; readonly pgType: string; readonly required: boolean; readonly key: boolean; readonly description: string; readonly readOnly: boolean; readonly hasDefault: boolean }

describe('datasets', () => {
  it('are made of a table as it stands: types, key, not null, enums, checks, references, comments', async () => {
    await operator.sql(`create schema crm; create type crm.mood as enum ('good', 'bad'); create table crm.sites (code char(3) primary key); insert into crm.sites values ('LON');
      create table crm."Case Files" ("Case No" bigint, part smallint, opened date not null, "at" timestamptz default now(), mood crm.mood, status text check (status in ('open', 'closed')),
        score int check (score between 1 and 5), share numeric(5,2), tags text[], place point, extra jsonb, guid uuid, site char(3) references crm.sites, id int generated always as identity, primary key ("Case No", part));
      comment on table crm."Case Files" is 'Files of cases.'; comment on column crm."Case Files".mood is 'How it went.';
      grant usage on schema crm to waybill_runtime; grant select, insert, update on crm."Case Files", crm.sites to waybill_runtime`);
    const added = await operator.json<DatasetAnswer>('dataset', 'add', 'crm."Case Files"', '--name', 'cases');
    expect(added).toMatchObject({ created: false, changed: true, dataset: { name: 'cases', version: 1, description: 'Files of cases.', managed: false } });
    const field = (name: string): FieldAnswer | undefined => added.dataset.fields.find((candidate) => candidate.name === name);
    expect(added.dataset.fields.map(({ name, type }) => `${name}: ${type}`)).toEqual([
      'Case No: integer', 'part: integer', 'opened: date', 'at: timestamp', 'mood: enum', 'status: enum', 'score: integer', 'share: number', 'tags: text_list', 'place: point', 'extra: json', 'guid: uuid',
      'site: text', 'id: integer']);
    expect(field('Case No')).toMatchObject({ key: true, required: true, pgType: 'bigint' });
    expect(field('mood')).toMatchObject({ description: 'How it went.', required: false });
    expect(field('opened')).toMatchObject({ required: true, key: false });
    expect(field('at')).toMatchObject({ hasDefault: true });
    expect(field('id')).toMatchObject({ readOnly: true });
    const again = await operator.json<DatasetAnswer>('dataset', 'add', 'crm."Case Files"', '--name', 'cases');
    expect(again).toMatchObject({ changed: false, dataset: { version: 1 } });

    const path = await operator.file('cases.csv', ['case_no;Part;OPENED;mood;status;score;share;tags;place;extra;guid;site',
      '1;1;2020-01-31;good;open;5;1.50;"a; b";51.5,-0.1;"{""a"":1}";A0EEBC99-9C0B-4EF8-BB6D-6BB9BD380A11;LON', '1;2;2020-01-31;GOOD;open;5;;;;;;', '1;3;2020-01-31;;shut;6;;;;;;', '1;4;2020-01-31;;;;;;;;;PAR', ''].join('\n'));
    const answer = await operator.load(path, 'cases');
    expectBooks(answer, { read: 4, created: 1, quarantined: 3 });
    expect((await operator.issues(answer.jobId)).map(({ rowNo, field: name, code }) => `${rowNo} ${String(name)} ${code}`)).toEqual(
      ['2 mood ENUM_UNKNOWN', '3 status ENUM_UNKNOWN', '3 score RANGE_ABOVE', '4 site REFERENCE_MISSING']);
    expect(await operator.json('records', 'cases')).toMatchObject([{ 'Case No': '1', part: '1', opened: '2020-01-31', mood: 'good', share: '1.50', tags: '{a,b}', place: '(-0.1,51.5)' }]);
    for (const key of ['["1","1"]', '["1", "1"]']) expect(await operator.json('trace', 'cases', key)).toMatchObject([{ jobId: answer.jobId, rowNo: 1, kind: 'created' }]);
    expect(await operator.json('trace', 'cases', '["1","2"]')).toEqual([]);
    // A column more is a new version; a table that is not there is refused.
    await operator.sql('alter table crm."Case Files" add column note text');
    expect(await operator.json('dataset', 'add', 'crm."Case Files"', '--name', 'cases')).toMatchObject({ changed: true, dataset: { version: 2 } });
    expect(await operator.stack.waybill('dataset', 'add', 'crm.nothing'))
      .toMatchObject({ code: 6, stderr: expect.stringMatching(/^TABLE_UNKNOWN: There is no table crm\.nothing; .*dataset apply FILE\.json/) as string });
    expect((await operator.stack.waybill('dataset', 'show', 'nothing')).code).toBe(6);
  });

  it.skipIf(!existsSync(shared))('are made of plain definitions as they stand (../shared is there)', async () => {
    const folder = join(shared, 'mapping', 'datasets');
    const files = await readdir(folder);
    expect(files.length).toBeGreaterThanOrEqual(4);
    for (const file of files) {
      const definition = JSON.parse(await readFile(join(folder, file), 'utf8')) as { name: string; fields: readonly unknown[] };
      const path = join(folder, file);
      expect(await operator.json('dataset', 'apply', path)).toMatchObject({ created: true, dataset: { name: definition.name, managed: true } });
      expect(await operator.json('dataset', 'apply', path)).toMatchObject({ created: false, changed: false });
      expect((await operator.json<{ fields: readonly unknown[] }>('dataset', 'show', definition.name)).fields.length).toBe(definition.fields.length);
    }
    const listed = await operator.json<readonly { name: string }[]>('dataset', 'list');
    expect(listed.map(({ name }) => name)).toEqual(expect.arrayContaining(['incidents', 'organisations', 'persons']));
  });

  it('that are malformed are refused with the place', async () => {
    const bad = await operator.stack.waybill('dataset', 'apply', await operator.file('bad.json', '{"name":"x",\n"fields":[}'));
    expect([bad.code, bad.stderr]).toEqual([6, expect.stringMatching(/DATASET_INVALID.*line 2/)]);
    const wrong = await operator.stack.waybill('dataset', 'apply', await operator.file('wrong.json', JSON.stringify({ name: 'x', fields: [{ name: 'a', type: 'text' }, { name: 'b', type: 'colour' }] })));
    expect([wrong.code, wrong.stderr]).toEqual([6, expect.stringMatching(/DATASET_INVALID.*fields\.1\.type/)]);
  });
});

describe('the four modes', () => {
  const fresh = async (name: string): Promise<void> => {
    await operator.table(name, 'id int primary key, qty int, note text');
    await operator.sql(`insert into registry.${name} values (1, 1, 'a'), (2, 2, 'b'), (3, 3, 'c')`);
  };
  // 1 is the same, 2 differs, 4 is new, 5 is new and twice, 6 is bad. The column note is not in the file: it is not touched.
  const rows = [[1, 1], [2, 22], [4, 4], [5, 5], [5, 55], [6, 'x']] as const;
  const content = async (table: string): Promise<string> => (await operator.sql<{ t: string }>(`select concat_ws(':', id, qty, note) as t from registry.${table} order by id, qty`)).map(({ t }) => t).join(' ');

  it.each([
    ['insert', { created: 2, duplicate: 1, quarantined: 3 }, ['1 KEY_EXISTS', '2 KEY_EXISTS', '6 INTEGER_INVALID'], '1:1:a 2:2:b 3:3:c 4:4 5:55'],
    ['upsert', { created: 2, updated: 1, unchanged: 1, duplicate: 1, quarantined: 1 }, ['6 INTEGER_INVALID'], '1:1:a 2:22:b 3:3:c 4:4 5:55'],
    ['update', { updated: 1, unchanged: 1, quarantined: 4 }, ['3 KEY_NOT_FOUND', '4 KEY_NOT_FOUND', '5 KEY_NOT_FOUND', '6 INTEGER_INVALID', '6 KEY_NOT_FOUND'], '1:1:a 2:22:b 3:3:c'],
  ] as const)('%s', async (mode, books, issues, after) => {
    await fresh(`mode_${mode}`);
    const path = await operator.file(`${mode}.csv`, csvOf('id,qty', rows));
    const dry = await operator.load(path, `mode_${mode}`, '--mode', mode, '--dry-run');
    expectBooks(dry, { read: 6, ...books });
    expect(await content(`mode_${mode}`)).toBe('1:1:a 2:2:b 3:3:c');
    const answer = await operator.load(path, `mode_${mode}`, '--mode', mode);
    expect(answer.code).toBe(3);
    expectBooks(answer, { read: 6, ...books });
    expect((await operator.issues(answer.jobId)).map(({ rowNo, code }) => `${rowNo} ${code}`)).toEqual(issues);
    expect(await content(`mode_${mode}`)).toBe(after);
    expect(await leftovers(operator, answer.jobId)).toEqual([]);
  });

  it('append', async () => {
    await operator.table('mode_append', 'id int, qty int, note text');
    const path = await operator.file('append.csv', csvOf('id,qty', rows));
    expectBooks(await operator.load(path, 'mode_append', '--mode', 'append'), { read: 6, created: 5, quarantined: 1 });
    expectBooks(await operator.load(path, 'mode_append', '--mode', 'append', '--again'), { read: 6, created: 5, quarantined: 1 });
    expect(await content('mode_append')).toBe('1:1 1:1 2:22 2:22 4:4 4:4 5:5 5:5 5:55 5:55');
  });

  it('duplicates: last wins among rows that passed, first wins, or none', async () => {
    const path = await operator.file('duplicates.csv', csvOf('id,qty', [[1, 10], [1, 11], [1, 'x'], [2, 20]]));
    for (const [policy, books, after] of [
      ['last', { created: 2, duplicate: 1, quarantined: 1 }, '1:11 2:20'], ['first', { created: 2, duplicate: 1, quarantined: 1 }, '1:10 2:20'], ['reject', { created: 1, quarantined: 3 }, '2:20'],
    ] as const) {
      await operator.table(`dup_${policy}`, 'id int primary key, qty int, note text');
      const answer = await operator.load(path, `dup_${policy}`, '--duplicates', policy);
      expectBooks(answer, { read: 4, ...books });
      expect(await content(`dup_${policy}`)).toBe(after);
      if (policy === 'reject') expect((await operator.issues(answer.jobId)).map(({ rowNo, code }) => `${rowNo} ${code}`)).toEqual(['1 DUPLICATE_REJECTED', '2 DUPLICATE_REJECTED', '3 INTEGER_INVALID']);
    }
  });

  it('limits: as a count, as a share, and none at all', async () => {
    await operator.table('limited', 'id int primary key, qty int, note text');
    const path = await operator.file('limited.csv', csvOf('id,qty', Array.from({ length: 100 }, (_, index) => [index, index < 5 ? 'x' : index])));
    for (const [options, exit] of [[['--max-errors', '4'], 4], [['--max-errors', '4.9%'], 4], [['--on-error', 'abort'], 4], [['--max-errors', '5'], 3], [['--max-errors', '5%', '--again'], 3]] as const) {
      const answer = await operator.load(path, 'limited', ...options);
      expect(answer.code, options.join(' ')).toBe(exit);
      expect(answer.state).toBe(exit === 4 ? 'stopped_by_limits' : 'completed_with_rejects');
      expect((await operator.sql<{ n: number }>('select count(*)::int as n from registry.limited'))[0]?.n).toBe(exit === 4 ? 0 : 95);
      if (exit === 4) await operator.sql('truncate registry.limited');
    }
  });
});

describe('a job', () => {
  it('is detached, watched, paused, resumed, cancelled; and everything about it has the documented shape', async () => {
    await operator.table('life', 'id int primary key, qty int, note text');
    const path = await operator.file('life.csv', csvOf('id,qty,note,extra', Array.from({ length: 150_000 }, (_, index) => [index, index === 7 ? 'x' : 1, 'note', index % 4 === 0 ? 'e' : ''])));
    const detached = await operator.load(path, 'life', '--detach', '--partner', 'P1');
    expect(detached.code).toBe(0);
    const { jobId } = detached;
    const paused = await operator.json<{ answer: string }>('pause', jobId);
    expect(['heard', 'no_worker']).toContain(paused.answer);
    expect(await operator.json('job', jobId)).toMatchObject({ paused: true });
    const watching = operator.begin('watch', jobId);
    await untilTrue('the watcher shows it', () => /paused/i.test(watching.stderr()));
    watching.signal('SIGINT');
    expect((await watching.ended).code, 'Ctrl-C detaches').toBe(130);
    await operator.json('resume', jobId);
    const watched = await operator.stack.waybill('watch', jobId, '--json');
    expect(watched.code).toBe(3);
    expect(watched.stdout.trim().split('\n').length).toBe(1);
    const last = JSON.parse(watched.stdout) as Record<string, unknown>;
    expect(Object.keys(last).sort()).toEqual(['books', 'jobId', 'receipt', 'seconds', 'state']);
    expect(Object.keys(last['books'] as object).sort()).toEqual(['read', ...outcomes].sort());
    expect(last).toMatchObject({ jobId, state: 'completed_with_rejects', books: { read: 150_000, created: 149_999, quarantined: 1 } });
    expect((await stat(String(last['receipt']))).isFile()).toBe(true);

    const job = await operator.json<Record<string, unknown>>('job', jobId);
    expect(job).toMatchObject({ state: 'completed_with_rejects', partner: 'P1', dataset: 'life', fileName: 'life.csv', issueGroups: [{ code: 'INTEGER_INVALID', field: 'qty', rows: 1, firstRow: 8, lastRow: 8 }], mappingReport: { unmapped: [{ column: 3, filled: 37_500, fillRate: 0.25 }] } });
    const shown = await operator.stack.waybill('job', jobId);
    expect(shown.stdout).toMatch(/extra\s+25/);
    expect(shown.stdout).toContain('INTEGER_INVALID');
    expect(await operator.json('issues', jobId)).toEqual([{ rowNo: 8, lineNo: 9, field: 'qty', columnNo: 2, code: 'INTEGER_INVALID', severity: 'error', message: expect.any(String) as string }]);
    expect((await operator.json<readonly { id: string }[]>('jobs', '--dataset', 'life')).map(({ id }) => id)).toEqual([jobId]);
    expect(await operator.json('jobs', '--dataset', 'life', '--state', 'failed')).toEqual([]);
    expect(await operator.json('trace', 'life', '11')).toMatchObject([{ jobId, rowNo: 12, kind: 'created' }]);
    expect(await operator.json('trace', 'life', '7')).toEqual([]);
    expect((await operator.stack.waybill('cancel', jobId)).code, 'over').toBe(6);
    expect((await operator.stack.waybill('pause', jobId)).code, 'over').toBe(6);
    for (const unknown of ['00000000-0000-4000-8000-000000000000', 'x']) {
      const answer = await operator.stack.waybill('job', unknown);
      expect([answer.code, answer.stderr]).toEqual([6, expect.stringContaining('JOB_UNKNOWN')]);
      noStackTrace(answer);
    }
    const other = await operator.load(path, 'life', '--detach', '--again');
    await operator.json('cancel', other.jobId, '--reason', 'wrong file');
    const cancelled = await operator.stack.waybill('watch', other.jobId);
    expect([cancelled.code, cancelled.stdout]).toEqual([5, expect.stringContaining('wrong file')]);
  });

  it('gives its rejected rows as a file that is corrected and imported: texts come back exactly as they stood', async () => {
    await operator.table('people', 'id text primary key, phone text, born date, note text');
    const path = await operator.file('people.csv', 'id;phone;born;note\n=1;+44 20 7946;1990-13-01;"say ""hi"";\nthere"\n-2;-5;1991-02-30;\'=x\nfine;1;1992-01-01;ok\n');
    const first = await operator.load(path, 'people');
    expectBooks(first, { read: 3, created: 1, quarantined: 2 });
    const rejects = join(operator.folder, 'rejects.csv');
    await operator.json('rejects', first.jobId, '--output', rejects, '--purpose', 'correct them');
    expect((await stat(rejects)).mode & 0o777).toBe(0o600);
    const text = await readFile(rejects, 'utf8');
    const lines = parse(text, { columns: true }) as unknown as readonly Record<string, string>[];
    expect(lines).toMatchObject([
      { id: "'=1", phone: "'+44 20 7946", born: '1990-13-01', note: 'say "hi";\nthere', waybill_row: '1', waybill_line: '2', waybill_reasons: expect.stringMatching(/^DATE_IMPOSSIBLE|^DATE_INVALID/) as string },
      { id: '-2', phone: '-5', note: "''=x", waybill_row: '2', waybill_line: '4' },
    ]);
    // One is corrected; the other is still wrong and comes back once more, without a second apostrophe.
    const second = await operator.load(await operator.file('corrected.csv', text.replace('1990-13-01', '1990-12-01')), 'people');
    expectBooks(second, { read: 2, created: 1, quarantined: 1 });
    const next = (await operator.stack.waybill('rejects', second.jobId)).stdout;
    expect(next.split('\r\n')[0]).toBe('id,phone,born,note,waybill_row,waybill_line,waybill_reasons');
    expectBooks(await operator.load(await operator.file('corrected-2.csv', next.replace('1991-02-30', '1991-02-28')), 'people'), { read: 1, created: 1 });
    expect(await operator.sql('select id, phone, born::text, note from registry.people order by born')).toEqual([
      { id: '=1', phone: '+44 20 7946', born: '1990-12-01', note: 'say "hi";\nthere' }, { id: '-2', phone: '-5', born: '1991-02-28', note: "'=x" }, { id: 'fine', phone: '1', born: '1992-01-01', note: 'ok' },
    ]);
    const audit = (await operator.stack.waybill('audit', 'export')).stdout;
    expect(audit).toMatch(/rejects\.downloaded.*correct them|correct them.*rejects\.downloaded/);
  });
});

interface Inspected { readonly format: string; readonly compression: string; readonly encoding: string; readonly delimiter: string; readonly quote: string; readonly headerRow: boolean; readonly columns: readonly { readonly name: string }[]; readonly rows: number; readonly sample: readonly (readonly string[])[] }

describe('a mapping', () => {
  it('is proposed for a file as it is published, without importing it: for programs on one line, for people with the reasons', async () => {
    await operator.json('dataset', 'apply', await operator.file('contacts.json', JSON.stringify({
      name: 'contacts', description: 'Persons, one row each.',
      fields: [{ name: 'contact_id', type: 'code', key: true, required: true, description: 'Number in the source.' }, { name: 'full_name', type: 'text', description: 'Whole name.' }, { name: 'birth_date', type: 'date', description: 'Date of birth.' }],
    })));
    const path = await operator.file('kontakte.csv', csvOf('Nr.;Vollständiger Name;Geburtsdatum;Zeugs', [['K-1;Uwe Brandt;30.07.1968;a'], ['K-2;Anke Vogel;02.11.1979;b'], ['K-3;Heike Sommer;14.03.1985;a'], ['K-4;Klaus Lindner;19.01.1991;b'], ['K-5;Sabine Krüger;25.12.1959;a']]));
    const answer = await operator.json<{ readonly mapping: object; readonly confidence: Readonly<Record<string, number>> }>('map', path, '--dataset', 'contacts');
    expect(answer).toMatchObject({ mapping: { 'Nr.': 'contact_id', 'Vollständiger Name': 'full_name', Geburtsdatum: 'birth_date' }, auto: { 'Vollständiger Name': true }, combine: {}, unmapped: ['Zeugs'] });
    expect(Object.keys(answer).sort()).toEqual(['auto', 'combine', 'confidence', 'file', 'mapping', 'unmapped']);
    const told = await operator.stack.waybill('map', path, '--dataset', 'contacts');
    expect(told.stdout).toContain('Geburtsdatum');
    expect(told.stdout).toContain('the values are dates');
    expect(told.stdout).not.toContain('Brandt');
  });
});

describe('whole files by one command', () => {
  it('examples/partner-incidents.csv gives exactly the books and issues that its generator says', async () => {
    interface Expected { readonly file: { readonly encoding: string; readonly delimiter: string; readonly columns: number; readonly rows: number }; readonly unmappedColumns: readonly { name: string; columnNo: number; filledRows: number }[]; readonly state: string; readonly books: object; readonly issues: readonly Issue[]; readonly records: { readonly byStatus: Record<string, number>; readonly lossTotal: string; readonly narrativesWithNewline: number } }
    const expected = JSON.parse(await readFile(join(examples, 'partner-incidents.expected.json'), 'utf8')) as Expected;
    const path = join(examples, 'partner-incidents.csv');
    const inspected = await operator.json<Inspected>('inspect', path, '--all');
    expect(inspected).toMatchObject({ format: 'csv', compression: 'none', encoding: expected.file.encoding, delimiter: expected.file.delimiter, quote: '"', headerRow: true, rows: expected.file.rows });
    expect(inspected.columns.length).toBe(expected.file.columns);
    // Under another name, since the plain definitions above have made one of this name.
    const definition = JSON.parse(await readFile(join(examples, 'incidents.dataset.json'), 'utf8')) as object;
    await operator.json('dataset', 'apply', await operator.file('incidents.json', JSON.stringify({ ...definition, name: 'partner_incidents' })));
    const answer = await operator.load(path, 'partner_incidents');
    expect(answer).toMatchObject({ code: 3, state: expected.state, books: expected.books });
    const issues = (await operator.issues(answer.jobId)).map(({ rowNo, lineNo, field, columnNo, code, severity }) => ({ rowNo, lineNo, field, columnNo, code, severity }));
    const inOrder = [...expected.issues].sort((a, b) => a.rowNo - b.rowNo || (a.columnNo ?? 99) - (b.columnNo ?? 99));
    expect(issues).toEqual(inOrder);
    const statuses = await operator.sql<{ status: string; n: number }>('select status, count(*)::int as n from registry.partner_incidents group by 1');
    expect(Object.fromEntries(statuses.map(({ status, n }) => [status, n]))).toEqual(expected.records.byStatus);
    expect(await operator.sql(`select sum(loss_amount)::text as loss, count(*) filter (where narrative like E'%\\n%')::int as newlines from registry.partner_incidents`))
      .toEqual([{ loss: expected.records.lossTotal, newlines: expected.records.narrativesWithNewline }]);
    const { mappingReport } = await operator.json<{ mappingReport: { unmapped: readonly { column: number; filled: number }[] } }>('job', answer.jobId);
    expect(mappingReport.unmapped.map(({ column, filled }) => [column + 1, filled])).toEqual(expected.unmappedColumns.map(({ columnNo, filledRows }) => [columnNo, filledRows]));
  });

  const denied = join(shared, 'bis_denied_persons.txt');
  it.skipIf(!existsSync(denied))('the Denied Persons List (../shared is there): 546 read, 543 created, 3 duplicates under a derived key; all 546 in mode append', async () => {
    expect(await operator.json<Inspected>('inspect', denied, '--all')).toMatchObject({ delimiter: '\t', quote: '"', headerRow: true, rows: 546 });
    await operator.json('dataset', 'apply', join(examples, 'denied-persons.dataset.json'));
    const answer = await operator.load(denied, 'denied_persons');
    expect(answer.code, answer.stdout).toBe(0);
    expectBooks(answer, { read: 546, created: 543, duplicate: 3 });
    expect(await operator.sql(`select name, postal_code, effective_date::text, expiration_date::text, last_update::text from registry.denied_persons where name = ' ADRIAN MANUEL HERNANDEZ'`))
      .toEqual([{ name: ' ADRIAN MANUEL HERNANDEZ', postal_code: '85043', effective_date: '2017-10-16', expiration_date: '2020-10-13', last_update: '2017-10-23' }]);
    const lines = parse(await readFile(denied, 'utf8'), { columns: true, delimiter: '\t' }) as unknown as readonly Record<string, string>[];
    const stored = await operator.sql<{ name: string; postal_code: string | null }>('select name, postal_code from registry.denied_persons');
    const seen = new Set(stored.map(({ name, postal_code }) => `${name}|${postal_code ?? ''}`));
    expect(lines.filter((line) => !seen.has(`${line['Name'] ?? ''}|${line['Postal_Code'] ?? ''}`))).toEqual([]);
    expectBooks(await operator.load(denied, 'denied_persons', '--again'), { read: 546, unchanged: 543, duplicate: 3 });
    await operator.table('denied_plain', 'name text, street_address text, city text, state text, country text, postal_code text, effective_date date, expiration_date date, standard_order boolean, last_update date, action text, fr_citation text');
    expectBooks(await operator.load(denied, 'denied_plain', '--mode', 'append'), { read: 546, created: 546 });
  });

  it('without a header is read by the places of its columns', async () => {
    await operator.table('piped', 'id int primary key, note text');
    const path = await operator.file('piped.csv', '1,first\n2,second\n');
    expectBooks(await operator.load(path, 'piped', '--no-header', '--map', '#1=id', '--map', '#2=note'), { read: 2, created: 2 });
    expect(await operator.sql('select * from registry.piped order by id')).toEqual([{ id: 1, note: 'first' }, { id: 2, note: 'second' }]);
  });
});
