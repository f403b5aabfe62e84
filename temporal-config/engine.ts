/** The engine as a local process: Temporal's development server with its UI, on 127.0.0.1, persisted in one SQLite file. */
import { Connection } from '@temporalio/client';
import { WaybillError } from '../contracts/errors.ts';
import { temporalNamespace } from '../contracts/ids.ts';
import { searchAttributes } from './search-attributes.ts';
import { dirname } from 'node:path';
import type { Service } from './service.ts';

export interface EngineOptions {
  readonly program: string;
  readonly databaseFile: string;
  readonly logFile: string;
  readonly ports: { readonly engine: number; readonly engineHttp: number; readonly engineMetrics: number; readonly ui: number };
  readonly stackId: string;
}

/** One partition a task queue: with the default of four, a task of a nearly idle queue may wait for a poller of another partition. */
const dynamicConfig: Readonly<Record<string, string>> = {
  'matching.numTaskqueueReadPartitions': '1',
  'matching.numTaskqueueWritePartitions': '1',
};

/**
 * Write-ahead log: one fsync a transaction instead of three; still synced each time, so that an engine that is killed, or a machine that
 * loses power, forgets nothing it acknowledged.
 */
const pragmas: Readonly<Record<string, string>> = { journal_mode: 'wal', synchronous: 'full' };

const flags = (name: string, values: Readonly<Record<string, string>>): readonly string[] =>
  Object.entries(values).flatMap(([key, value]) => [name, `${key}=${value}`]);

export const engineAddress = (port: number): string => `127.0.0.1:${port}`;

/** The namespace answers: only then do workflow starts succeed. */
export const engineAnswers = async (address: string): Promise<boolean> => {
  const connection = await Connection.connect({ address, connectTimeout: 1_000 }).catch(() => null);
  if (connection === null) return false;
  try {
    await connection.workflowService.describeNamespace({ namespace: temporalNamespace });
    return true;
  } catch { return false; } finally {
    await connection.close();
  }
};

export const connectToEngine = async (address: string): Promise<Connection> => {
  try {
    return await Connection.connect({ address, connectTimeout: 10_000 });
  } catch (cause) {
    throw new WaybillError('ENGINE_UNAVAILABLE', 'The engine that TEMPORAL_ADDRESS names does not answer.', {}, { cause });
  }
};

export const engineService = ({ program, databaseFile, logFile, ports, stackId }: EngineOptions): Service => ({
  name: 'engine', command: program, cwd: dirname(databaseFile), identity: null, logFile,
  args: [
    'server', 'start-dev', '--db-filename', databaseFile, '--ip', '127.0.0.1', '--port', String(ports.engine),
    '--ui-port', String(ports.ui), '--http-port', String(ports.engineHttp), '--metrics-port', String(ports.engineMetrics),
    '--log-level', 'error', '--color', 'never', '--disable-config-file', '--disable-config-env',
    ...flags('--search-attribute', Object.fromEntries(searchAttributes.map((name) => [name, 'Keyword']))),
    ...flags('--dynamic-config-value', dynamicConfig), ...flags('--sqlite-pragma', pragmas),
  ],
  env: { PATH: process.env['PATH'] ?? '/usr/bin:/bin', HOME: process.env['HOME'] ?? '/', WAYBILL_STACK_ID: stackId },
  isReady: () => engineAnswers(engineAddress(ports.engine)),
  readyTimeoutMs: 60_000, stopSignal: 'SIGTERM', stopTimeoutMs: 15_000,
});
