/**
 * A parsing thread. It takes one task at a time, so the chunk's buffers are its memory; it has a connection of its own, so the rows go from
 * here to the database without passing the main thread, which stays free for heartbeats.
 */
import { createHash } from 'node:crypto';
import { parentPort, workerData } from 'node:worker_threads';
import { runChunk } from '../activities/run-chunk.ts';
import { writePartOf } from '../activities/write-part-of.ts';
import { isWaybillError } from '../contracts/errors.ts';
import { createPool } from '../db/connection.ts';
import { databaseErrorOf } from '../db/database-errors.ts';
import { openLocalStorage } from '../storage/local/local-storage.ts';
import { threadReady } from './thread-messages.ts';
import type { ThreadAnswer, ThreadData, ThreadRequest, ThreadTask } from './thread-messages.ts';

const port = parentPort;
const { databaseUrl, archiveFolder } = workerData as ThreadData;
const pool = createPool({ url: databaseUrl, max: 1, applicationName: 'waybill-stager' });
const storage = await openLocalStorage(archiveFolder);
const running = new Map<number, AbortController>();

const perform = async (task: ThreadTask, signal: AbortSignal): Promise<unknown> => {
  switch (task.kind) {
    case 'stage': return runChunk({ pool, storage }, task.key, signal);
    case 'part': return writePartOf({ pool, storage }, task.key, signal);
    case 'hash': return hashObject(task.storageKey, signal);
  }
};

const hashObject = async (key: string, signal: AbortSignal): Promise<string> => {
  const hash = createHash('sha256');
  for await (const piece of storage.scan(key)) {
    signal.throwIfAborted();
    hash.update(piece);
  }
  return hash.digest('hex');
};

/** Errors cross the border as code, sentence and place; anything else as a name and the frames of its stack, which hold no value. */
const failureOf = (error: unknown): ThreadAnswer['failure'] => {
  const known = isWaybillError(error) ? error : databaseErrorOf(error);
  if (known !== null) return { code: known.code, message: known.message, place: known.place };
  const frames = error instanceof Error ? (error.stack ?? '').split('\n').filter((line) => /^\s+at /.test(line)) : [];
  return { code: null, message: error instanceof Error ? error.name : typeof error, place: { frames } };
};

port?.on('message', (request: ThreadRequest) => {
  if (request.kind === 'abort') { running.get(request.id)?.abort(); return; }
  const controller = new AbortController();
  running.set(request.id, controller);
  void perform(request.task, controller.signal)
    .then((result): ThreadAnswer => ({ id: request.id, result, failure: null }), (error: unknown): ThreadAnswer => ({ id: request.id, result: null, failure: failureOf(error) }))
    .then((answer) => { running.delete(request.id); port.postMessage(answer); });
});
port?.postMessage(threadReady);
