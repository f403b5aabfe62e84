/**
 * A whole stack for e2e and fault tests: own database, own engine, the built worker and API as real processes. Nothing is restarted by
 * itself here: a test kills what it wants and starts it again on the same port. `stop` fails when a process of the stack is left.
 */
import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { chmod, mkdir, readFile, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { migrateDatabase } from '../../db/migrate.ts';
import { checkoutFolder } from '../../temporal-config/checkout-folder.ts';
import { dataFolderAt } from '../../temporal-config/data-folder.ts';
import { databaseName, ensureDatabase, preparePostgres } from '../../temporal-config/embedded-postgres.ts';
import { engineAddress, engineService } from '../../temporal-config/engine.ts';
import { freePort } from '../../temporal-config/free-port.ts';
import { processesOfStack } from '../../temporal-config/leftovers.ts';
import { obtainEngine } from '../../temporal-config/obtain-engine.ts';
import { identityOf } from '../../temporal-config/process-identity.ts';
import { startService, stopService } from '../../temporal-config/run-service.ts';
import { ensureSecret, writeStackFile } from '../../temporal-config/stack-files.ts';
import { waitUntil } from '../../temporal-config/wait-until.ts';
import { apiService, apiUrl, workerService } from '../../temporal-config/waybill-services.ts';
import { buildBundles } from './build-bundles.ts';
import { createTestDatabase } from './database.ts';
import { makeTestFolder } from './postgres-server.ts';
import type { DataFolder } from '../../temporal-config/data-folder.ts';
import type { RunningService } from '../../temporal-config/run-service.ts';
import type { Service, ServiceName } from '../../temporal-config/service.ts';

/** `worker` means every worker. */
export type StackPart = 'worker' | ServiceName;

export interface TestStackOptions {
  readonly workers?: number;
  /** WAYBILL_THREADS of each worker. */
  readonly threads?: number;
  /** WAYBILL_CHUNK_BYTES. */
  readonly chunkBytes?: number;
  /** A PostgreSQL server of its own, which the test may kill. Without it the database is one of the run's shared server. */
  readonly ownPostgres?: boolean;
  /** Settings of that server, e.g. `{ temp_file_limit: '1MB' }`. */
  readonly postgresSettings?: Readonly<Record<string, string>>;
  /** For worker and API. */
  readonly env?: Readonly<Record<string, string>>;
  /** Which processes to start at first; default all. */
  readonly startAtFirst?: readonly StackPart[];
}

export interface TestStack {
  readonly api: string;
  readonly token: string;
  /** Runtime role. */
  readonly databaseUrl: string;
  /** Superuser. */
  readonly adminUrl: string;
  readonly temporalAddress: string;
  readonly uiUrl: string;
  readonly folder: DataFolder;
  /** For a CLI run as a child: `WAYBILL_DATA` points to this stack. */
  readonly cliEnv: Readonly<Record<string, string>>;
  /** Runs the built `waybill` against this stack; never rejects for an exit code. */
  readonly waybill: (...args: readonly string[]) => Promise<CommandResult>;
  /** Sends the signal and, when it kills, returns after the process has ended. */
  readonly kill: (part: StackPart, signal?: NodeJS.Signals) => Promise<void>;
  /** Starts what does not run (or was killed) again, on the same port, and returns when it answers. */
  readonly start: (part: StackPart) => Promise<void>;
  /** As the supervisor would: polite signal, patience, SIGKILL. */
  readonly stopPart: (part: StackPart) => Promise<void>;
  readonly pids: () => Readonly<Partial<Record<ServiceName, number>>>;
  /** The log of a part so far. */
  readonly log: (name: ServiceName) => Promise<string>;
  readonly stop: () => Promise<void>;
}

export interface CommandResult {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

interface TestBase {
  readonly adminUrl: string;
  readonly databaseUrl: string;
  readonly postgres: { readonly service: Service; readonly running: RunningService } | null;
  readonly drop: () => Promise<void>;
}

const sharedBase = async (): Promise<TestBase> => {
  const { adminUrl, runtimeUrl, drop } = await createTestDatabase();
  return { adminUrl, databaseUrl: runtimeUrl, postgres: null, drop };
};

const ownBase = async (folder: DataFolder, stackId: string, settings: Readonly<Record<string, string>>): Promise<TestBase> => {
  const { service, adminUrl, maintenanceUrl } = await preparePostgres({
    clusterFolder: folder.cluster, passwordFile: folder.ownerPasswordFile, logFile: join(folder.logs, 'postgres.log'),
    port: await freePort(), stackId, settings: { fsync: 'off', shared_buffers: '128MB', max_wal_size: '1GB', ...settings },
  });
  const running = await startService(service);
  await ensureDatabase(maintenanceUrl, databaseName);
  const { runtimeUrl } = await migrateDatabase({ adminUrl, runtimePassword: await ensureSecret(folder.runtimePasswordFile) });
  return { adminUrl, databaseUrl: runtimeUrl, postgres: { service, running }, drop: () => Promise.resolve() };
};

const makeFolder = async (): Promise<DataFolder> => {
  const folder = dataFolderAt(await makeTestFolder('stack'));
  for (const path of [folder.archive, folder.keys, folder.receipts, folder.logs, dirname(folder.engineFile)]) {
    await mkdir(path, { recursive: true });
    await chmod(path, 0o700);
  }
  return folder;
};

const runCommand = (args: readonly string[], env: NodeJS.ProcessEnv): Promise<CommandResult> => new Promise((resolve) => {
  const options = { env, cwd: checkoutFolder, maxBuffer: 256 * 1024 * 1024, timeout: 300_000 };
  execFile(process.execPath, [join(checkoutFolder, 'dist', 'cli.mjs'), ...args], options, (error, stdout, stderr) => {
    resolve({ code: error === null ? 0 : typeof error.code === 'number' ? error.code : 1, stdout, stderr });
  });
});

/** Stops in the supervisor's order and says what is left, by its command line. */
const findLeaks = async (stackId: string): Promise<readonly string[]> => {
  let left: readonly number[] = [];
  await waitUntil(async () => (left = await processesOfStack(stackId)).length === 0, 5_000);
  return Promise.all(left.map(async (pid) => {
    const command = (await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')).replaceAll('\0', ' ').trim();
    try { process.kill(pid, 'SIGKILL'); } catch { /* it has ended */ }
    return `${pid} ${command}`;
  }));
};

interface Runner {
  readonly services: ReadonlyMap<ServiceName, Service>;
  readonly running: Map<ServiceName, RunningService>;
}

const namesOf = (runner: Runner, part: StackPart): readonly ServiceName[] =>
  [...runner.services.keys()].filter((name) => part === 'worker' ? name.startsWith('worker-') : name === part);

const startPart = async (runner: Runner, part: StackPart): Promise<void> => {
  await Promise.all(namesOf(runner, part).map(async (name) => {
    const service = runner.services.get(name);
    if (service === undefined || runner.running.get(name)?.hasEnded() === false) return;
    runner.running.set(name, await startService(service));
  }));
};

const stopPart = async (runner: Runner, part: StackPart): Promise<void> => {
  await Promise.all(namesOf(runner, part).map(async (name) => {
    const running = runner.running.get(name);
    if (running !== undefined) await stopService(running);
  }));
};

const killPart = async (runner: Runner, part: StackPart, signal: NodeJS.Signals): Promise<void> => {
  for (const name of namesOf(runner, part)) {
    const running = runner.running.get(name);
    if (running === undefined || running.hasEnded()) continue;
    process.kill(running.pid, signal);
    if (signal !== 'SIGSTOP' && signal !== 'SIGCONT') await running.ended;
  }
};

const describeServices = async (base: TestBase, folder: DataFolder, stackId: string, options: TestStackOptions): Promise<{ readonly services: ReadonlyMap<ServiceName, Service>; readonly temporalAddress: string; readonly uiUrl: string; readonly apiPort: number }> => {
  const taken = new Set<number>();
  const nextPort = async (): Promise<number> => { const port = await freePort(taken); taken.add(port); return port; };
  const ports = { engine: await nextPort(), engineHttp: await nextPort(), engineMetrics: await nextPort(), ui: await nextPort() };
  const apiPort = await nextPort();
  const uiUrl = `http://127.0.0.1:${ports.ui}`;
  const temporalAddress = engineAddress(ports.engine);
  const engine = engineService({ program: await obtainEngine(() => undefined), databaseFile: folder.engineFile, logFile: join(folder.logs, 'engine.log'), ports, stackId });
  const environment = {
    folder, stackId, databaseUrl: base.databaseUrl, temporalAddress, uiUrl, apiPort,
    env: {
      ...(options.threads === undefined ? {} : { WAYBILL_THREADS: String(options.threads) }),
      ...(options.chunkBytes === undefined ? {} : { WAYBILL_CHUNK_BYTES: String(options.chunkBytes) }),
      ...options.env,
    },
  };
  const workers = Array.from({ length: options.workers ?? 1 }, (_, index) => workerService(environment, index + 1));
  const all = [...(base.postgres === null ? [] : [base.postgres.service]), engine, ...workers, apiService(environment)];
  return { services: new Map(all.map((service) => [service.name, service])), temporalAddress, uiUrl, apiPort };
};

export const startTestStack = async (options: TestStackOptions = {}): Promise<TestStack> => {
  await buildBundles();
  const stackId = `test-${randomUUID()}`;
  const folder = await makeFolder();
  const base = options.ownPostgres === true ? await ownBase(folder, stackId, options.postgresSettings ?? {}) : await sharedBase();
  const { services, temporalAddress, uiUrl, apiPort } = await describeServices(base, folder, stackId, options);
  const runner: Runner = { services, running: new Map() };
  if (base.postgres !== null) runner.running.set('postgres', base.postgres.running);
  const token = await ensureSecret(folder.tokenFile);
  await writeStackFile(folder, {
    schemaVersion: 1, stackId, supervisor: identityOf(process.pid), startedAt: new Date().toISOString(), apiUrl: apiUrl(apiPort), uiUrl,
    temporalAddress, databaseUrl: base.databaseUrl, adminUrl: base.adminUrl, tokenFile: folder.tokenFile, receipts: folder.receipts, keys: folder.keys, processes: {},
  });
  const cliEnv = { WAYBILL_DATA: folder.root };

  const stop = async (): Promise<void> => {
    for (const part of ['api', 'worker', 'engine', 'postgres'] as const) await stopPart(runner, part);
    const leaks = await findLeaks(stackId);
    await base.drop();
    await rm(folder.root, { recursive: true, force: true });
    if (leaks.length > 0) throw new LeakedProcessesError(leaks);
  };
  try {
    for (const part of options.startAtFirst ?? ['engine', 'worker', 'api'] as const) await startPart(runner, part);
  } catch (error) {
    await stop();
    throw error;
  }
  return {
    api: apiUrl(apiPort), token, databaseUrl: base.databaseUrl, adminUrl: base.adminUrl, temporalAddress, uiUrl, folder, cliEnv,
    waybill: (...args) => runCommand(args, { ...process.env, ...cliEnv, NO_COLOR: '1' }),
    kill: (part, signal = 'SIGKILL') => killPart(runner, part, signal),
    start: (part) => startPart(runner, part),
    stopPart: (part) => stopPart(runner, part),
    pids: () => Object.fromEntries([...runner.running].filter(([, running]) => !running.hasEnded()).map(([name, running]) => [name, running.pid])),
    log: (name) => readFile(services.get(name)?.logFile ?? '', 'utf8').catch(() => ''),
    stop,
  };
};

export class LeakedProcessesError extends Error {
  override readonly name = 'LeakedProcessesError';
  constructor(readonly processes: readonly string[]) {
    super(`processes were left behind:\n${processes.join('\n')}`);
  }
}
