/** A client of the API that knows nothing of the command: starts with an idempotency key, follows over SSE whatever dies, and is told no. */
import { randomUUID } from 'node:crypto';
import { createClient } from 'graphql-sse';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { isFinal } from '../../contracts/job-states.ts';
import type { JobProgress } from '../../contracts/progress.ts';
import { csvOf, startOperator, untilTrue } from '../support/operator.ts';
import type { Operator } from '../support/operator.ts';

let operator: Operator;
beforeAll(async () => { operator = await startOperator({ chunkBytes: 1024 * 1024, threads: 1 }); await operator.table('things', 'id int, qty int, note text'); });
afterAll(() => operator.close());

interface Answer<Data> { readonly data: Data | null; readonly errors?: readonly { readonly message: string; readonly extensions: { readonly code: string; readonly remedy?: string } }[] }
const headers = (): Record<string, string> => ({ authorization: `Bearer ${operator.stack.token}` });

const ask = async <Data>(query: string, variables: object = {}): Promise<Answer<Data>> => {
  const response = await fetch(`${operator.stack.api}/graphql`, { method: 'POST', headers: { ...headers(), 'content-type': 'application/json' }, body: JSON.stringify({ query, variables }) });
  return await response.json() as Answer<Data>;
};
const upload = async (text: string): Promise<string> => {
  const response = await fetch(`${operator.stack.api}/files`, { method: 'PUT', headers: headers(), body: text });
  expect(response.status).toBe(201);
  return (await response.json() as { sha256: string }).sha256;
};

const startMutation = 'mutation ($input: StartImportInput!, $key: ID!) { startImport(input: $input, idempotencyKey: $key) { created job { id state } } }';
interface Started { readonly startImport: { readonly created: boolean; readonly job: { readonly id: string; readonly state: string } } }
const start = (sha256: string, { key = randomUUID(), ...input }: { readonly key?: string; readonly again?: boolean; readonly dryRun?: boolean } = {}): Promise<Answer<Started>> =>
  ask<Started>(startMutation, { key, input: { sha256, fileName: 'things.csv', dataset: 'things', ...input } });
const startedId = async (sha256: string): Promise<string> => {
  const { data, errors } = await start(sha256, { again: true });
  if (data === null) expect.unreachable(JSON.stringify(errors));
  return data.startImport.job.id;
};

interface Seen { readonly at: number; readonly progress: JobProgress }
interface Following { readonly events: Seen[]; readonly errors: unknown[]; readonly ended: Promise<void> }
/** The public client of the protocol, as anybody would use it; it subscribes again when its connection breaks. */
const follow = (jobId: string): Following => {
  const client = createClient({ url: `${operator.stack.api}/graphql/stream`, headers: headers(), retryAttempts: 200, retry: () => new Promise((resolve) => { setTimeout(resolve, 50); }) });
  const events: Seen[] = [], errors: unknown[] = [];
  const query = 'subscription ($j: ID!) { jobProgress(jobId: $j) { jobId state paused stalled round planEpoch chunksPlanned chunksStaged rowsRead rowsTotal rowsRejected issueCount books { read created } errorCode } }';
  const ended = (async () => {
    // A connection that is closed in good order completes the stream: then the client asks anew, until the state is final.
    for (let final = false; !final && errors.length === 0;) {
      await new Promise<void>((resolve) => {
        client.subscribe<{ jobProgress: JobProgress }>({ query, variables: { j: jobId } }, {
          next: ({ data }) => { if (data) { events.push({ at: Date.now(), progress: data.jobProgress }); final = isFinal(data.jobProgress.state); } },
          error: (error) => { errors.push(error); resolve(); }, complete: () => { resolve(); },
        });
      });
    }
    client.dispose();
  })();
  return { events, errors, ended };
};

const manyChunks = csvOf('id,qty,note', Array.from({ length: 150_000 }, (_, index) => [index, 1, 'x'.repeat(120)]));

it('follows a job over SSE: a snapshot, each chunk within half a second of its commit, the end with the books', async () => {
  const sha256 = await upload(manyChunks);
  const slow: (readonly number[])[] = [];
  // A machine that does other things may stall for half a second by itself; it does not do so three times in a row.
  for (let turn = 0; turn < 3 && slow.length === turn; turn += 1) {
    const jobId = await startedId(sha256);
    const seen = follow(jobId);
    await seen.ended;
    expect(seen.errors).toEqual([]);
    expect(seen.events.at(-1)?.progress).toMatchObject({ jobId, state: 'completed', books: { read: 150_000, created: 150_000 } });
    const commits = await operator.sql<{ at: number }>('select (extract(epoch from staged_at) * 1000)::float8 as at from waybill.chunk_ledger where job_id = $1 order by staged_at', [jobId]);
    expect(commits.length).toBeGreaterThan(10);
    // The nth commit is told by the first event with n chunks or more; `staged_at` is a moment before the commit.
    const delays = commits.map(({ at }, index) => (seen.events.find(({ progress }) => progress.chunksStaged > index || isFinal(progress.state))?.at ?? Infinity) - at);
    if (Math.max(...delays) >= 500) slow.push(delays.map(Math.round));
    expect(seen.events.length, 'not only the end').toBeGreaterThan(5);
  }
  expect(slow.length, `each of three jobs had a chunk that was told late:\n${slow.map((delays) => delays.join(' ')).join('\n')}`).toBeLessThan(3);
});

it('loses nothing when the API is killed and when the worker is: the stream is taken up again, the counts never go backwards', async () => {
  const jobId = await startedId(await upload(`${manyChunks}999999,1,last\n`));
  const seen = follow(jobId);
  await untilTrue('a first chunk is told', () => (seen.events.at(-1)?.progress.chunksStaged ?? 0) >= 1);
  await operator.stack.kill('worker');
  await untilTrue('stalled is told', () => seen.events.at(-1)?.progress.stalled === true);
  await operator.stack.kill('api');
  await operator.stack.start('api');
  const before = seen.events.length;
  await untilTrue('a snapshot after the restart', () => seen.events.length > before);
  await operator.stack.start('worker');
  await seen.ended;
  expect(seen.errors).toEqual([]);
  expect(seen.events.at(-1)?.progress).toMatchObject({ state: 'completed', books: { read: 150_001, created: 150_001 } });
  const rows = seen.events.map(({ progress }) => progress.rowsRead);
  expect(rows).toEqual([...rows].sort((a, b) => a - b));
  // Nobody is left listening: the relay's own connection is the only one.
  await untilTrue('one listener', async () => (await operator.sql(`select 1 from pg_stat_activity where datname = current_database() and query ilike 'listen%'`)).length <= 1);
});

it('starts once, however often and at once it asks with one idempotency key; another request under the key is refused', async () => {
  const sha256 = await upload('id,qty,note\n1,1,idempotent\n');
  const key = randomUUID();
  const answers = await Promise.all(Array.from({ length: 8 }, () => start(sha256, { key })));
  expect(new Set(answers.map(({ data }) => data?.startImport.job.id)).size).toBe(1);
  expect(answers.filter(({ data }) => data?.startImport.created === true).length).toBe(1);
  const id = answers[0]?.data?.startImport.job.id ?? '';
  await operator.stack.waybill('watch', id);
  expect((await start(sha256, { key })).data?.startImport, 'also when it is over').toMatchObject({ created: false, job: { id, state: 'completed' } });
  expect((await start(sha256, { key, dryRun: true })).errors?.[0]?.extensions.code).toBe('REQUEST_INVALID');
  expect((await operator.sql('select 1 from registry.things where note = $1', ['idempotent'])).length).toBe(1);
  expect((await operator.sql('select 1 from waybill.jobs where idempotency_key = $1', [key])).length).toBe(1);
});

it('gets nothing without the token but health, nothing from another origin, and no reasons of the inside', async () => {
  const { api } = operator.stack;
  expect((await fetch(`${api}/health`)).status).toBe(200);
  for (const [path, init] of [
    ['/graphql', { method: 'POST', headers: { 'content-type': 'application/json' }, body: '{"query":"{ datasets { name } }"}' }],
    ['/graphql/stream', { method: 'POST', headers: { 'content-type': 'application/json', accept: 'text/event-stream' }, body: '{"query":"subscription { jobProgress(jobId: \\"x\\") { state } }"}' }],
    ['/files', { method: 'PUT', body: 'id\n1\n' }], ['/files', { method: 'POST' }], [`/jobs/${randomUUID()}/rejects`, {}], [`/jobs/${randomUUID()}/receipt`, {}],
  ] as const) {
    for (const token of [undefined, 'wrong', `${operator.stack.token}x`]) {
      const response = await fetch(`${api}${path}`, { ...init, headers: { ...('headers' in init ? init.headers : {}), ...(token === undefined ? {} : { authorization: `Bearer ${token}` }) } });
      expect(response.status, path).toBe(401);
      expect(await response.text(), path).toContain('UNAUTHENTICATED');
    }
  }
  const foreign = await fetch(`${api}/graphql`, { method: 'OPTIONS', headers: { origin: 'https://example.org', 'access-control-request-method': 'POST', 'access-control-request-headers': 'authorization' } });
  expect(foreign.headers.get('access-control-allow-origin')).toBeNull();
  const large = await fetch(`${api}/graphql`, { method: 'POST', headers: { ...headers(), 'content-type': 'application/json' }, body: JSON.stringify({ query: `{ datasets { name } } # ${'x'.repeat(2_000_000)}` }) });
  expect(large.status).toBe(413);
  const unknown = await ask('{ job(id: "00000000-0000-4000-8000-000000000000") { id } }');
  expect(unknown.data === null || (unknown.data as { job: unknown }).job === null).toBe(true);
  const wrong = await ask('mutation { pauseJob(jobId: "no-uuid") { answer } }');
  expect(wrong.errors?.[0]?.extensions.code).toBe('JOB_UNKNOWN');
  // What breaks inside is masked: here a table of Waybill's own that is gone.
  await operator.sql('alter table waybill.dataset_versions rename to elsewhere');
  const masked = await ask('{ datasets { name } }');
  await operator.sql('alter table waybill.elsewhere rename to dataset_versions');
  expect(masked.errors?.[0]?.extensions.code).toMatch(/^(INTERNAL|DATABASE_ERROR)$/);
  expect(JSON.stringify(masked)).not.toMatch(/elsewhere|dataset_versions|relation|select|at .*\.mjs/i);
});
