/** The supervisor of `waybill up` is killed, alone or with all that it runs: jobs go on without it, and the next one takes over what is left. */
import { execFile, spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { checkoutFolder } from '../../temporal-config/checkout-folder.ts';
import { dataFolderAt } from '../../temporal-config/data-folder.ts';
import type { DataFolder } from '../../temporal-config/data-folder.ts';
import { endLeftovers, processesOfStack } from '../../temporal-config/leftovers.ts';
import { readStackFile } from '../../temporal-config/stack-files.ts';
import type { StackFile } from '../../temporal-config/stack-files.ts';
import { waitUntil } from '../../temporal-config/wait-until.ts';
import { buildBundles } from '../support/build-bundles.ts';
import { faultChunkBytes, faultToolsOn } from '../support/fault-bench.ts';
import type { FaultBed, FaultTools } from '../support/fault-bench.ts';
import { makeTestFolder } from '../support/postgres-server.ts';

let folder: DataFolder;
let up: ChildProcess;
let output = '';
let file: StackFile;
let pool: pg.Pool;
let tools: FaultTools;

const cli = join(checkoutFolder, 'dist', 'cli.mjs');
const env = (): NodeJS.ProcessEnv => ({
  ...process.env, NO_COLOR: '1', WAYBILL_DATA: folder.root, WAYBILL_WORKERS: '2', WAYBILL_THREADS: '2', WAYBILL_CHUNK_BYTES: String(faultChunkBytes),
});

const startUp = async (): Promise<void> => {
  output = '';
  up = spawn(process.execPath, [cli, 'up'], { env: env(), stdio: ['ignore', 'pipe', 'pipe'] });
  for (const stream of [up.stdout, up.stderr]) stream?.on('data', (piece: Buffer) => { output += piece.toString(); });
  expect(await waitUntil(() => output.includes('Waybill is up') || up.exitCode !== null, 120_000) && up.exitCode === null, output).toBe(true);
  file = await readStackFile(folder) ?? expect.unreachable('no stack file');
};

const killSupervisor = async (): Promise<void> => {
  up.kill('SIGKILL');
  await once(up, 'exit');
};

const runJson = async <Answer>(...args: readonly string[]): Promise<Answer> =>
  JSON.parse((await promisify(execFile)(process.execPath, [cli, ...args, '--json'], { env: env() })).stdout) as Answer;

beforeAll(async () => {
  await buildBundles();
  folder = dataFolderAt(await makeTestFolder('supervisor'));
  await startUp();
  pool = new pg.Pool({ connectionString: file.adminUrl, max: 3 });
  pool.on('error', () => undefined);
  // Address, token and ports stay over every restart.
  const bed: FaultBed = {
    stack: { api: file.apiUrl, token: (await readFile(file.tokenFile, 'utf8')).trim(), adminUrl: file.adminUrl, log: (name) => readFile(join(folder.logs, `${name}.log`), 'utf8').catch(() => '') },
    sql: async <Row extends object>(text: string, values: readonly unknown[] = []) => (await pool.query<Row>(text, [...values])).rows,
    json: runJson,
    file: async (name, content) => { const path = join(folder.root, name); await writeFile(path, content); return path; },
  };
  tools = await faultToolsOn(bed);
});
afterAll(async () => {
  await pool.end();
  up.kill('SIGKILL');
  await endLeftovers(folder);
  await rm(folder.root, { recursive: true, force: true });
});

/** A job that is held with chunks in hand; the gate opens when its database ends. */
const inStaging = async (name: string): Promise<string> => {
  await tools.dataset(name);
  const jobId = await tools.start(name);
  await tools.untilStaged(jobId, 3);
  const gate = await tools.closeGate('seal');
  await gate.untilWaiting(4);
  return jobId;
};

describe('a killed supervisor', () => {
  it('is not missed: what it started goes on, and so does the job', async () => {
    await tools.dataset('without');
    const gate = await tools.closeGate('seal');
    const jobId = await tools.start('without');
    await gate.untilWaiting(4);
    await killSupervisor();
    await gate.open();
    await tools.expectWhole(jobId, 'without');
  });

  it('has a successor that ends what was left in mid-chunk, starts all of it again, and the job goes on', async () => {
    const jobId = await inStaging('succeeded');
    const left = await processesOfStack(file.stackId);
    const since = Date.now();
    await startUp();
    expect(output).toMatch(/Ended \d+ processes/);
    const now = await processesOfStack(file.stackId);
    expect(left.filter((pid) => now.includes(pid))).toEqual([]);
    await tools.expectWhole(jobId, 'succeeded');
    await tools.figure('kill -9 of the supervisor, from the start of the next until the job is completed', since);
  });

  it('together with all that it runs, at once, loses nothing: the next start goes on', async () => {
    const jobId = await inStaging('all_at_once');
    for (const pid of [up.pid ?? 0, ...await processesOfStack(file.stackId)]) { try { process.kill(pid, 'SIGKILL'); } catch { /* it has ended with its parent */ } }
    await once(up, 'exit');
    expect(await waitUntil(async () => (await processesOfStack(file.stackId)).length === 0, 20_000)).toBe(true);
    const since = Date.now();
    await startUp();
    await tools.expectWhole(jobId, 'all_at_once');
    await tools.figure('kill -9 of everything at once, from the next start until the job is completed', since);
    up.kill('SIGINT');
    await once(up, 'exit');
    expect(await processesOfStack(file.stackId)).toEqual([]);
  });
});
