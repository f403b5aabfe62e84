import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, readFile, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { checkoutFolder } from '../../temporal-config/checkout-folder.ts';
import { dataFolderAt } from '../../temporal-config/data-folder.ts';
import { endLeftovers, processesOfStack } from '../../temporal-config/leftovers.ts';
import { startTimeOf } from '../../temporal-config/process-identity.ts';
import { readStackFile } from '../../temporal-config/stack-files.ts';
import { waitUntil } from '../../temporal-config/wait-until.ts';
import { buildBundles } from '../support/build-bundles.ts';
import { makeTestFolder } from '../support/postgres-server.ts';
import type { ChildProcess } from 'node:child_process';
import type { DataFolder } from '../../temporal-config/data-folder.ts';
import type { StackFile } from '../../temporal-config/stack-files.ts';

let folder: DataFolder = dataFolderAt('/nonexistent');
const started: ChildProcess[] = [];

beforeAll(async () => {
  await buildBundles();
  folder = dataFolderAt(await makeTestFolder('up'));
  await mkdir(folder.logs, { recursive: true });
});
afterEach(async () => {
  for (const child of started.splice(0)) if (child.exitCode === null && child.signalCode === null) child.kill('SIGKILL');
  await endLeftovers(folder);
});
afterAll(() => rm(folder.root, { recursive: true, force: true }));

interface Up {
  readonly child: ChildProcess;
  readonly output: () => string;
}

const runUp = (): Up => {
  const child = spawn(process.execPath, [join(checkoutFolder, 'dist', 'cli.mjs'), 'up'], { env: { ...process.env, WAYBILL_DATA: folder.root }, stdio: ['ignore', 'pipe', 'pipe'] });
  started.push(child);
  let output = '';
  const collect = (chunk: Buffer): void => { output += chunk.toString(); };
  child.stdout.on('data', collect);
  child.stderr.on('data', collect);
  return { child, output: () => output };
};

const untilUp = async (up: Up): Promise<StackFile> => {
  const is = await waitUntil(() => up.output().includes('Waybill is up') || up.child.exitCode !== null, 120_000);
  expect(is && up.child.exitCode === null, up.output()).toBe(true);
  const file = await readStackFile(folder);
  if (file === null) expect.unreachable('no stack file');
  return file;
};

const health = async (file: StackFile): Promise<boolean> =>
  fetch(`${file.apiUrl}/health`).then((response) => response.ok, () => false);

const exitOf = async (child: ChildProcess): Promise<number | null> => {
  if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
  return child.exitCode;
};

const leftOf = async (file: StackFile): Promise<readonly number[]> => processesOfStack(file.stackId);

describe('waybill up', () => {
  it('stays up, says where everything is, and stops cleanly on Ctrl-C, twice', async () => {
    const up = runUp();
    const file = await untilUp(up);
    for (const said of [file.apiUrl, file.uiUrl, file.tokenFile, folder.root, 'Ctrl-C']) expect(up.output()).toContain(said);
    expect((await stat(folder.stackFile)).mode & 0o777).toBe(0o600);
    expect((await stat(folder.tokenFile)).mode & 0o777).toBe(0o600);
    expect(await health(file)).toBe(true);
    up.child.kill('SIGINT');
    await waitUntil(() => up.output().includes('Stopping'), 10_000);
    up.child.kill('SIGINT');
    up.child.kill('SIGINT');
    expect(await exitOf(up.child)).toBe(0);
    expect(await leftOf(file)).toEqual([]);
    expect(await readStackFile(folder)).toBeNull();
  });

  it('refuses a second stack on the same data, and names the remedy', async () => {
    const first = runUp();
    const file = await untilUp(first);
    const second = runUp();
    expect(await exitOf(second.child)).not.toBe(0);
    expect(second.output()).toContain('A stack runs on');
    expect(await health(file)).toBe(true);
    first.child.kill('SIGTERM');
    expect(await exitOf(first.child)).toBe(0);
  });

  it('starts again whatever is killed, on the same ports', async () => {
    const up = runUp();
    const before = await untilUp(up);
    for (const name of ['postgres', 'engine', 'worker-1', 'api']) {
      const victim = (await readStackFile(folder))?.processes[name];
      if (victim !== undefined) process.kill(victim.pid, 'SIGKILL');
      expect(await waitUntil(() => up.output().includes(`${name} is back`), 90_000), `${name}\n${up.output()}`).toBe(true);
    }
    expect(await waitUntil(() => health(before), 30_000)).toBe(true);
    const after = await readStackFile(folder);
    expect(after?.apiUrl).toBe(before.apiUrl);
    expect(Object.values(after?.processes ?? {}).every(({ pid }) => startTimeOf(pid) !== null)).toBe(true);
    up.child.kill('SIGINT');
    expect(await exitOf(up.child)).toBe(0);
    expect(await leftOf(before)).toEqual([]);
  });

  it('ends what a killed supervisor left behind and takes its place, with the same data', async () => {
    const first = runUp();
    const before = await untilUp(first);
    first.child.kill('SIGKILL');
    await exitOf(first.child);
    const orphans = await leftOf(before);
    expect(orphans.length).toBeGreaterThanOrEqual(4);
    expect(await health(before), 'the services go on without their supervisor').toBe(true);

    const second = runUp();
    const after = await untilUp(second);
    expect(second.output()).toMatch(/Ended \d+ processes/);
    expect(orphans.filter((pid) => startTimeOf(pid) !== null && Object.values(after.processes).every((process) => process.pid !== pid))).toEqual([]);
    expect(after.stackId).toBe(before.stackId);
    expect(await readFile(after.tokenFile, 'utf8')).toBe(await readFile(before.tokenFile, 'utf8'));
    second.child.kill('SIGINT');
    expect(await exitOf(second.child)).toBe(0);
    expect(await leftOf(after)).toEqual([]);
  });

  it('stops in good order when it is told so while it starts', async () => {
    const up = runUp();
    await waitUntil(() => up.output().includes('Starting'), 60_000);
    up.child.kill('SIGINT');
    expect(await exitOf(up.child)).toBe(0);
    expect(dirname(folder.cluster)).toBe(folder.root);
    await endLeftovers(folder).then((count) => { expect(count).toBe(0); });
  });
});
