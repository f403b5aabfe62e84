import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { createClient } from 'graphql-sse';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { localOperator } from '../../contracts/actor.ts';
import type { JobProgress } from '../../contracts/progress.ts';
import { appendAudit, auditHead, listHeadSignatures } from '../../db/audit.ts';
import { createPool, type Pool } from '../../db/connection.ts';
import { freePort } from '../../temporal-config/free-port.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';
import { makeTestFolder } from '../support/postgres-server.ts';
import { makeJob } from '../support/registry-fixture.ts';

let database: TestDatabase;
let folder: string;
let pool: Pool;
let program: string;
let env: Record<string, string>;
let base: string;
const checkout = fileURLToPath(new URL('../..', import.meta.url));

beforeAll(async () => {
  database = await createTestDatabase();
  folder = await makeTestFolder('api-service');
  pool = createPool({ url: database.runtimeUrl, max: 2, applicationName: 'test' });
  // Beside the checkout's own bundles, so that packages and the schema are found as in production.
  program = join(checkout, 'dist', `.api-${process.pid}.mjs`);
  await build({ entryPoints: [join(checkout, 'api/main.ts')], outfile: program, bundle: true, packages: 'external', platform: 'node', format: 'esm', target: 'node20', logLevel: 'error' });
  const port = await freePort();
  base = `http://127.0.0.1:${port}`;
  env = {
    PATH: process.env['PATH'] ?? '', DATABASE_URL: database.runtimeUrl, TEMPORAL_ADDRESS: '127.0.0.1:9', WAYBILL_ARCHIVE: join(folder, 'archive'),
    WAYBILL_KEYS: join(folder, 'keys'), WAYBILL_RECEIPTS: join(folder, 'receipts'), WAYBILL_API_PORT: String(port), WAYBILL_TOKEN_FILE: join(folder, 'token'),
  };
});
afterAll(async () => {
  await pool.end();
  await database.drop();
  await rm(program, { force: true });
  await rm(folder, { recursive: true, force: true });
});

interface Process { readonly log: () => string; readonly kill: (signal: NodeJS.Signals) => Promise<{ code: number | null; signal: string | null; ms: number }>; readonly exited: Promise<unknown[]> }
const run = (settings: Record<string, string> = {}): Process => {
  const child = spawn(process.execPath, [program], { env: { ...env, ...settings }, stdio: ['ignore', 'ignore', 'pipe'] });
  let log = '';
  child.stderr.on('data', (piece: Buffer) => { log += piece.toString(); });
  const exited = once(child, 'exit');
  return {
    log: () => log, exited,
    kill: async (signal) => {
      const at = Date.now();
      child.kill(signal);
      const [code, by] = await exited as [number | null, string | null];
      return { code, signal: by, ms: Date.now() - at };
    },
  };
};
const isUp = (): Promise<boolean> => fetch(`${base}/health`).then(({ ok }) => ok, () => false);
const up = (): Promise<void> => expect.poll(isUp, { timeout: 15_000 }).toBe(true);

test('a first start makes token and key with mode 0600, logs their places and no secret, and a stop signs the audit head', async () => {
  const api = run();
  await up();
  await appendAudit(pool, { actor: localOperator, action: 'test.happened' });
  expect((await stat(env['WAYBILL_TOKEN_FILE'] ?? '')).mode & 0o777).toBe(0o600);
  const token = (await readFile(env['WAYBILL_TOKEN_FILE'] ?? '', 'utf8')).trim();
  const answer = await fetch(`${base}/graphql`, { method: 'POST', headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' }, body: '{"query":"{ datasets { name } }"}' });
  expect(await answer.json()).toEqual({ data: { datasets: [] } });
  const ended = await api.kill('SIGTERM');
  expect(ended.code).toBe(0);
  const head = await auditHead(pool);
  expect(await listHeadSignatures(pool)).toContainEqual(expect.objectContaining({ seq: head.seq, hash: head.hash }));
  expect(api.log()).toContain(join(folder, 'keys', 'signing-key.pem'));
  expect(api.log()).not.toContain(token);
  expect(api.log()).not.toContain(new URL(database.runtimeUrl).password);
});

test('a client goes on by itself after a kill -9 and after a stop, which open subscriptions do not hold up', async () => {
  const jobId = await makeJob(pool);
  const first = run();
  await up();
  const token = (await readFile(env['WAYBILL_TOKEN_FILE'] ?? '', 'utf8')).trim();
  const sse = createClient({ url: `${base}/graphql/stream`, headers: { authorization: `Bearer ${token}` }, retryAttempts: 100, retry: () => new Promise((resolve) => { setTimeout(resolve, 50); }) });
  const events: JobProgress[] = [];
  let over = false;
  const watchJob = (): void => {
    sse.subscribe<{ jobProgress: JobProgress }>({ query: `subscription { jobProgress(jobId: "${jobId}") { state stalled } }` }, {
      next: ({ data }) => { if (data) events.push(data.jobProgress); }, error: () => { over = true; }, complete: () => { over = true; },
    });
  };
  watchJob();
  await expect.poll(() => events.length, { timeout: 10_000 }).toBe(1);
  expect((await first.kill('SIGKILL')).signal).toBe('SIGKILL');
  const second = run();
  await expect.poll(() => events.length, { timeout: 15_000 }).toBe(2);
  expect(events[1]).toEqual({ state: 'received', stalled: true });
  const ended = await second.kill('SIGTERM');
  expect(ended.code).toBe(0);
  expect(ended.ms).toBeLessThan(5_000);
  const third = run();
  await expect.poll(() => events.length, { timeout: 15_000 }).toBe(3);
  expect(over).toBe(false);
  await third.kill('SIGKILL');
  sse.dispose();
});

test('a process that cannot work ends with a code that is not zero, and names what is wrong without a value', async () => {
  const unset = run({ DATABASE_URL: '', WAYBILL_API_PORT: 'secret' });
  expect((await unset.exited)[0]).toBe(2);
  expect(unset.log()).toMatch(/DATABASE_URL, WAYBILL_API_PORT/);
  expect(unset.log()).not.toContain('secret');
  const holder = run();
  await up();
  const second = run();
  expect((await second.exited)[0]).toBe(1);
  expect(second.log()).toContain('EADDRINUSE');
  await holder.kill('SIGTERM');
});
