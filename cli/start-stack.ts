/**
 * The local stack, from nothing to answering: lock, leftovers, PostgreSQL and engine, migrations, workers, API. Whatever fails, nothing
 * that was started stays.
 */
import { appendFile, access } from 'node:fs/promises';
import { join } from 'node:path';
import { WaybillError } from '../contracts/errors.ts';
import { migrateDatabase } from '../db/migrate.ts';
import { databaseName, ensureDatabase, preparePostgres } from '../temporal-config/embedded-postgres.ts';
import { connectToEngine, engineAddress, engineService } from '../temporal-config/engine.ts';
import { checkoutFolder } from '../temporal-config/checkout-folder.ts';
import { endLeftovers } from '../temporal-config/leftovers.ts';
import { obtainEngine } from '../temporal-config/obtain-engine.ts';
import { identityOf } from '../temporal-config/process-identity.ts';
import { createSupervisor } from '../temporal-config/process-supervisor.ts';
import { registerSearchAttributes } from '../temporal-config/search-attributes.ts';
import { lockStack } from '../temporal-config/stack-lock.ts';
import { ensureSecret, removeStackFile, settleSettings, writeStackFile } from '../temporal-config/stack-files.ts';
import { apiService, apiUrl, workerService } from '../temporal-config/waybill-services.ts';
import { readStackSettings } from './stack-settings.ts';
import type { DataFolder } from '../temporal-config/data-folder.ts';
import type { ProcessIdentity } from '../temporal-config/process-identity.ts';
import type { Service } from '../temporal-config/service.ts';
import type { StackFile, StackSettings } from '../temporal-config/stack-files.ts';
import type { Supervisor } from '../temporal-config/process-supervisor.ts';
import type { StackSettingsFromEnvironment } from './stack-settings.ts';

export interface StartStackOptions {
  readonly folder: DataFolder;
  readonly env: NodeJS.ProcessEnv;
  /** Progress of the start and what happens later, for people. */
  readonly say: (line: string) => void;
  /** Aborted: stop as soon as the step at hand is done. */
  readonly signal: AbortSignal;
}

export interface RunningStack {
  readonly file: StackFile;
  readonly stop: () => Promise<void>;
  /** Stops faster: workers are killed instead of waited for. */
  readonly hurry: () => void;
}

interface Parts {
  readonly options: StartStackOptions;
  readonly given: StackSettingsFromEnvironment;
  readonly settings: StackSettings;
  readonly supervisor: Supervisor;
}

interface Backing {
  readonly service: Service | null;
  readonly address: string;
}

const refuseMissingBundles = async (): Promise<void> => {
  for (const name of ['worker.mjs', 'api.mjs', 'workflow-bundle.js'])
    await access(join(checkoutFolder, 'dist', name)).catch(() => {
      throw new WaybillError('STACK_FAILED', `dist/${name} is missing. Run \`npm run build\`.`);
    });
};

const prepareDatabase = async ({ options: { folder }, given, settings }: Parts): Promise<Backing & { readonly maintenanceUrl: string | null }> => {
  if (given.DATABASE_URL !== undefined) return { service: null, address: given.DATABASE_URL, maintenanceUrl: null };
  const { service, adminUrl, maintenanceUrl } = await preparePostgres({
    clusterFolder: folder.cluster, passwordFile: folder.ownerPasswordFile, logFile: join(folder.logs, 'postgres.log'),
    port: settings.ports.postgres, stackId: settings.stackId,
  });
  return { service, address: adminUrl, maintenanceUrl };
};

const prepareEngine = async ({ options: { folder, say }, given, settings }: Parts): Promise<Backing & { readonly uiUrl: string }> => {
  if (given.TEMPORAL_ADDRESS !== undefined) return { service: null, address: given.TEMPORAL_ADDRESS, uiUrl: given.WAYBILL_UI_URL ?? '' };
  const service = engineService({
    program: await obtainEngine(say), databaseFile: folder.engineFile, logFile: join(folder.logs, 'engine.log'),
    ports: settings.ports, stackId: settings.stackId,
  });
  return { service, address: engineAddress(settings.ports.engine), uiUrl: `http://127.0.0.1:${settings.ports.ui}` };
};

const settleEngine = async (engine: Backing): Promise<void> => {
  if (engine.service !== null) return;
  const connection = await connectToEngine(engine.address);
  try { await registerSearchAttributes(connection); } finally { await connection.close(); }
};

/** A full write each time: seldom, and a reader never sees half. One after the other, so that the last is the newest. */
const keepStackFile = (folder: DataFolder): { readonly note: (change: (file: StackFile) => StackFile) => Promise<void>; readonly begin: (file: StackFile) => Promise<void>; readonly file: () => StackFile } => {
  let current: StackFile | null = null;
  let writing = Promise.resolve();
  const file = (): StackFile => {
    if (current === null) throw new WaybillError('INTERNAL', 'The stack file was asked for before the stack began.');
    return current;
  };
  const write = (next: StackFile): Promise<void> => {
    current = next;
    return (writing = writing.then(() => writeStackFile(folder, next)));
  };
  return { file, begin: write, note: (change) => write(change(file())) };
};

const describeServices = (parts: Parts, file: StackFile): readonly Service[] => {
  const { options: { folder }, settings, given } = parts;
  const environment = {
    folder, stackId: settings.stackId, databaseUrl: file.databaseUrl, temporalAddress: file.temporalAddress, uiUrl: file.uiUrl,
    apiPort: settings.ports.api, env: {},
  };
  const workers = Array.from({ length: given.WAYBILL_WORKERS }, (_, index) => workerService(environment, index + 1));
  return [...workers, apiService(environment)];
};

const startParts = async (parts: Parts, keeper: ReturnType<typeof keepStackFile>): Promise<void> => {
  const { options: { folder, signal, say }, settings, supervisor } = parts;
  const [database, engine] = await Promise.all([prepareDatabase(parts), prepareEngine(parts)]);
  await keeper.begin({
    schemaVersion: 1, stackId: settings.stackId, supervisor: identityOf(process.pid), startedAt: new Date().toISOString(),
    apiUrl: apiUrl(settings.ports.api), uiUrl: engine.uiUrl, temporalAddress: engine.address, databaseUrl: '', adminUrl: database.address,
    tokenFile: folder.tokenFile, receipts: folder.receipts, keys: folder.keys, processes: {},
  });
  signal.throwIfAborted();
  say('Starting PostgreSQL and the Temporal engine …');
  await supervisor.start([database.service, engine.service].filter((service) => service !== null));
  if (database.maintenanceUrl !== null) await ensureDatabase(database.maintenanceUrl, databaseName);
  const { runtimeUrl } = await migrateDatabase({ adminUrl: database.address, runtimePassword: await ensureSecret(folder.runtimePasswordFile) });
  await settleEngine(engine);
  await ensureSecret(folder.tokenFile);
  await keeper.note((file) => ({ ...file, databaseUrl: runtimeUrl }));
  signal.throwIfAborted();
  say('Starting the worker and the API …');
  await supervisor.start(describeServices(parts, keeper.file()));
  signal.throwIfAborted();
};

const createEvents = (options: StartStackOptions, noteProcess: (name: string, process: ProcessIdentity) => Promise<void>): Parameters<typeof createSupervisor>[0] => {
  const log = (line: string): void => {
    options.say(line);
    void appendFile(join(options.folder.logs, 'supervisor.log'), `${new Date().toISOString()} ${line}\n`, { mode: 0o600 }).catch(() => undefined);
  };
  return {
    onSpawn: (name, pid) => noteProcess(name, identityOf(pid)),
    onDeath: (name, restartInMs) => { log(`${name} ended by itself; starting it again in ${restartInMs / 1000} s`); },
    onReturn: (name) => { log(`${name} is back`); },
  };
};

export const startStack = async (options: StartStackOptions): Promise<RunningStack> => {
  const { folder, env, say } = options;
  const given = readStackSettings(env);
  await refuseMissingBundles();
  const lock = await lockStack(folder);
  const keeper = keepStackFile(folder);
  const supervisor = createSupervisor(createEvents(options, (name, process) =>
    keeper.note((file) => ({ ...file, processes: { ...file.processes, [name]: process } }))));
  const stop = async (): Promise<void> => {
    await supervisor.stop();
    await removeStackFile(folder);
    await lock.release();
  };
  try {
    const ended = await endLeftovers(folder);
    if (ended > 0) say(`Ended ${ended} process${ended === 1 ? '' : 'es'} that an earlier stack left behind.`);
    await startParts({ options, given, settings: await settleSettings(folder), supervisor }, keeper);
    return { file: keeper.file(), stop, hurry: supervisor.hurry };
  } catch (error) {
    await stop();
    throw error;
  }
};
