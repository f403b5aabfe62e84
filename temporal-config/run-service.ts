/**
 * Starts and stops one process of the stack. Each gets a session of its own, so that Ctrl-C in the operator's terminal reaches the
 * supervisor only, which then stops everything in order. Output goes to the service's log, never to the terminal.
 */
import { spawn } from 'node:child_process';
import { closeSync, mkdirSync, openSync, renameSync, statSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { WaybillError } from '../contracts/errors.ts';
import { waitUntil } from './wait-until.ts';
import type { Service } from './service.ts';

export interface RunningService {
  readonly service: Service;
  readonly pid: number;
  readonly hasEnded: () => boolean;
  /** Resolves, never rejects, when the process has ended. */
  readonly ended: Promise<void>;
}

const logCapBytes = 16 * 1024 * 1024;

/** One old log is kept; the size is looked at when a process starts, which bounds the folder without a rotating process. */
const openLog = (path: string): number => {
  mkdirSync(dirname(path), { recursive: true });
  const size = statSync(path, { throwIfNoEntry: false })?.size ?? 0;
  if (size > logCapBytes) renameSync(path, `${path}.1`);
  return openSync(path, 'a', 0o600);
};

/** The process runs; whether it answers is another question ({@link waitForReady}). */
export const spawnService = (service: Service): Promise<RunningService> => {
  const log = openLog(service.logFile);
  const child = spawn(service.command, service.args, {
    cwd: service.cwd, env: service.env, stdio: ['ignore', log, log], detached: true, ...service.identity,
  });
  closeSync(log);
  let over = false;
  const ended = new Promise<void>((resolve) => {
    const end = (): void => { over = true; resolve(); };
    child.once('exit', end);
    child.once('error', end);
  });
  return new Promise((resolve, reject) => {
    child.once('spawn', () => {
      if (child.pid !== undefined) resolve({ service, pid: child.pid, hasEnded: () => over, ended });
    });
    child.once('error', (cause) => {
      reject(new WaybillError('STACK_FAILED', `${service.name} could not be started: ${cause.message}`, {}, { cause }));
    });
  });
};

const lastLines = async (path: string): Promise<string> =>
  (await readFile(path, 'utf8').catch(() => '')).trimEnd().split('\n').slice(-5).join('\n');

export const waitForReady = async (running: RunningService): Promise<void> => {
  const { service, pid } = running;
  let ready = false;
  await waitUntil(async () => {
    ready = !running.hasEnded() && await service.isReady(pid).catch(() => false);
    return ready || running.hasEnded();
  }, service.readyTimeoutMs, 30);
  if (ready) return;
  const what = running.hasEnded() ? 'ended while it started' : `did not answer within ${service.readyTimeoutMs / 1000} s`;
  throw new WaybillError('STACK_FAILED', `${service.name} ${what}. Its log is ${service.logFile}; the last lines:\n${await lastLines(service.logFile)}`);
};

const signal = (pid: number, name: NodeJS.Signals): void => {
  try { process.kill(pid, name); } catch { /* it has ended */ }
};

/** Asks, waits, then kills. */
export const stopService = async (running: RunningService): Promise<void> => {
  if (running.hasEnded()) return;
  signal(running.pid, running.service.stopSignal);
  if (await waitUntil(running.hasEnded, running.service.stopTimeoutMs)) return;
  signal(running.pid, 'SIGKILL');
  await running.ended;
};

export const startService = async (
  service: Service, onSpawn: (pid: number) => Promise<void> = () => Promise.resolve(),
): Promise<RunningService> => {
  const running = await spawnService(service);
  try {
    await onSpawn(running.pid);
    await waitForReady(running);
    return running;
  } catch (error) {
    await stopService(running);
    throw error;
  }
};
