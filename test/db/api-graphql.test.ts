/* eslint-disable @typescript-eslint/no-unsafe-member-access, @typescript-eslint/no-unsafe-assignment, @typescript-eslint/no-unsafe-argument, @typescript-eslint/no-unsafe-call -- what a test reads is what its own query asked for */
import { randomUUID } from 'node:crypto';
import { parse } from 'csv-parse/sync';
import { getIntrospectionQuery } from 'graphql';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createApi } from '../../api/create-api.ts';
import { AuditHeadSigner } from '../../api/audit-head-signer.ts';
import { JobSweeper } from '../../api/job-sweeper.ts';
import { canonicalPlan } from '../support/plan-fixture.ts';
import { createSigningKey } from '../../core/receipt/signing-key.ts';
import { verifyAuditChain } from '../../core/receipt/audit-chain.ts';
import type { Storage } from '../../storage/storage.ts';
import { applyPeople, createApiBench, startMutation, testToken, uploadText, type ApiBench } from '../support/api-bench.ts';

let bench: ApiBench;
beforeAll(async () => {
  bench = await createApiBench();
  await applyPeople(bench);
});
afterAll(() => bench.close());

const text = 'id,name\n1,Ada\n2,Grace\n';
const start = async (over: object = {}, key: string = randomUUID()) =>
  bench.ask(startMutation, { input: { sha256: await uploadText(bench, text), fileName: 'secret-name.csv', dataset: 'people', ...over }, key });
const startedJob = async (): Promise<string> => (await start()).data.startImport.job.id as string;
const codeOf = (answer: { readonly errors: readonly { readonly extensions?: Readonly<Record<string, unknown>> }[] }): unknown => answer.errors[0]?.extensions?.['code'];

test('health is open, says what is up and what is not, and holds no secret', async () => {
  const response = await bench.api.fetch(new Request('http://x/health'));
  expect([response.status, await response.json()]).toEqual([200, { live: true, ready: false, database: 'up', engine: 'down', progress: 'listening' }]);
  expect((await bench.api.fetch(new Request('http://x/health/ready'))).status).toBe(503);
});

test('everything else wants the token', async () => {
  for (const [path, method] of [['/graphql', 'POST'], ['/graphql/stream', 'POST'], ['/graphql', 'GET'], ['/files', 'POST'], ['/jobs/x/rejects', 'GET'], ['/nothing', 'GET'], ['/healthy', 'GET']] as const) {
    const response = await bench.api.fetch(new Request(`http://x${path}`, { method, headers: { authorization: 'Bearer wrong' } }));
    expect([response.status, (await response.json() as { error: { code: string } }).error.code], path).toEqual([401, 'UNAUTHENTICATED']);
  }
});

test('no other origin is let in', async () => {
  const response = await bench.send('/graphql', { method: 'POST', headers: { 'content-type': 'application/json', origin: 'http://evil.test' }, body: JSON.stringify({ query: '{ datasets { name } }' }) });
  expect([...response.headers.keys()].filter((name) => name.startsWith('access-control'))).toEqual([]);
});

test('an authenticated client may read the schema', async () => {
  const answer = await bench.ask(getIntrospectionQuery());
  expect(answer.errors).toEqual([]);
  expect(answer.data.__schema.subscriptionType.name).toBe('Subscription');
});

test('queries that are too deep, too dear, too large or malformed are refused with a code', async () => {
  const deep = await bench.ask(`{ jobs { jobs { progress ${'{ books '.repeat(9)} { read } ${'}'.repeat(9)} } } }`);
  const dear = await bench.ask('{ jobs(first: 200) { jobs { id issueGroups { code field severity message rows firstRow lastRow } progress { books { read created updated unchanged duplicate filtered quarantined excluded pending unreadable } } } } }'.replace('200', '2000000'));
  const often = await bench.ask(`{ ${Array.from({ length: 21 }, (_, i) => `a${i}: datasets { name }`).join(' ')} }`);
  const broken = await bench.ask('{ jobs {');
  for (const answer of [deep, dear, often, broken]) expect([answer.data, codeOf(answer)]).toEqual([null, 'REQUEST_INVALID']);
  const large = await bench.send('/graphql', { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ query: `{ datasets { name } } # ${'x'.repeat(1024 * 1024)}` }) });
  expect([large.status, (await large.json() as { error: { code: string } }).error.code]).toEqual([413, 'REQUEST_TOO_LARGE']);
});

test('too many requests are told to wait', async () => {
  const api = createApi({ ...bench.deps, rateLimit: { perSecond: 1, burst: 2 } });
  const ask = (): Promise<Response> => api.fetch(new Request('http://x/nothing', { headers: { authorization: `Bearer ${testToken}` } }));
  await ask();
  await ask();
  const response = await ask();
  expect([response.status, response.headers.get('retry-after')]).toEqual([429, '1']);
});

test('an unknown error is masked, and its message is in no log', async () => {
  const storage: Storage = Object.assign(Object.create(bench.deps.storage) as Storage, { freeBytes: () => Promise.reject(new TypeError('secret-cell-value')) });
  const api = createApi({ ...bench.deps, storage });
  const response = await api.fetch(new Request('http://x/graphql', {
    method: 'POST', headers: { authorization: `Bearer ${testToken}`, 'content-type': 'application/json' },
    body: JSON.stringify({ query: startMutation, variables: { key: randomUUID(), input: { sha256: await uploadText(bench, text), fileName: 'f', dataset: 'people' } } }),
  }));
  const body = await response.text();
  expect(body).toContain('"code":"INTERNAL"');
  expect(body + bench.logLines.join('')).not.toContain('secret-cell-value');
  expect(bench.logLines.join('')).toContain('TypeError');
});

test('a definition becomes a dataset with its table, once; a faulty one is refused at its place', async () => {
  const again = await applyPeople(bench);
  expect(again.data.applyDataset).toMatchObject({ created: false, changed: false, dataset: { name: 'people', version: 1, managed: true } });
  const faulty = await bench.ask('mutation ($d: JSON!) { applyDataset(definition: $d) { changed } }', { d: { name: 'x', fields: [{ name: 'a', type: 'colour' }] } });
  expect([codeOf(faulty), faulty.errors[0]?.extensions?.['place']]).toEqual(['DATASET_INVALID', { at: 'fields.0.type' }]);
});

test('an existing table becomes a dataset, and its records can be looked at', async () => {
  await bench.deps.pool.query(`insert into registry.people values (7, 'Ada'), (8, null)`);
  const added = await bench.ask('mutation { addDataset(schema: "registry", table: "people", name: "people_two") { dataset { name fields { name key pgType } } } }');
  expect(added.data.addDataset.dataset).toEqual({ name: 'people_two', fields: [{ name: 'id', key: true, pgType: 'bigint' }, { name: 'name', key: false, pgType: 'text' }] });
  const { data } = await bench.ask('{ records(dataset: "people_two", first: 2) datasets { name } dataset(name: "nope") { name } }');
  expect(data).toEqual({ records: [{ id: '7', name: 'Ada' }, { id: '8', name: null }], datasets: [{ name: 'people' }, { name: 'people_two' }], dataset: null });
  expect(codeOf(await bench.ask('{ records(dataset: "people", first: 21) }'))).toBe('REQUEST_INVALID');
});

test('a received file is inspected and estimated', async () => {
  const sha256 = await uploadText(bench, text);
  const { data, errors } = await bench.ask(`query ($s: String!) {
    inspect(sha256: $s, all: true) { format compression encoding delimiter quote headerRow columns { name } rows rowsExact sample }
    overridden: inspect(sha256: $s, parse: { delimiter: ";", header: false }) { delimiter headerRow columns { name } rows }
    estimateImport(sha256: $s, dataset: "people") { rows seconds bytesNeeded bytesFree fits } }`, { s: sha256 });
  expect(errors).toEqual([]);
  expect(data.inspect).toMatchObject({
    format: 'csv', compression: 'none', encoding: 'utf-8', delimiter: ',', headerRow: true, columns: [{ name: 'id' }, { name: 'name' }], rows: 2, rowsExact: true,
    sample: [['1', 'Ada'], ['2', 'Grace']],
  });
  expect(data.overridden).toMatchObject({ delimiter: ';', headerRow: false, rows: 3 });
  expect(data.estimateImport).toMatchObject({ rows: 2, bytesNeeded: 10 * text.length + 2 * (1_600 + 2 * 36), fits: true });
});

test('a mapping is proposed for a received file without a job, by header or by place', async () => {
  const sha256 = await uploadText(bench, 'Nr.,name,name\n7,Ada,x\n8,Grace,y\n9,Edsger,x\n10,Alan,y\n11,Barbara,x\n');
  const { data, errors } = await bench.ask(`query ($s: String!) { proposeMapping(sha256: $s, dataset: "people") {
    columns { no column field confidence auto fillRate candidates { field confidence reasons } } combine { field columns } answer } }`, { s: sha256 });
  expect(errors).toEqual([]);
  const { columns, combine, answer } = data.proposeMapping;
  expect(columns.map(({ no, column }: { no: number; column: string }) => [no, column])).toEqual([[1, 'Nr.'], [2, '#2'], [3, '#3']]);
  expect(columns[0]).toMatchObject({ field: 'id', fillRate: 1, candidates: [{ field: 'id' }] });
  expect(columns[0].candidates[0].reasons.length).toBeGreaterThan(0);
  expect(combine).toEqual([]);
  expect(answer).toMatchObject({ mapping: { 'Nr.': 'id' }, combine: {} });
  expect([...Object.keys(answer.mapping), ...answer.unmapped].sort()).toEqual(['#2', '#3', 'Nr.']);
  expect(codeOf(await bench.ask('{ proposeMapping(sha256: "nope", dataset: "people") { answer } }'))).toBe('SOURCE_UNKNOWN');
  expect(codeOf(await bench.ask('query ($s: String!) { proposeMapping(sha256: $s, dataset: "nope") { answer } }', { s: sha256 }))).toBe('DATASET_UNKNOWN');
  expect((await bench.ask('{ jobs { jobs { id } } }')).data.jobs.jobs).toEqual([]);
});

test('a start is refused when the file, the dataset or the request is not known, and nothing is left', async () => {
  expect(codeOf(await start({ sha256: 'a'.repeat(64) }))).toBe('SOURCE_UNKNOWN');
  expect(codeOf(await start({ dataset: 'nope' }))).toBe('DATASET_UNKNOWN');
  const bad = await start({ maxErrorPercent: 101 });
  expect([codeOf(bad), bad.errors[0]?.extensions?.['place']]).toEqual(['REQUEST_INVALID', expect.objectContaining({ field: 'maxErrorPercent' })]);
  expect((await bench.ask('{ jobs { jobs { id } } }')).data.jobs.jobs).toEqual([]);
});

test('a start that the disk would not hold is refused with the amount', async () => {
  const storage: Storage = Object.assign(Object.create(bench.deps.storage) as Storage, { freeBytes: () => Promise.resolve(1_000) });
  const api = createApi({ ...bench.deps, storage });
  const response = await api.fetch(new Request('http://x/graphql', {
    method: 'POST', headers: { authorization: `Bearer ${testToken}`, 'content-type': 'application/json' },
    body: JSON.stringify({ query: startMutation, variables: { key: randomUUID(), input: { sha256: await uploadText(bench, text), fileName: 'f', dataset: 'people' } } }),
  }));
  expect((await response.json() as { errors: unknown[] }).errors[0]).toMatchObject({ extensions: { code: 'DISK_WOULD_FILL', place: { bytesNeeded: expect.any(Number) as number, bytesFree: 1_000 } } });
});

test('without an engine a start is kept as received, and the same key never makes a second job', async () => {
  const key = randomUUID();
  const [first, second] = [await start({}, key), await start({}, key)];
  expect(first.data.startImport).toMatchObject({ created: true, job: { state: 'received', dataset: 'people' } });
  expect(second.data.startImport).toMatchObject({ created: false, job: { id: first.data.startImport.job.id } });
  expect(codeOf(await start({ again: true }, key))).toBe('REQUEST_INVALID');
  const together = await Promise.all(Array.from({ length: 5 }, () => start({}, 'one-key')));
  expect(new Set(together.map((answer) => answer.data.startImport.job.id as string)).size).toBe(1);
});

test('a wish is kept without a worker, saying it twice is saying it once, and the reason stays out of audit and logs', async () => {
  const jobId = await startedJob();
  const pause = await bench.ask('mutation ($j: ID!) { pauseJob(jobId: $j) { answer job { paused state } } }', { j: jobId });
  expect(pause.data.pauseJob).toEqual({ answer: 'no_worker', job: { paused: true, state: 'received' } });
  expect((await bench.ask('mutation ($j: ID!) { resumeJob(jobId: $j) { job { paused } } }', { j: jobId })).data.resumeJob.job.paused).toBe(false);
  for (let i = 0; i < 2; i += 1)
    expect((await bench.ask('mutation ($j: ID!) { cancelJob(jobId: $j, reason: "typed-secret") { job { cancelWanted cancelReason } } }', { j: jobId })).data.cancelJob.job)
      .toEqual({ cancelWanted: true, cancelReason: 'typed-secret' });
  expect(codeOf(await bench.ask('mutation ($j: ID!) { pauseJob(jobId: $j) { answer } }', { j: jobId }))).toBe('JOB_STATE');
  expect(codeOf(await bench.ask('mutation { cancelJob(jobId: "nope") { answer } }'))).toBe('JOB_UNKNOWN');
  const { rows } = await bench.deps.pool.query('select body from waybill.audit_events where job_id = $1', [jobId]);
  expect(rows).toHaveLength(4);
  expect(JSON.stringify(rows) + bench.logLines.join('')).not.toMatch(/typed-secret|secret-name/);
});

test('jobs are listed newest first, page by page, and filtered', async () => {
  const ids = [await startedJob(), await startedJob(), await startedJob()].reverse();
  const query = 'query ($a: String) { jobs(first: 2, after: $a, filter: { dataset: "people", states: [received] }) { next jobs { id workflowId workflowUrl error { code } progress { stalled rowsRead } issueGroups { code } receipt } } }';
  const first = await bench.ask(query);
  const second = await bench.ask(query, { a: first.data.jobs.next });
  expect([...first.data.jobs.jobs, ...second.data.jobs.jobs].map((job: { id: string }) => job.id).slice(0, 3)).toEqual(ids);
  expect(first.data.jobs.jobs[0]).toEqual({
    id: ids[0], workflowId: `import/${ids[0]}`, workflowUrl: `http://ui.test/namespaces/default/workflows/import%2F${ids[0]}`, error: null,
    progress: { stalled: true, rowsRead: 0 }, issueGroups: [], receipt: null,
  });
  expect((await bench.ask('{ jobs(filter: { dataset: "nope" }) { jobs { id } } }')).data.jobs.jobs).toEqual([]);
});

const seedRejects = async (jobId: string): Promise<void> => {
  const { pool } = bench.deps;
  await canonicalPlan(pool, jobId);
  await pool.query(`insert into waybill.quarantine (job_id, round, plan_epoch, chunk_no, found_in, row_no, line_no, outcome, raw)
    select $1, 1, 1, 0, 'c', n, n + 1, 'quarantined', convert_to('x' || n || E',"=cmd, ""q"""\n', 'UTF8') from generate_series(1, 1200) n`, [jobId]);
  await pool.query(`insert into waybill.issues (job_id, round, plan_epoch, chunk_no, found_in, row_no, line_no, field, column_no, code, severity)
    select $1, 1, 1, 0, 'c', n, n + 1, 'id', 1, 'INTEGER_INVALID', 'error' from generate_series(1, 1200) n`, [jobId]);
};

test('issues come page by page without a gap, and grouped', async () => {
  const jobId = await startedJob();
  await seedRejects(jobId);
  const rows: number[] = [];
  for (let after: string | null = null, pages = 0; pages === 0 || after !== null; pages += 1) {
    const { data, errors } = await bench.ask('query ($j: ID!, $a: String) { issues(jobId: $j, first: 500, after: $a) { next issues { rowNo lineNo field columnNo code severity message } } }', { j: jobId, a: after });
    expect(errors).toEqual([]);
    rows.push(...data.issues.issues.map((issue: { rowNo: number }) => issue.rowNo));
    after = data.issues.next as string | null;
  }
  expect(rows).toEqual(Array.from({ length: 1200 }, (_, i) => i + 1));
  const { data } = await bench.ask('query ($j: ID!) { issueGroups(jobId: $j) { code field severity rows firstRow lastRow } }', { j: jobId });
  expect(data.issueGroups).toEqual([{ code: 'INTEGER_INVALID', field: 'id', severity: 'error', rows: 1200, firstRow: 1, lastRow: 1200 }]);
  expect(codeOf(await bench.ask('query ($j: ID!) { issues(jobId: $j, first: 1001) { next } }', { j: jobId }))).toBe('REQUEST_INVALID');
});

test('rejects are downloaded whole, neutralised and audited with the purpose', async () => {
  const jobId = await startedJob();
  await seedRejects(jobId);
  const response = await bench.send(`/jobs/${jobId}/rejects?purpose=correction`);
  expect([response.status, response.headers.get('content-type')]).toEqual([200, 'text/csv; charset=utf-8']);
  const lines = parse(await response.text());
  expect(lines).toHaveLength(1201);
  expect(lines[0]).toEqual(['id', 'name', 'waybill_row', 'waybill_line', 'waybill_reasons']);
  expect(lines[1]?.slice(0, 4)).toEqual(['x1', `'=cmd, "q"`, '1', '2']);
  const { rows } = await bench.deps.pool.query(`select body from waybill.audit_events where job_id = $1 and action = 'rejects.downloaded'`, [jobId]);
  expect(rows).toHaveLength(1);
  expect(JSON.stringify(rows)).toContain('correction');
  const none = await bench.send(`/jobs/${randomUUID()}/rejects`);
  expect(none.status).toBe(404);
});

test('a job without a receipt says so', async () => {
  const response = await bench.send(`/jobs/${await startedJob()}/receipt`);
  expect([response.status, (await response.json() as { error: { code: string } }).error.code]).toEqual([409, 'JOB_STATE']);
});

test('the audit chain that the API hands out holds, and its head is signed', async () => {
  const key = createSigningKey();
  const signer = new AuditHeadSigner(bench.deps, key);
  await signer.sign();
  await signer.sign();
  const events = [];
  for (let after = 0; ;) {
    const { data } = await bench.ask('query ($a: Count!) { audit(afterSeq: $a, first: 7) { seq at org actor action jobId dataset body prevHash hash } }', { a: after });
    events.push(...data.audit);
    if (data.audit.length < 7) break;
    after = events.at(-1).seq as number;
  }
  const { data } = await bench.ask('{ auditHead { seq hash signatures { seq hash keyId signature } } }');
  expect(data.auditHead.signatures).toHaveLength(1);
  const verdict = await verifyAuditChain(events, { headSignatures: data.auditHead.signatures, trustedKeys: [key] });
  expect(verdict).toMatchObject({ holds: true, lastSeq: data.auditHead.seq, lastHash: data.auditHead.hash, signedUpTo: data.auditHead.seq });
});

test('an estimate knows of records that the file may update, and goes by the speed of the dataset’s latest imports', async () => {
  const definition = { name: 'estimated', fields: [{ name: 'id', type: 'integer', required: true, key: true }, { name: 'name', type: 'text' }] };
  await bench.ask('mutation ($d: JSON!) { applyDataset(definition: $d) { created } }', { d: definition });
  const s = await uploadText(bench, `id,name\n${Array.from({ length: 1_000 }, (_, id) => `${id},n`).join('\n')}\n`);
  const estimate = async () =>
    (await bench.ask('query ($s: String!) { estimateImport(sha256: $s, dataset: "estimated") { rows seconds bytesNeeded } }', { s })).data.estimateImport as { readonly rows: number; readonly seconds: number; readonly bytesNeeded: number };
  const fresh = await estimate();
  expect(fresh.rows).toBe(1_000);
  await bench.deps.pool.query('insert into registry.estimated (id) values (1)');
  expect((await estimate()).bytesNeeded).toBeGreaterThan(2 * fresh.bytesNeeded);
  for (const [key, rows, seconds] of [['a', 20_000, 2_000], ['b', 20_000, 10], ['c', 40_000, 20], ['d', 20, 1]] as const) {
    const { data } = await bench.ask(startMutation, { key: `estimated-${key}`, input: { sha256: s, fileName: 'f', dataset: 'estimated' } });
    await bench.deps.pool.query(
      `update waybill.jobs set state = 'completed', rows_total = $2, started_at = now(), finished_at = now() + make_interval(secs => $3) where job_id = $1`, [data.startImport.job.id, rows, seconds]);
  }
  // 2,000 rows/s: the one that was paused and the short one do not move the median.
  expect((await estimate()).seconds).toBeCloseTo(0.5 + 1_000 / 2_000, 5);
});

test('a job shows the guesses that a person should look at, and has none before its file was looked at', async () => {
  const { data: started } = await bench.ask(startMutation, { key: 'doubts', input: { sha256: await uploadText(bench, text), fileName: 'f.csv', dataset: 'people' } });
  const j = started.startImport.job.id as string;
  const ask = async (): Promise<unknown> => (await bench.ask('query ($j: ID!) { job(id: $j) { doubts { property value confidence why } } }', { j })).data.job.doubts;
  expect(await ask()).toEqual([]);
  const guess = <T>(value: T, confidence: number) => ({ value, confidence, why: 'w' });
  const guesses = { encoding: guess('koi8-r', 0.68), delimiter: guess(',', 0.92), header: guess(false, 0.65) };
  await bench.deps.pool.query('update waybill.jobs set detection = $2 where job_id = $1', [j, JSON.stringify({ guesses })]);
  expect(await ask()).toEqual([{ property: 'encoding', ...guess('koi8-r', 0.68) }, { property: 'header', ...guess(false, 0.65) }]);
});

test('a record that no job made has no origin', async () => {
  expect((await bench.ask('{ traceRecord(dataset: "people", key: "7") { jobId rowNo kind } }')).data.traceRecord).toEqual([]);
});

test('a database that is away is a code that can be retried, and the process lives on', async () => {
  await bench.deps.pool.query(`select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()`);
  await expect.poll(async () => (await bench.ask('{ datasets { name } }')).errors, { timeout: 5_000 }).toEqual([]);
  await expect.poll(() => bench.deps.listener.isListening, { timeout: 5_000 }).toBe(true);
});

test('a sweep without an engine harms nothing', async () => {
  const sweeper = new JobSweeper({ ...bench.deps, ...bench.signing }, { everyMs: 50, graceMs: 0, quietMs: 0 });
  const before = (await bench.ask('{ jobs(first: 200) { jobs { id state } } }')).data.jobs.jobs as unknown[];
  await sweeper.sweep();
  expect((await bench.ask('{ jobs(first: 200) { jobs { id state } } }')).data.jobs.jobs).toEqual(before);
});
