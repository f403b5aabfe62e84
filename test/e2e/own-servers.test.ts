import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { checkoutFolder } from '../../temporal-config/checkout-folder.ts';
import { dataFolderAt } from '../../temporal-config/data-folder.ts';
import { endLeftovers, processesOfStack } from '../../temporal-config/leftovers.ts';
import { readStackFile } from '../../temporal-config/stack-files.ts';
import { waitUntil } from '../../temporal-config/wait-until.ts';
import { buildBundles } from '../support/build-bundles.ts';
import { startTestEngine } from '../support/engine-server.ts';
import type { TestEngine } from '../support/engine-server.ts';
import { makeTestFolder, startTestPostgres } from '../support/postgres-server.ts';
import type { TestPostgres } from '../support/postgres-server.ts';

let postgres: TestPostgres;
let engine: TestEngine;
let folder = dataFolderAt('/nonexistent');
const children: ChildProcess[] = [];

beforeAll(async () => {
  await buildBundles();
  [postgres, engine] = [await startTestPostgres('own'), await startTestEngine()];
  folder = dataFolderAt(await makeTestFolder('own-servers'));
});
afterAll(async () => {
  for (const child of children) if (child.exitCode === null && child.signalCode === null) child.kill('SIGKILL');
  await endLeftovers(folder);
  await engine.stop();
  await postgres.stop();
  await rm(folder.root, { recursive: true, force: true });
});

interface Run { readonly child: ChildProcess; readonly output: () => string }

const waybill = (args: readonly string[], env: NodeJS.ProcessEnv = {}): Run => {
  const child = spawn(process.execPath, [join(checkoutFolder, 'dist', 'cli.mjs'), ...args], { env: { ...process.env, WAYBILL_DATA: folder.root, ...env }, stdio: ['ignore', 'pipe', 'pipe'] });
  children.push(child);
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => { output += chunk.toString(); });
  return { child, output: () => output };
};

const exitOf = async ({ child }: Run): Promise<number | null> => {
  if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
  return child.exitCode;
};

const withDatabase = async <T>(url: string, work: (client: pg.Client) => Promise<T>): Promise<T> => {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try { return await work(client); } finally { await client.end(); }
};

describe('a stack on a PostgreSQL and an engine that are there already', () => {
  it('starts neither, imports into that database through that engine, and leaves both running when it stops', async () => {
    await withDatabase(postgres.maintenanceUrl, (client) => client.query('create database registry_of_ours'));
    const ours = new URL(postgres.maintenanceUrl);
    ours.pathname = '/registry_of_ours';
    const up = waybill(['up'], { DATABASE_URL: ours.href, TEMPORAL_ADDRESS: engine.address });
    await waitUntil(() => up.output().includes('Waybill is up') || up.child.exitCode !== null, 120_000);
    expect(up.child.exitCode, up.output()).toBeNull();
    const file = await readStackFile(folder);
    expect(Object.keys(file?.processes ?? {}).sort()).toEqual(['api', 'worker-1']);
    expect(file?.temporalAddress).toBe(engine.address);
    expect(up.output()).toContain('of the engine that TEMPORAL_ADDRESS names');

    const examples = join(checkoutFolder, 'examples');
    const applied = waybill(['dataset', 'apply', join(examples, 'incidents.dataset.json')]);
    expect(await exitOf(applied), applied.output()).toBe(0);
    const imported = waybill(['import', join(examples, 'partner-incidents.csv'), '--dataset', 'incidents', '--json']);
    expect(await exitOf(imported), imported.output()).toBe(3);
    const counted = await withDatabase(ours.href, (client) => client.query<{ n: number }>('select count(*)::int as n from registry.incidents'));
    expect(counted.rows).toEqual([{ n: 19_817 }]);

    up.child.kill('SIGINT');
    expect(await exitOf(up)).toBe(0);
    expect(await processesOfStack(file?.stackId ?? '')).toEqual([]);
    expect((await withDatabase(ours.href, (client) => client.query('select 1 from waybill.receipts'))).rowCount).toBe(1);
  });

  it('says what it cannot reach, and how to mend it', async () => {
    const nowhere = waybill(['up'], { DATABASE_URL: 'postgresql://nobody:secret-word@127.0.0.1:9/none', TEMPORAL_ADDRESS: engine.address });
    expect(await exitOf(nowhere)).not.toBe(0);
    expect(nowhere.output()).toContain('DATABASE_UNAVAILABLE');
    const wrong = new URL(postgres.maintenanceUrl);
    wrong.password = 'secret-word';
    const refused = waybill(['up'], { DATABASE_URL: wrong.href, TEMPORAL_ADDRESS: engine.address });
    expect(await exitOf(refused)).not.toBe(0);
    const engineless = waybill(['up'], { DATABASE_URL: postgres.maintenanceUrl, TEMPORAL_ADDRESS: '127.0.0.1:9' });
    expect(await exitOf(engineless)).not.toBe(0);
    expect(engineless.output()).toContain('ENGINE_UNAVAILABLE');
    for (const { output } of [nowhere, refused, engineless]) expect(output()).not.toContain('secret-word');
  });
});
