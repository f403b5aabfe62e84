/** Waybill's own processes as services of the stack: the workers and the API, started from their bundles. */
import { get } from 'node:http';
import { join } from 'node:path';
import { Connection } from '@temporalio/client';
import { controlTaskQueue, temporalNamespace } from '../contracts/ids.ts';
import { checkoutFolder } from './checkout-folder.ts';
import type { DataFolder } from './data-folder.ts';
import type { Service } from './service.ts';

export interface ServiceEnvironment {
  readonly folder: DataFolder;
  readonly stackId: string;
  /** Runtime role. */
  readonly databaseUrl: string;
  readonly temporalAddress: string;
  readonly uiUrl: string;
  readonly apiPort: number;
  /** On top of what this process has. */
  readonly env: Readonly<Record<string, string>>;
}

const ownEnvironment = (): Record<string, string> => {
  const entries = Object.entries(process.env).filter((entry): entry is [string, string] => entry[1] !== undefined);
  return Object.fromEntries(entries);
};

const commonEnvironment = (from: ServiceEnvironment): Record<string, string> => ({
  ...ownEnvironment(),
  NODE_ENV: 'production',
  ...from.env,
  DATABASE_URL: from.databaseUrl,
  TEMPORAL_ADDRESS: from.temporalAddress,
  WAYBILL_ARCHIVE: from.folder.archive,
  WAYBILL_KEYS: from.folder.keys,
  WAYBILL_RECEIPTS: from.folder.receipts,
  WAYBILL_STACK_ID: from.stackId,
});

/** A worker has no port; it is ready when the engine sees it poll. The SDK's identity begins with the pid. */
const isPolling = async (temporalAddress: string, pid: number): Promise<boolean> => {
  const connection = await Connection.connect({ address: temporalAddress, connectTimeout: 2_000 });
  try {
    const { pollers } = await connection.workflowService.describeTaskQueue({
      namespace: temporalNamespace, taskQueue: { name: controlTaskQueue }, taskQueueType: 1,
    });
    return (pollers ?? []).some(({ identity }) => identity?.startsWith(`${pid}@`) === true);
  } finally {
    await connection.close();
  }
};

const bundle = (name: string): string => join(checkoutFolder, 'dist', `${name}.mjs`);

/** MB: of every thread that has no limit of its own. With Node's 16 a worker that does nothing has 35 MB more, and the end of a chunk comes no sooner. */
const youngHeap = '--max-semi-space-size=4';

/** V8's helpers would collect on the cores that parsing threads and the database work on: an export of 1 M rows takes 1.76 s of a core instead of 2.0, and 2.42 × a bare COPY instead of 2.55. */
const ownGc = '--single-threaded-gc';

/**
 * Left to itself glibc keeps an arena for each of a worker's threads and learns to keep buffers of up to 32 MiB in them: 150 MB that are free and not the system's
 * (mallopt(3)). Other allocators do not know these names; who sets them otherwise is right.
 */
const mallocEnvironment = { MALLOC_ARENA_MAX: '2', MALLOC_MMAP_THRESHOLD_: String(1024 * 1024) } as const;

export const workerService = (from: ServiceEnvironment, number: number): Service => ({
  name: `worker-${number}`, command: process.execPath, args: ['--enable-source-maps', youngHeap, ownGc, bundle('worker')],
  cwd: from.folder.root, identity: null, logFile: join(from.folder.logs, `worker-${number}.log`),
  env: { ...mallocEnvironment, ...commonEnvironment(from) },
  isReady: (pid) => isPolling(from.temporalAddress, pid),
  // Longer than a chunk takes: a worker that is asked to stop finishes what it has.
  readyTimeoutMs: 60_000, stopSignal: 'SIGTERM', stopTimeoutMs: 45_000,
});

/** One connection a question: a connection that `fetch` keeps alive would be waited for when the API drains. */
const answersOk = (url: string): Promise<boolean> => new Promise((resolve) => {
  const request = get(url, { agent: false, timeout: 2_000 }, (response) => {
    response.resume();
    response.once('end', () => { resolve(response.statusCode === 200); });
    response.once('error', () => { resolve(false); });
  });
  request.once('timeout', () => request.destroy());
  request.once('error', () => { resolve(false); });
});

export const apiUrl = (port: number): string => `http://127.0.0.1:${port}`;

export const apiService = (from: ServiceEnvironment): Service => ({
  name: 'api', command: process.execPath, args: ['--enable-source-maps', bundle('api')],
  cwd: from.folder.root, identity: null, logFile: join(from.folder.logs, 'api.log'),
  env: {
    ...commonEnvironment(from),
    WAYBILL_API_HOST: '127.0.0.1', WAYBILL_API_PORT: String(from.apiPort),
    WAYBILL_TOKEN_FILE: from.folder.tokenFile, WAYBILL_UI_URL: from.uiUrl,
  },
  isReady: () => answersOk(`${apiUrl(from.apiPort)}/health`),
  readyTimeoutMs: 60_000, stopSignal: 'SIGTERM', stopTimeoutMs: 15_000,
});
