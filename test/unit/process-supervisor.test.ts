import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startTimeOf } from '../../temporal-config/process-identity.ts';
import { createSupervisor } from '../../temporal-config/process-supervisor.ts';
import { waitUntil } from '../../temporal-config/wait-until.ts';
import type { Service, ServiceName } from '../../temporal-config/service.ts';
import type { Supervisor, SupervisorEvents } from '../../temporal-config/process-supervisor.ts';

let folder = '';
let supervisor: Supervisor | null = null;
beforeEach(async () => { folder = await mkdtemp(join(tmpdir(), 'waybill-supervisor-')); });
afterEach(async () => {
  await supervisor?.stop();
  supervisor = null;
  await rm(folder, { recursive: true, force: true });
});

const read = async (name: string): Promise<string> => readFile(join(folder, name), 'utf8').catch(() => '');

/** Says in a file when it starts and when it is asked to stop. */
const polite = "require('fs').appendFileSync('trace','+'+process.argv[1]+' ');process.on('SIGTERM',()=>{require('fs').appendFileSync('trace','-'+process.argv[1]+' ');process.exit(0)});setInterval(()=>{},1e3)";
const stubborn = "require('fs').appendFileSync('trace','+'+process.argv[1]+' ');process.on('SIGTERM',()=>{});setInterval(()=>{},1e3)";

const service = (name: ServiceName, script = polite, change: Partial<Service> = {}): Service => ({
  name, command: process.execPath, args: ['-e', script, name], env: {}, cwd: folder, identity: null, logFile: join(folder, `${name}.log`),
  isReady: async () => (await read('trace')).includes(`+${name}`), readyTimeoutMs: 10_000, stopSignal: 'SIGTERM', stopTimeoutMs: 5_000, ...change,
});

interface Seen {
  readonly pids: Map<ServiceName, number>;
  readonly deaths: ServiceName[];
  readonly returns: ServiceName[];
}

const create = (): Seen => {
  const seen: Seen = { pids: new Map(), deaths: [], returns: [] };
  const events: SupervisorEvents = {
    onSpawn: async (name, pid) => { seen.pids.set(name, pid); await Promise.resolve(); },
    onDeath: (name) => { seen.deaths.push(name); },
    onReturn: (name) => { seen.returns.push(name); },
  };
  supervisor = createSupervisor(events);
  return seen;
};
const running = (): Supervisor => supervisor ?? createSupervisor({ onSpawn: () => Promise.resolve(), onDeath: () => undefined, onReturn: () => undefined });

describe('the supervisor', () => {
  it('starts group after group and stops them in the opposite order', async () => {
    create();
    await running().start([service('postgres')]);
    await running().start([service('worker-1')]);
    await running().start([service('api')]);
    await running().stop();
    expect((await read('trace')).trim()).toBe('+postgres +worker-1 +api -api -worker-1 -postgres');
  });

  it('starts again what was killed, and again when it is killed again', async () => {
    const seen = create();
    await running().start([service('engine')]);
    for (const time of [1, 2]) {
      process.kill(seen.pids.get('engine') ?? 0, 'SIGKILL');
      expect(await waitUntil(() => seen.returns.length === time, 10_000)).toBe(true);
    }
    expect(seen.deaths).toEqual(['engine', 'engine']);
    expect(startTimeOf(seen.pids.get('engine') ?? 0)).not.toBeNull();
  });

  it('does not start again what it stopped itself', async () => {
    const seen = create();
    await running().start([service('api')]);
    await running().stop();
    await running().stop();
    expect(seen.deaths).toEqual([]);
    expect(startTimeOf(seen.pids.get('api') ?? 0)).toBeNull();
  });

  it('kills what does not stop when asked', async () => {
    const seen = create();
    await running().start([service('worker-1', stubborn, { stopTimeoutMs: 300 })]);
    await running().stop();
    expect(startTimeOf(seen.pids.get('worker-1') ?? 0)).toBeNull();
  });

  it('does not wait for workers any more when told to hurry', async () => {
    const seen = create();
    await running().start([service('engine')]);
    await running().start([service('worker-1', stubborn, { stopTimeoutMs: 60_000 })]);
    const stopped = running().stop();
    running().hurry();
    await stopped;
    expect(startTimeOf(seen.pids.get('worker-1') ?? 0)).toBeNull();
    expect((await read('trace')).trim()).toContain('-engine');
  });

  it('says what failed, with the log, when a process ends while it starts', async () => {
    create();
    const failing = service('postgres', "console.error('no space left');process.exit(1)");
    await expect(running().start([failing])).rejects.toMatchObject({ code: 'STACK_FAILED', message: expect.stringContaining('no space left') as string });
  });

  it('says so when a program is missing', async () => {
    create();
    const missing = service('engine', '', { command: join(folder, 'nothing-here') });
    await expect(running().start([missing])).rejects.toMatchObject({ code: 'STACK_FAILED' });
  });

  it('keeps trying when a restarted process fails to start', async () => {
    const seen = create();
    // The second start fails, the third works.
    const script = `${"const n=require('fs').existsSync('n')?+require('fs').readFileSync('n','utf8'):0;require('fs').writeFileSync('n',String(n+1));if(n===1)process.exit(1);"}${polite}`;
    await running().start([service('api', script)]);
    process.kill(seen.pids.get('api') ?? 0, 'SIGKILL');
    expect(await waitUntil(async () => await read('n') === '3' && seen.returns.length > 0, 15_000)).toBe(true);
  });
});
