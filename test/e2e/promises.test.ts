/**
 * The promises of docs/architecture.md, 1 to 8, 10 and 12: one test each, on a real database, a real engine and the built processes. What a
 * crash may do in every place is test/fault's business; here one crash each must not break the promise.
 */
import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { balances } from '../../contracts/books.ts';
import { csvOf, expectBooks, leftovers, startOperator, untilTrue } from '../support/operator.ts';
import { readEngineWorkflows } from '../support/engine-history.ts';
import { peakMemoryOf } from '../support/peak-memory.ts';
import type { Operator } from '../support/operator.ts';

let operator: Operator;
/** Small chunks, so that files of a few megabytes have many. */
const chunkBytes = 1024 * 1024;
// A server of its own: its log is looked at, and a crash test elsewhere cannot reach it.
beforeAll(async () => { operator = await startOperator({ chunkBytes, threads: 2, ownPostgres: true }); });
afterAll(() => operator.close());

const wide = 'x'.repeat(180);
const wideRows = (count: number, from = 1): string => csvOf('id,qty,note', Array.from({ length: count }, (_, index) => [from + index, index % 97, `${wide}${from + index}`]));
const count = async (table: string, where = 'true'): Promise<number> =>
  Number((await operator.sql<{ n: string }>(`select count(*) as n from registry.${table} where ${where}`))[0]?.n);

/** Starts an import and returns its id at once. */
const detach = async (path: string, dataset: string, ...options: readonly string[]): Promise<string> => (await operator.load(path, dataset, '--detach', ...options)).jobId;
const ledger = async (jobId: string): Promise<{ chunks: number; rows: number }> =>
  (await operator.sql<{ chunks: number; rows: number }>('select count(*)::int as chunks, coalesce(sum(rows_read), 0)::int as rows from waybill.chunk_ledger where job_id = $1', [jobId]))[0] ?? { chunks: 0, rows: 0 };

it('Closed books: rows read are the sum of the outcomes, the table holds exactly what the books say, and a draft that does not balance cannot complete', async () => {
  await operator.table('books', 'id int primary key, qty int not null, note text');
  await operator.load(await operator.file('books-0.csv', csvOf('id,qty,note', [[1, 1, 'same'], [2, 2, 'old'], [3, 3, 'stays']])), 'books');
  // 1 unchanged; 2 updated; 4, 5 created; 5 twice, the first is a duplicate; one bad number, one short row, one without a key.
  const path = await operator.file('books-1.csv', 'id,qty,note\n1,1,same\n2,2,new\n4,4,a\n5,5,first\n6,six,b\n7,7\n,8,c\n5,55,last\n');
  const answer = await operator.load(path, 'books');
  expect(answer.code).toBe(3);
  expectBooks(answer, { read: 8, created: 2, updated: 1, unchanged: 1, duplicate: 1, quarantined: 3 });
  const rows = await operator.sql('select id, qty, note from registry.books order by id');
  expect(rows).toEqual([
    { id: 1, qty: 1, note: 'same' }, { id: 2, qty: 2, note: 'new' }, { id: 3, qty: 3, note: 'stays' }, { id: 4, qty: 4, note: 'a' }, { id: 5, qty: 55, note: 'last' },
  ]);
  const [origins] = await operator.sql<{ c: number; u: number }>(
    `select count(*) filter (where o.kind = 'c')::int as c, count(*) filter (where o.kind = 'u')::int as u from waybill.record_origins o join waybill.jobs using (job_no) where job_id = $1`, [answer.jobId]);
  expect(origins).toEqual({ c: 2, u: 1 });

  // A trigger that swallows a row, but not the first time: the rehearsal does not find it. What the commit's statements changed is then not
  // what the draft said, so nothing is committed.
  await operator.sql(`create sequence registry.calls; grant usage on sequence registry.calls to waybill_runtime;
    create function registry.swallow() returns trigger language plpgsql as $$ begin if new.id = 11 and nextval('registry.calls') > 1 then return null; end if; return new; end $$;
    create trigger swallow before insert on registry.books for each row execute function registry.swallow()`);
  await operator.json('dataset', 'add', 'registry.books');
  const broken = await operator.load(await operator.file('books-2.csv', csvOf('id,qty,note', [[10, 1, 'a'], [11, 1, 'b']])), 'books');
  expect(broken).toMatchObject({ code: 1, state: 'failed', error: { code: 'BOOKS_UNBALANCED' } });
  expect(await count('books', 'id in (10, 11)')).toBe(0);
  expect(await leftovers(operator, broken.jobId)).toEqual([]);
});

it('Exactly once: when a worker dies in mid-chunk, every row, issue, ledger row and origin is written once', async () => {
  await operator.table('once', 'id int primary key, qty int, note text');
  const bad = 'bad,1,x\n';
  const path = await operator.file('once.csv', `${wideRows(60_000)}${bad.repeat(5)}`);
  const jobId = await detach(path, 'once');
  await untilTrue('a first chunk', async () => (await ledger(jobId)).chunks >= 1);
  await operator.stack.kill('worker');
  await operator.stack.start('worker');
  const ended = await operator.stack.waybill('watch', jobId, '--json');
  expect(ended.code, ended.stdout + ended.stderr).toBe(3);
  const [job] = await operator.sql<{ chunks: number }>('select chunks_planned as chunks from waybill.jobs where job_id = $1', [jobId]);
  expect(await ledger(jobId)).toEqual({ chunks: job?.chunks, rows: 60_005 });
  expect(await count('once')).toBe(60_000);
  expect((await operator.issues(jobId)).map(({ rowNo }) => rowNo)).toEqual([60_001, 60_002, 60_003, 60_004, 60_005]);
  const [commits] = await operator.sql<{ n: number }>('select count(*)::int as n from waybill.commits where job_id = $1', [jobId]);
  const [origins] = await operator.sql<{ n: number; keys: number }>('select count(*)::int as n, count(distinct record_key)::int as keys from waybill.record_origins join waybill.jobs using (job_no) where job_id = $1', [jobId]);
  expect([commits, origins]).toEqual([{ n: 1 }, { n: 60_000, keys: 60_000 }]);
});

it('Nothing half done: the dataset is as it was until the one commit, and stays so when limits or a person stop the job', async () => {
  await operator.table('whole', 'id int primary key, qty int, note text');
  await operator.load(await operator.file('whole-0.csv', csvOf('id,qty,note', [[1, 1, 'before']])), 'whole');
  const before = await operator.sql('select *, xmin from registry.whole');
  // The last row is bad: by then every chunk is staged.
  const path = await operator.file('whole-1.csv', `${wideRows(40_000)}no,1,x\n`);
  const seen: number[] = [];
  const limited = operator.begin('import', path, '--dataset', 'whole', '--max-errors', '0', '--json');
  let going = true;
  const watching = (async () => { while (going) { seen.push(await count('whole')); } })();
  const { code, stdout } = await limited.ended;
  going = false;
  await watching;
  expect(code, stdout).toBe(4);
  expect(new Set(seen)).toEqual(new Set([1]));
  expect(await operator.sql('select *, xmin from registry.whole')).toEqual(before);

  const aborted = await operator.load(path, 'whole', '--on-error', 'abort');
  expect(aborted).toMatchObject({ code: 4, state: 'stopped_by_limits' });
  const jobId = await detach(path, 'whole');
  await operator.stack.waybill('pause', jobId);
  await untilTrue('paused', async () => (await operator.json<{ paused: boolean }>('job', jobId)).paused);
  await operator.json('cancel', jobId, '--reason', 'not wanted');
  const cancelled = await operator.stack.waybill('watch', jobId, '--json');
  expect(cancelled.code, cancelled.stdout).toBe(5);
  expect(await operator.sql('select *, xmin from registry.whole')).toEqual(before);
  expect(await leftovers(operator, jobId)).toEqual([]);

  // Seen from another session the commit is one step: no row, then all.
  const steps = new Set<number>();
  const whole = operator.begin('import', path, '--dataset', 'whole', '--json', '--again');
  going = true;
  const counting = (async () => { while (going) { steps.add(await count('whole')); } })();
  expect((await whole.ended).code).toBe(3);
  going = false;
  await counting;
  expect([...steps].filter((n) => n !== 1 && n !== 40_000)).toEqual([]);
});

it('Resume by offset: after kill -9 of worker, API and engine the job goes on by itself and repeats only what was in flight', async () => {
  await operator.table('resumed', 'id int primary key, qty int, note text');
  const path = await operator.file('resumed.csv', wideRows(120_000));
  const jobId = await detach(path, 'resumed');
  await untilTrue('some chunks', async () => (await ledger(jobId)).chunks >= 3);
  for (const part of ['worker', 'api', 'engine'] as const) await operator.stack.kill(part);
  const staged = await operator.sql<{ chunkNo: number; at: string }>('select chunk_no as "chunkNo", staged_at::text as at from waybill.chunk_ledger where job_id = $1', [jobId]);
  for (const part of ['engine', 'worker', 'api'] as const) await operator.stack.start(part);
  const ended = await operator.stack.waybill('watch', jobId, '--json');
  expect(ended.code, ended.stdout + ended.stderr).toBe(0);
  expect(await count('resumed')).toBe(120_000);
  const after = new Map((await operator.sql<{ chunkNo: number; at: string }>('select chunk_no as "chunkNo", staged_at::text as at from waybill.chunk_ledger where job_id = $1', [jobId])).map(({ chunkNo, at }) => [chunkNo, at]));
  expect(staged.length).toBeGreaterThanOrEqual(3);
  expect(staged.filter(({ chunkNo, at }) => after.get(chunkNo) !== at), 'chunks that were staged twice').toEqual([]);
});

it('Bounded memory: the peak of worker and API does not grow with the file', async () => {
  await operator.stack.stopPart('worker');
  await operator.stack.stopPart('api');
  for (const part of ['worker', 'api'] as const) await operator.stack.start(part);
  await operator.table('memory', 'id int, qty int, note text');
  const [small, large] = [await operator.file('small.csv', wideRows(50_000)), await operator.file('large.csv', wideRows(500_000))];
  const peaks = async () => { const pids = operator.stack.pids(); return { worker: await peakMemoryOf(pids['worker-1']), api: await peakMemoryOf(pids.api) }; };
  expectBooks(await operator.load(small, 'memory', '--mode', 'append'), { read: 50_000, created: 50_000 });
  // Twice more, so that both processes are warm: what a heap takes at first has nothing to do with the file.
  for (let turn = 0; turn < 2; turn += 1) await operator.load(small, 'memory', '--mode', 'append', '--again');
  const before = await peaks();
  expectBooks(await operator.load(large, 'memory', '--mode', 'append'), { read: 500_000, created: 500_000 });
  const after = await peaks();
  // The file grew by 90 MB. What a garbage collector leaves lying between two collections is no growth.
  const allowed = 64 * 1024 * 1024;
  expect(after.worker - before.worker).toBeLessThan(allowed);
  expect(after.api - before.api).toBeLessThan(allowed);
  expect(Math.max(after.worker, after.api)).toBeLessThan(512 * 1024 * 1024);
});

it('Every failed row with every reason: 60,000 bad rows are all listed, each reason with its own row and line, and take no good row with them', async () => {
  await operator.table('reasons', 'id int primary key, qty int not null, note text');
  // Each record takes two lines; two of three are bad, every sixth for two reasons.
  const records = Array.from({ length: 90_000 }, (_, index) => index % 3 === 0 ? `${index},1,"good\nrow"` : index % 6 === 1 ? `x${index},y,"two\nreasons"` : `${index},z,"one\nreason"`);
  const answer = await operator.load(await operator.file('reasons.csv', `id,qty,note\n${records.join('\n')}\n`), 'reasons');
  expect(answer.code).toBe(3);
  expectBooks(answer, { read: 90_000, created: 30_000, quarantined: 60_000 });
  const expected = records.flatMap((_, index) => index % 3 === 0 ? [] : [...(index % 6 === 1 ? [`${index + 1} ${2 * index + 2} id`] : []), `${index + 1} ${2 * index + 2} qty`]);
  const issues = await operator.issues(answer.jobId);
  expect(issues.length).toBe(expected.length);
  const listed = issues.map(({ rowNo, lineNo, field }) => `${rowNo} ${lineNo} ${String(field)}`);
  expect(listed.filter((line, index) => line !== expected[index])).toEqual([]);
  expect(issues.every(({ code }) => code === 'INTEGER_INVALID')).toBe(true);
  expect(await count('reasons')).toBe(30_000);
  const rejects = await operator.stack.waybill('rejects', answer.jobId);
  expect(rejects.stdout.match(/^"?x?\d+,[yz],/gm)?.length).toBe(60_000);
});

it('The value stays home: what stands in cells, headers, file names and reasons is in no history, log, error, issue, receipt or audit event', async () => {
  const mark = (what: string): string => `zq${what}qz`;
  const has = (text: string): readonly string[] => [...new Set(text.match(/zq[a-z]+qz/gi))];
  await operator.sql(`create domain registry.short_code as text check (value !~ 'domain'); create table registry.marks_parent (code text primary key);
    create function registry.shout() returns trigger language plpgsql as $$ begin if new.note like '%loud%' then raise exception 'refused: %', new.note; end if; return new; end $$`);
  await operator.table('marks', `id text primary key, qty int check (qty % 50 <> 0), day date, place registry.short_code, alias text unique, parent text references registry.marks_parent, note varchar(60), extra jsonb, ip inet`);
  await operator.sql('create trigger shout before insert on registry.marks for each row execute function registry.shout()');
  await operator.json('dataset', 'add', 'registry.marks');
  const header = `id,qty,day,place,alias,parent,note,extra,ip,${mark('header')}`;
  const row = (id: string, cells: Partial<Record<string, string>> = {}): string =>
    [mark(id), cells['qty'] ?? '1', cells['day'] ?? '2020-01-31', cells['place'] ?? mark('place'), cells['alias'] ?? mark(`alias${id}`), cells['parent'] ?? '', cells['note'] ?? mark('note'), cells['extra'] ?? '', cells['ip'] ?? '', mark('unmapped')].join(',');
  const good = [row('gooda'), row('goodb')];
  const bad = [
    row('qty', { qty: mark('notnumber') }), row('check', { qty: '500' }), row('day', { day: `${mark('day')}/2020` }), row('domain', { place: mark('domain').repeat(6) }),
    row('unique', { alias: mark('aliasgooda') }), row('parent', { parent: mark('noparent') }), row('trigger', { note: `loud ${mark('trigger')}` }),
    row('long', { note: mark('long').repeat(9) }), row('ip', { ip: mark('noaddress') }), row('json', { extra: `{${mark('json')}` }), `${mark('short')},1`, `"${mark('quote')}"x,1,,,,,,,,`,
  ];
  const loaded = await operator.load(await operator.file(`${mark('filename')}.csv`, `${header}\n${[...good, ...bad].join('\n')}\n`), 'marks');
  expect(loaded.code).toBe(3);
  expect(loaded.books).toMatchObject({ read: 14, created: 2, quarantined: loaded.books.quarantined });
  expect(new Set((await operator.issues(loaded.jobId)).map(({ code }) => code))).toEqual(new Set([
    'INTEGER_INVALID', 'CHECK_VIOLATED', 'DATE_INVALID', 'VALUE_REFUSED', 'UNIQUE_VIOLATED', 'REFERENCE_MISSING', 'ROW_REFUSED', 'TEXT_TOO_LONG', 'JSON_INVALID', 'ROW_TOO_FEW_CELLS', 'ROW_QUOTE_BROKEN']));
  // Refused: a quote that never closes, a column that does not exist, a header that feeds nothing, a key that is not unique.
  const endings = [
    await operator.load(await operator.file(`${mark('open')}.csv`, `${header}\n${row('open')}\n"${mark('unclosed')},1,\n`), 'marks'),
    await operator.load(await operator.file(`${mark('map')}.csv`, `${header}\n${row('map')}\n`), 'marks', '--map', `${mark('nocolumn')}=note`),
    await operator.load(await operator.file(`${mark('nothing')}.csv`, `${mark('headera')},${mark('headerb')}\n${mark('cella')},${mark('cellb')}\n`), 'marks'),
    await operator.load(await operator.file(`${mark('missing')}.csv`, `qty,${mark('headerc')}\n1,${mark('cellc')}\n`), 'marks'),
  ];
  expect(endings.map(({ error }) => error?.code)).toEqual(['FILE_UNCLOSED_QUOTE', 'MAPPING_INVALID', 'MAPPING_EMPTY', 'MAPPING_REQUIRED_MISSING']);
  // Cancelled, for a reason that a person typed; and a worker killed in the middle of it.
  const cancelled = await detach(await operator.file(`${mark('big')}.csv`, `${header}\n${Array.from({ length: 60_000 }, (_, index) => row(`big${'abcdefghij'[index % 10] ?? ''}`, { alias: `${index}${mark('alias')}` })).join('\n')}\n`), 'marks');
  await operator.stack.kill('worker');
  await operator.json('cancel', cancelled, '--reason', mark('reason'));
  await operator.stack.start('worker');
  expect((await operator.stack.waybill('watch', cancelled)).code).toBe(5);
  // A request that the API cannot read.
  const nonsense = await fetch(`${operator.stack.api}/graphql`, { method: 'POST', headers: { authorization: `Bearer ${operator.stack.token}`, 'content-type': 'application/json' }, body: JSON.stringify({ query: `{ job(id: "${mark('id')}") { ${mark('field')} ` }) });
  expect(await nonsense.text()).toContain('"errors"');

  const workflows = await readEngineWorkflows(operator.stack.temporalAddress);
  const seen = new Map(workflows.map(({ workflowId, text }) => [workflowId, text]));
  for (const { jobId } of [loaded, ...endings]) expect(seen.get(`import/${jobId}`), 'the history is read').toContain(jobId);
  expect(workflows.flatMap(({ text }) => has(text))).toEqual([]);
  const engineFile = (await Promise.all(['', '-wal'].map((end) => readFile(`${operator.stack.folder.engineFile}${end}`, 'latin1').catch(() => '')))).join('');
  expect(engineFile).toContain(loaded.jobId);
  expect(has(engineFile)).toEqual([]);
  for (const name of ['worker-1', 'api', 'engine', 'postgres'] as const) {
    const log = await operator.stack.log(name);
    if (name !== 'engine') expect(log, name).not.toBe('');
    expect(has(log), name).toEqual([]);
  }
  if (loaded.receipt === null) expect.unreachable('no receipt');
  expect(has(await readFile(loaded.receipt, 'utf8'))).toEqual([]);
  expect(has(JSON.stringify(endings.map(({ error }) => error)))).toEqual([]);

  // Every column of Waybill's own tables, but for those that are there to hold what came.
  const home: Readonly<Record<string, readonly string[]>> = {
    jobs: ['file_name', 'request', 'detection', 'cancel_reason'], plans: ['document'], quarantine: ['raw'], record_origins: ['record_key'], before_images: ['record_key', 'image'],
  };
  const tables = await operator.sql<{ name: string }>(`select relname as name from pg_class where relnamespace = 'waybill'::regnamespace and relkind in ('r', 'p') and not relispartition`);
  expect(tables.length).toBeGreaterThan(12);
  for (const { name } of tables) {
    const rows = await operator.sql<{ text: string }>(`select (to_jsonb(t) - $1::text[])::text as text from waybill."${name}" t`, [home[name] ?? []]);
    expect(has(rows.map(({ text }) => text).join('\n')), name).toEqual([]);
  }
  const [kept] = await operator.sql<{ raw: string }>(`select string_agg(encode(raw, 'escape'), ' ') as raw from waybill.quarantine where job_id = $1`, [loaded.jobId]);
  expect(has(kept?.raw ?? '').length, 'the marks can be found where they belong').toBeGreaterThan(10);
});

it('Text until the target type asks: what looks like a number arrives as it stood, and what would be changed is an issue', async () => {
  await operator.table('texts', 'id text primary key, code text, big numeric, small smallint, money numeric(10,2), ratio double precision, at timestamptz');
  const path = await operator.file('texts.csv', [
    'id,code,big,small,money,ratio,at', '007,1E5,1234567890123456789,007,1.10,0.1,2024-03-31 12:00', '7,0012,12345678901234567890.123456789,7,1.100,1e-7,2024-03-31T12:00:00+02:00',
    '9007199254740993,1.0,0,1,0,9007199254740993,', ' 8 ,+1,1E5,1E2,1.005,0.5,', '9,1/2,1,40000,1,1,', '',
  ].join('\n'));
  const answer = await operator.load(path, 'texts', '--zone', 'Europe/Berlin');
  expect(await operator.sql(`select id, code, big::text, small, money::text, ratio::text, at at time zone 'UTC' as at from registry.texts order by id`)).toMatchObject([
    { id: '007', code: '1E5', big: '1234567890123456789', small: 7, money: '1.10', ratio: '0.1', at: new Date('2024-03-31T10:00:00Z') },
    { id: '7', code: '0012', big: '12345678901234567890.123456789', small: 7, money: '1.10', ratio: '1e-07', at: new Date('2024-03-31T10:00:00Z') },
  ]);
  const found = (await operator.issues(answer.jobId)).map(({ rowNo, field, code }) => `${rowNo} ${String(field)} ${code}`);
  expect(found.sort()).toEqual(['3 ratio NUMBER_PRECISION_LOSS', '4 money NUMBER_PRECISION_LOSS', '4 small INTEGER_INVALID', '5 small INTEGER_OUT_OF_RANGE']);
  expectBooks(answer, { read: 5, created: 2, quarantined: 3 });
});

it('Text until the target type asks: one late cell decides the order of a whole date column; what nothing decides is a question, never a guess', async () => {
  await operator.table('dates', 'id int primary key, late date, open date, mixed date, note text');
  // Far behind the samples of start, middle and end (256 KiB each): one cell that only day-month-year can read.
  const total = 30_000, deciding = 9_000;
  const rows = Array.from({ length: total }, (_, index) => [index + 1, index + 1 === deciding ? '25/02/2020' : '03/04/2020', index === 5 ? '01/02/2021' : '2021-02-01', index === 7 ? '13/01/2022' : index === 8 ? '01/14/2022' : index === 9 ? '02/03/2022' : '', wide]);
  const path = await operator.file('dates.csv', csvOf('id,late,open,mixed,note', rows));
  const answer = await operator.load(path, 'dates');
  expectBooks(answer, { read: total, created: total - 2, quarantined: 2 });
  const job = await operator.json<{ planEpoch: number }>('job', answer.jobId);
  expect(job.planEpoch, 'the whole file was staged again by the order that the late cell proves').toBe(2);
  expect(await operator.sql('select late::text, count(*)::int as n from registry.dates group by 1 order by 2')).toEqual([{ late: '2020-02-25', n: 1 }, { late: '2020-04-03', n: total - 3 }]);
  expect((await operator.issues(answer.jobId)).map(({ rowNo, field, code }) => [rowNo, field, code])).toEqual([[6, 'open', 'DATE_AMBIGUOUS'], [10, 'mixed', 'DATE_AMBIGUOUS']]);
  expect(await operator.sql('select id, mixed::text from registry.dates where mixed is not null order by id')).toEqual([{ id: 8, mixed: '2022-01-13' }, { id: 9, mixed: '2022-01-14' }]);
  expect(await operator.sql('select distinct plan_epoch from waybill.issues where job_id = $1', [answer.jobId])).toEqual([{ plan_epoch: 2 }]);
  // The operator answers the question.
  const answered = await operator.load(path, 'dates', '--date-format', 'open=DMY', '--date-format', 'mixed=dmy');
  expectBooks(answered, { read: total, created: 2, unchanged: total - 3, quarantined: 1 });
  expect(await operator.sql('select open::text from registry.dates where id = 6')).toEqual([{ open: '2021-02-01' }]);
  expect((await operator.issues(answered.jobId)).map(({ rowNo, field, code }) => [rowNo, field, code])).toEqual([[9, 'mixed', 'DATE_IMPOSSIBLE']]);
});

it('Same file twice: it does nothing unless asked, and then writes only what differs', async () => {
  await operator.table('twice', 'id int primary key, note text');
  const text = csvOf('id,note', [[1, 'a'], [2, 'b'], [3, 'c']]);
  const path = await operator.file('twice.csv', text);
  expectBooks(await operator.load(path, 'twice'), { read: 3, created: 3 });
  const before = await operator.sql('select *, xmin, ctid from registry.twice order by id');
  const again = await operator.load(await operator.file('another-name.csv', text), 'twice');
  expect(again).toMatchObject({ code: 6, state: 'refused', error: { code: 'SAME_FILE' } });
  expect(again.error?.remedy).toContain('--again');
  expect(await operator.sql('select *, xmin, ctid from registry.twice order by id')).toEqual(before);
  await operator.sql(`update registry.twice set note = 'changed' where id = 2`);
  const untouched = await operator.sql('select *, xmin, ctid from registry.twice where id <> 2 order by id');
  expectBooks(await operator.load(path, 'twice', '--again'), { read: 3, updated: 1, unchanged: 2 });
  expect(await operator.sql('select *, xmin, ctid from registry.twice where id <> 2 order by id')).toEqual(untouched);
  expect(await operator.sql('select note from registry.twice where id = 2')).toEqual([{ note: 'b' }]);
  // Another plan is another import; a job that committed nothing does not count.
  expectBooks(await operator.load(path, 'twice', '--duplicates', 'first'), { read: 3, unchanged: 3 });
  const other = await operator.file('dry.csv', csvOf('id,note', [[9, 'x']]));
  expectBooks(await operator.load(other, 'twice', '--dry-run'), { read: 1, created: 1 });
  expectBooks(await operator.load(other, 'twice'), { read: 1, created: 1 });
});

it('Provable: receipts and the audit log verify offline with everything stopped, and any change to them is found', async () => {
  await operator.table('proven', 'id int primary key, note text');
  const { receipt, jobId, books } = await operator.load(await operator.file('proven.csv', csvOf('id,note', [[1, 'a']])), 'proven', '--partner', 'Partner 7', '--purpose', 'test');
  if (receipt === null) expect.unreachable('no receipt');
  expect(balances(books)).toBe(true);
  expect((await operator.stack.waybill('audit', 'verify')).code).toBe(0);
  const log = await operator.stack.waybill('audit', 'export');
  const exported = await operator.file('audit.jsonl', log.stdout);
  const events = log.stdout.trim().split('\n').slice(1).map((line) => JSON.parse(line) as { action: string; jobId: string | null; actor: string; partner: string | null; purpose: string | null; body: string });
  const ofJob = events.filter((event) => event.jobId === jobId);
  expect(ofJob.map(({ action }) => action)).toEqual(expect.arrayContaining(['import.committed']));
  expect(ofJob.at(-1)).toMatchObject({ actor: 'local-operator', partner: 'Partner 7', purpose: 'test' });

  await operator.stack.stopPart('api');
  await operator.stack.stopPart('worker');
  await operator.stack.stopPart('engine');
  try {
    expect((await operator.stack.waybill('audit', 'verify')).code, 'no stack').toBe(7);
    const good = await operator.stack.waybill('receipt', 'verify', receipt, '--json');
    expect(good.code, good.stderr).toBe(0);
    expect(JSON.parse(good.stdout)).toMatchObject({ valid: true, trusted: true, jobId, books });
    for (const change of ['"created": 1', '"partner": "Partner 7"', '"state": "completed"']) {
      const text = await readFile(receipt, 'utf8');
      expect(text).toContain(change);
      const forged = await operator.file('forged.json', text.replace(change, change.replace(/1$|7"$|completed"$/, (end) => end === '1' ? '2' : `x${end}`)));
      const verdict = await operator.stack.waybill('receipt', 'verify', forged, '--json');
      expect(verdict.code, change).toBe(1);
      expect(JSON.parse(verdict.stdout)).toMatchObject({ valid: false });
    }
    expect((await operator.stack.waybill('audit', 'verify', '--file', exported)).code).toBe(0);
    const lines = log.stdout.trim().split('\n');
    const broken = { 'a changed event': lines.map((line, at) => at === 2 ? line.replace('local-operator', 'somebody-else') : line), 'a missing event': lines.filter((_, at) => at !== 2), 'a cut end': lines.slice(0, -1) };
    for (const [what, left] of Object.entries(broken))
      expect((await operator.stack.waybill('audit', 'verify', '--file', await operator.file('broken.jsonl', `${left.join('\n')}\n`))).code, what).toBe(1);
  } finally {
    for (const part of ['engine', 'worker', 'api'] as const) await operator.stack.start(part);
  }

  // A superuser of the database who goes past the triggers, first with the columns only, then with the body.
  await operator.sql('alter table waybill.audit_events disable trigger user');
  await operator.sql(`update waybill.audit_events set actor = 'nobody' where job_id = $1 and action = 'import.committed'`, [jobId]);
  expect((await operator.stack.waybill('audit', 'verify')).code).toBe(1);
  await operator.sql(`update waybill.audit_events set actor = 'local-operator' where job_id = $1 and action = 'import.committed'`, [jobId]);
  expect((await operator.stack.waybill('audit', 'verify')).code).toBe(0);
  await operator.sql(`update waybill.audit_events set body = replace(body, '"created": 1', '"created": 2') where job_id = $1 and action = 'import.committed'`, [jobId]);
  const verdict = await operator.stack.waybill('audit', 'verify', '--json');
  expect(verdict.code).toBe(1);
  const [event] = await operator.sql<{ seq: string }>(`select seq from waybill.audit_events where job_id = $1 and action = 'import.committed'`, [jobId]);
  expect(JSON.parse(verdict.stdout)).toMatchObject({ holds: false, brokenSeq: Number(event?.seq) });
});
