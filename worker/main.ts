/**
 * The worker process: both task queues, the parsing threads, and what they work with. Drains on SIGTERM: chunks in flight are finished
 * (`shutdownGraceTime` is longer than a chunk), then the threads, the pool and the connection are closed, in this order.
 */
import { readFile } from 'node:fs/promises';
import { DefaultLogger, NativeConnection, Runtime, Worker } from '@temporalio/worker';
import type { LogEntry } from '@temporalio/worker';
import { createControlActivities, createTransferActivities } from '../activities/create-activities.ts';
import type { ActivityDeps } from '../activities/activity-deps.ts';
import { AheadAssembly } from '../activities/ahead-assembly.ts';
import type { PartResult } from '../activities/write-part-of.ts';
import { engineVersion } from '../contracts/engine-version.ts';
import { controlTaskQueue, transferTaskQueue } from '../contracts/ids.ts';
import { serviceSettingsSchema } from '../contracts/service-settings.ts';
import type { ServiceSettings } from '../contracts/service-settings.ts';
import { signingKeyOf } from '../core/receipt/signing-key.ts';
import type { ReadXlsSheet } from '../core/formats/xls/read-xls.ts';
import type { ChunkTotals } from '../db/chunk-transaction.ts';
import { createPool } from '../db/connection.ts';
import { dropStaging, orphanedStaging } from '../db/staging-table.ts';
import { legacyRunLimits, runContained } from '../storage/contained-run.ts';
import { openLocalStorage } from '../storage/local/local-storage.ts';
import { loadOrCreateSigningKey } from '../storage/signing-key-file.ts';
import { ThreadPool } from './thread-pool.ts';

/** Longer than a chunk takes; what is still running then is cancelled and done again by another worker. */
const graceMs = 30_000;

/** Steps other than the staging of chunks: short, or waiting for the database. */
const controlStepsAtOnce = 6;

const writeLog = ({ level, timestampNanos, message, meta }: LogEntry): void => {
  process.stdout.write(`${JSON.stringify({ at: new Date(Number(timestampNanos / 1_000_000n)).toISOString(), level, message, ...meta })}\n`);
};

const start = async (settings: ServiceSettings): Promise<void> => {
  Runtime.install({ logger: new DefaultLogger(settings.WAYBILL_LOG_LEVEL === 'debug' ? 'DEBUG' : 'INFO', writeLog) });
  const connection = await NativeConnection.connect({ address: settings.TEMPORAL_ADDRESS });
  // Three for each step of control: commit holds one while it works on another, a freezing one beside its two halves.
  const pool = createPool({ url: settings.DATABASE_URL, max: 3 * controlStepsAtOnce, applicationName: 'waybill-worker' });
  const threads = new ThreadPool(
    new URL('./stage-thread.mjs', import.meta.url), { databaseUrl: settings.DATABASE_URL, archiveFolder: settings.WAYBILL_ARCHIVE }, settings.WAYBILL_THREADS);
  const key = await loadOrCreateSigningKey(settings.WAYBILL_KEYS);
  const storage = await openLocalStorage(settings.WAYBILL_ARCHIVE);
  const ahead = new AheadAssembly({ pool, storage });
  const deps: ActivityDeps = {
    pool, storage, ahead, signingKey: signingKeyOf(key.privatePem), receiptsFolder: settings.WAYBILL_RECEIPTS,
    chunkBytes: settings.WAYBILL_CHUNK_BYTES, engineVersion,
    ask: { remindEverySeconds: settings.WAYBILL_ASK_REMIND_SECONDS, reminders: settings.WAYBILL_ASK_REMINDERS, expireSeconds: settings.WAYBILL_ASK_EXPIRE_SECONDS },
    readLegacy: async (bytes) => await runContained(new URL('./workbook-thread.mjs', import.meta.url), bytes, legacyRunLimits) as readonly ReadXlsSheet[],
    stageOnThread: async (chunk, signal) => await threads.run({ kind: 'stage', key: chunk }, signal) as ChunkTotals,
    writePartOnThread: async (part, signal) => await threads.run({ kind: 'part', key: part }, signal) as PartResult,
    hashOnThread: async (storageKey, signal) => await threads.run({ kind: 'hash', storageKey }, signal) as string,
  };
  for (const jobId of await orphanedStaging(pool)) await dropStaging(pool, jobId);
  const shared = {
    connection, namespace: settings.TEMPORAL_NAMESPACE, shutdownGraceTime: graceMs, shutdownForceTime: graceMs + 10_000,
    // A step is told with the answer to its heartbeat that it is cancelled; the SDK would send one in 0.8 × the time-out only.
    maxHeartbeatThrottleInterval: '2 seconds',
  } as const;
  const control = await Worker.create({
    ...shared, taskQueue: controlTaskQueue, activities: createControlActivities(deps),
    workflowBundle: { code: await readFile(new URL('./workflow-bundle.js', import.meta.url), 'utf8') },
    maxConcurrentActivityTaskExecutions: controlStepsAtOnce,
  });
  const transfer = await Worker.create({
    ...shared, taskQueue: transferTaskQueue, activities: createTransferActivities(deps),
    // One more than there are threads: the next chunk waits here, so that no thread waits for the engine between two chunks.
    maxConcurrentActivityTaskExecutions: settings.WAYBILL_THREADS + 1,
  });
  try {
    await Promise.all([control.run(), transfer.run()]);
  } finally {
    await ahead.close();
    await threads.close();
    await pool.end();
    await connection.close();
  }
};

await start(serviceSettingsSchema.parse(process.env));
