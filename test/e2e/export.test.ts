/** Exports as an operator makes them: by the real command, over the real API, engine and database. */
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { parse } from 'csv-parse/sync';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { expectBooks, noStackTrace, startOperator, type Operator } from '../support/operator.ts';

interface ExportAnswer {
  readonly jobId: string;
  readonly state: string;
  readonly rows: number;
  readonly files: readonly { readonly file: string; readonly rows: number; readonly bytes: number; readonly sha256: string }[];
  readonly receipt: string | null;
}

let operator: Operator;
beforeAll(async () => {
  operator = await startOperator({ threads: 2, chunkBytes: 64 * 1024 });
  await operator.table('places', 'id bigint primary key, name text not null, status text, opened_on date, seen timestamptz, amount numeric(20,4), spot point');
  await operator.sql(`insert into registry.places select n, 'Place ' || n, (array['open', 'closed', null])[1 + n % 3], date '2020-01-01' + n::int % 1000, timestamptz '2024-02-29 23:59:59.123456+00',
    n * 1234567890.1234, point(4 + n % 10, 50) from generate_series(1, 5000) n`);
});
afterAll(async () => { await operator.close(); });

const target = (name: string): string => join(operator.folder, name);
const exported = (...args: readonly string[]): Promise<ExportAnswer> => operator.json<ExportAnswer>('export', ...args);
const rowsOf = (content: Buffer | string): readonly Readonly<Record<string, string>>[] => parse(content, { columns: true });

describe('waybill export', () => {
  it('writes what was chosen, renamed, filtered and sorted, and says what it wrote', async () => {
    const file = target('open.csv');
    const answer = await exported('places', '--to', file, '--fields', 'id,name=Name of the place,amount', '--filter', `status = 'open' and opened_on between 2020-02-01 and 2020-12-31`, '--sort', '-amount,id', '--purpose', 'yearly report');
    const rows = rowsOf(readFileSync(file));
    const [expected] = await operator.sql<{ n: number; sum: string }>(`select count(*)::int as n, sum(amount)::text as sum from registry.places where status = 'open' and opened_on between '2020-02-01' and '2020-12-31'`);
    expect([answer.state, answer.rows, rows.length]).toEqual(['completed', expected?.n, expected?.n]);
    expect(Object.keys(rows[0] ?? {})).toEqual(['id', 'Name of the place', 'amount']);
    expect(rows.map((row) => Number(row['id']))).toEqual([...rows].map((row) => Number(row['id'])).sort((a, b) => b - a));
    expect(answer.files).toEqual([{ file, rows: rows.length, bytes: readFileSync(file).length, sha256: createHash('sha256').update(readFileSync(file)).digest('hex') }]);
    expect(await operator.json<{ valid: boolean; trusted: boolean }>('receipt', 'verify', answer.receipt ?? '')).toMatchObject({ valid: true, trusted: true, rows: rows.length });
    const actions = await operator.sql<{ action: string }>('select action from waybill.audit_events where job_id = $1 order by seq', [answer.jobId]);
    expect(actions.map(({ action }) => action)).toEqual(['export.requested', 'export.completed', 'export.downloaded']);
    expect(await operator.json<{ holds: boolean }>('audit', 'verify')).toMatchObject({ holds: true });
  });

  it('writes to standard output for pipes, with everything else on standard error', async () => {
    const { code, stdout, stderr } = await operator.stack.waybill('export', 'places', '--to', '-', '--format', 'jsonl', '--filter', 'id <= 2', '--sort', 'id', '--fields', 'id,amount,spot');
    expect(code, stderr).toBe(0);
    expect(stdout).toBe('{"id":1,"amount":1234567890.1234,"spot":"POINT(5 50)"}\n{"id":2,"amount":2469135780.2468,"spot":"POINT(6 50)"}\n');
    expect(stderr).toContain('SHA-256');
  });

  it('writes XML with its schema beside it, reads it again, and sends only the records to standard output', async () => {
    const answer = await exported('places', '--to', target('places.xml'), '--sort', 'id');
    expect(answer.files.map(({ file, rows }) => [file, rows])).toEqual([[target('places.xml'), 5000], [target('places.xsd'), 0]]);
    expect(readFileSync(target('places.xsd'), 'utf8')).toContain('<xs:element name="records">');
    const seen = await operator.json<{ format: string; recordPath: string; rows: number }>('inspect', target('places.xml'), '--all');
    expect(seen).toMatchObject({ format: 'xml', recordPath: 'records.record', rows: 5000 });
    await operator.table('places_again', 'id bigint primary key, name text not null, status text, opened_on date, seen timestamptz, amount numeric(20,4), spot point');
    await operator.json('import', target('places.xml'), '--dataset', 'places_again');
    expect(await operator.sql('select count(*)::int as n from (select to_jsonb(a) from registry.places a except select to_jsonb(b) from registry.places_again b) d')).toEqual([{ n: 0 }]);
    const { code, stdout, stderr } = await operator.stack.waybill('export', 'places', '--to', '-', '--format', 'xml', '--filter', 'id = 1', '--fields', 'id');
    expect(code, stderr).toBe(0);
    expect(stdout).toBe('<?xml version="1.0" encoding="UTF-8"?>\n<?waybill-fields id?>\n<records>\n<record><id>1</id></record>\n</records>\n');
  });

  it('shows a row for each element of an array, and columns of the widths that are said', async () => {
    writeFileSync(target('nested.json'), '[{"id":1,"names":[{"full":"A"},{"full":"B"}]},{"id":2}]');
    expect(await operator.json('inspect', target('nested.json'), '--explode', 'names')).toMatchObject({ format: 'json', columns: [{ name: 'id' }, { name: 'names.full' }], rows: 3, sample: [['1', 'A'], ['1', 'B'], ['2', '']] });
    writeFileSync(target('fixed.txt'), '001Ann  \n002Bob  \n');
    expect(await operator.json('inspect', target('fixed.txt'), '--widths', '3,5', '--no-header')).toMatchObject({ format: 'fixed', rows: 2, sample: [['001', 'Ann'], ['002', 'Bob']] });
  });

  it('takes format and compression from the name, and splits into numbered files', async () => {
    const answer = await exported('places', '--to', target('all.json.gz'), '--split-rows', '2000', '--sort', 'id', '--fields', 'id');
    expect(answer.files.map(({ file, rows }) => [file, rows])).toEqual([[target('all-0001.json.gz'), 2000], [target('all-0002.json.gz'), 2000], [target('all-0003.json.gz'), 1000]]);
    const ids = answer.files.flatMap(({ file }) => (JSON.parse(gunzipSync(readFileSync(file)).toString('utf8')) as { id: number }[]).map(({ id }) => id));
    expect(ids).toEqual(Array.from({ length: 5000 }, (_, index) => index + 1));
  });

  it('shows a preview without a job, and counts the whole selection', async () => {
    const before = await operator.sql('select from waybill.jobs');
    const preview = await operator.json<{ count: number; records: readonly object[] }>('export', 'places', '--preview', '--filter', 'spot within box(49, 4, 51, 5)', '--sort', 'id', '--fields', 'id,status=State');
    expect([preview.count, preview.records.length, preview.records[0]]).toEqual([1000, 20, { id: '1', State: 'closed' }]);
    expect((await operator.sql('select from waybill.jobs')).length).toBe(before.length);
    const people = await operator.stack.waybill('export', 'places', '--preview', '--filter', 'id > 4990');
    expect([people.code, people.stdout.split('\n')[0]]).toEqual([0, '10 records']);
  });

  it('refuses a filter at its character, a field, a format and an unwritable place, each with a remedy and without a trace of a program', async () => {
    const refusals: readonly (readonly [readonly string[], number, RegExp])[] = [
      [['--filter', 'stat = 1'], 6, /FILTER_FIELD_UNKNOWN.*character 1/], [['--filter', 'status = '], 6, /FILTER_INVALID.*character 10/],
      [['--filter', "id = 'secretvalue'"], 6, /FILTER_TYPE.*character 6/], [['--fields', 'nothing'], 6, /EXPORT_FIELDS_INVALID/],
      [['--format', 'geojson', '--fields', 'id'], 6, /EXPORT_FORMAT_UNFIT/], [['--to', target('x.xls')], 2, /csv, tsv, jsonl.*instead of XLS: xlsx/], [['--format', 'xls'], 2, /xlsx/], [['--to', target('x.xlsx'), '--compress', 'gzip'], 6, /OPTION_INVALID/], [['--to', '/nowhere/x.csv'], 6, /FILE_UNWRITABLE/],
    ];
    for (const [args, code, message] of refusals) {
      const result = await operator.stack.waybill('export', 'places', '--to', target('refused.csv'), ...args);
      expect([result.code, result.stdout], args.join(' ')).toEqual([code, '']);
      expect(result.stderr).toMatch(message);
      expect(result.stderr).not.toContain('secretvalue');
      noStackTrace(result);
    }
    expect(existsSync(target('refused.csv'))).toBe(false);
  });

  it('detached goes on by itself; watch and job know it, and download fetches its files', async () => {
    const { jobId } = await exported('places', '--detach', '--fields', 'id');
    const watched = await operator.json<{ state: string; files: readonly { rows: number }[] }>('watch', jobId);
    expect(watched).toMatchObject({ state: 'completed', files: [{ rows: 5000 }] });
    const { code, stdout } = await operator.stack.waybill('job', jobId);
    expect([code, stdout]).toEqual([0, expect.stringContaining('places.csv')]);
    expect((await operator.stack.waybill('jobs')).stdout).toContain('(export)');
    const fetched = await operator.json<{ files: readonly { file: string; rows: number }[] }>('download', jobId, '--to', target('later.csv'));
    expect(fetched.files).toMatchObject([{ file: target('later.csv'), rows: 5000 }]);
    expect(rowsOf(readFileSync(target('later.csv'))).length).toBe(5000);
  });

  it('cancels: a paused export is cancelled before it let anything out', async () => {
    await operator.stack.stopPart('worker');
    const { jobId } = await exported('places', '--detach');
    await operator.json('cancel', jobId);
    await operator.stack.start('worker');
    const { code } = await operator.stack.waybill('watch', jobId, '--json');
    expect(code).toBe(5);
    expect((await operator.stack.waybill('download', jobId, '--to', target('never.csv'))).stderr).toContain('EXPORT_GONE');
  });

  it('lets nobody download without the token', async () => {
    const { jobId } = await exported('places', '--to', target('own.csv'), '--filter', 'id = 1');
    const response = await fetch(`${operator.stack.api}/jobs/${jobId}/files/1`);
    expect(response.status).toBe(401);
  });
});

describe('what was exported', () => {
  const columns = 'id bigint primary key, name text not null, status text, opened_on date, seen timestamptz, amount numeric(38,4), whole bigint, spot point, yes boolean, tags text[], more jsonb';
  beforeAll(async () => {
    await operator.table('hard', columns);
    await operator.sql(`insert into registry.hard (id, name) values (1, E'quotes "and" ''these'''), (2, E'lines\\r\\nand\\ttabs\\n'), (3, '😀 שלום مرحبا'), (4, '=1+1'), (5, '''=1+1'), (6, '''''@x'), (7, '+48 22 1'), (8, '-5'),
      (9, '  spaces  '), (10, repeat('long ', 20000)), (11, 'a,b;c|d'), (12, '\\N'), (13, 'null'), (14, '007')`);
    await operator.sql(`insert into registry.hard (id, name, status) values (15, 'empty', ''), (16, 'null', null), (17, '', 'empty name')`);
    await operator.sql(`insert into registry.hard values (20, 'far', '@cmd', date '9999-12-31', timestamptz '0001-01-01 00:00:00+00', 9999999999999999999999999999999999.9999, 9223372036854775807, point(-179.999999, 89.5), true, array['a','b,c','d"e'], '{"n": 1.10, "deep": {"x": [1, "2"]}}'),
      (21, 'near', '-', date '0001-01-01', timestamptz '2024-02-29 23:59:59.123456+00', -0.0001, -9223372036854775808, point(0, 0), false, '{}', '[]')`);
  });

  it.each(['csv', 'tsv', 'jsonl', 'json', 'geojson', 'xml', 'xlsx', 'parquet', 'csv.gz', 'jsonl.gz'])('is imported again unchanged: %s', async (ending) => {
    const name = `hard_${ending.replace('.', '_')}`;
    await operator.table(name, columns);
    const file = target(`hard.${ending}`);
    // A cell of a workbook cannot hold the longest text.
    const { rows } = await exported('hard', '--to', file, ...(ending === 'xlsx' ? ['--filter', 'id <> 10'] : []));
    expectBooks(await operator.load(file, name), { read: rows, created: rows });
    const different = await operator.sql(`select a::text, b::text from registry.hard a full join registry.${name} b using (id) where a::text is distinct from b::text and (id <> 10 or ${String(ending !== 'xlsx')})`);
    expect(different).toEqual([]);
  });
});

describe('workbooks of partners', () => {
  const corpus = (name: string): string => new URL(`../fixtures/corpus/${name}`, import.meta.url).pathname;

  it('are shown with their sheet and what is hidden in it', async () => {
    const shown = await operator.stack.waybill('inspect', corpus('xlsx/hidden-rows-and-columns.xlsx'));
    expect([shown.code, shown.stdout], shown.stderr).toEqual([0, expect.stringMatching(/sheet +Shown[^]*hidden +1 row, 1 column/)]);
    expect(await operator.json('inspect', corpus('ods/second-sheet-said.ods'), '--sheet', '#2')).toMatchObject({ format: 'ods', sheet: 'Two', headerRows: 1, columns: [{ name: 'code' }, { name: 'title' }] });
    const locked = await operator.stack.waybill('inspect', corpus('xlsx/password-protected.xlsx'));
    expect([locked.code, locked.stderr]).toEqual([6, expect.stringContaining('FILE_ENCRYPTED')]);
    noStackTrace(locked);
  });

  it.each(['xls/several-sheets.xls', 'ods/written-by-sheetjs.ods'])('are imported: %s', async (name) => {
    const table = `people_${name.slice(0, 3)}`;
    await operator.table(table, 'id bigint primary key, name text, amount numeric');
    expectBooks(await operator.load(corpus(name), table), { read: 3, created: 3 });
    expect(await operator.sql(`select id::int, name, amount::text from registry.${table} order by id`)).toEqual([
      { id: 1, name: 'Ann', amount: '1.5' }, { id: 2, name: 'Bøb', amount: '0.3' }, { id: 3, name: 'Cy "x"', amount: '1000000000000000' }]);
  });

  it('give their rejected rows back, with line and reason', async () => {
    await operator.table('sums', 'id bigint primary key, sum numeric, text text');
    const { jobId, ...answer } = await operator.load(corpus('xlsx/formulas.xlsx'), 'sums');
    expectBooks({ jobId, ...answer }, { read: 3, created: 1, quarantined: 2 });
    const { stdout } = await operator.stack.waybill('rejects', jobId);
    expect(rowsOf(stdout).map((row) => [row['id'], row['sum'], row['text'], row['waybill_line'], row['waybill_reasons']])).toEqual([
      ['2', '', 'true', '3', expect.stringContaining('SHEET_FORMULA_WITHOUT_VALUE')], ['3', '#DIV/0!', '2024-05-01', '4', expect.stringContaining('SHEET_ERROR_VALUE')]]);
  });
});
