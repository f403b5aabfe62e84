/**
 * Keeps the stack's processes running: starts them in order, starts again whatever dies (on the same ports, with a growing pause), stops
 * them in order. It judges nothing about the work: everything in flight is durable, so a restart is always right.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { spawnService, startService, stopService, waitForReady } from './run-service.ts';
import type { RunningService } from './run-service.ts';
import type { Service, ServiceName } from './service.ts';

export interface SupervisorEvents {
  /** A process runs (it may not answer yet): remember its pid. */
  readonly onSpawn: (name: ServiceName, pid: number) => Promise<void>;
  readonly onDeath: (name: ServiceName, restartInMs: number) => void;
  readonly onReturn: (name: ServiceName) => void;
}

export interface Supervisor {
  /** Starts these, all at once, and returns when each answers. */
  readonly start: (services: readonly Service[]) => Promise<void>;
  /** Stops what was started last first. Safe to call twice. */
  readonly stop: () => Promise<void>;
  /** Do not wait for a polite end any more: kill the workers and the API, whose work is durable. */
  readonly hurry: () => void;
}

const firstPauseMs = 250;
const longestPauseMs = 15_000;
/** Who ran this long before it died starts with the short pause again. */
const steadyMs = 60_000;

interface Kept {
  running: RunningService;
}

export const createSupervisor = (events: SupervisorEvents): Supervisor => {
  /** In the order of their start; each inner list was started at once. */
  const groups: Kept[][] = [];
  const stopping = new AbortController();
  let stopped: Promise<void> | null = null;

  const restart = async (kept: Kept, pauseMs: number): Promise<void> => {
    const { service } = kept.running;
    events.onDeath(service.name, pauseMs);
    await sleep(pauseMs, undefined, { signal: stopping.signal });
    kept.running = await spawnService(service);
    await events.onSpawn(service.name, kept.running.pid);
    await waitForReady(kept.running);
    if (!stopping.signal.aborted) events.onReturn(service.name);
  };

  const keepRunning = async (kept: Kept): Promise<void> => {
    let pauseMs = firstPauseMs;
    while (!stopping.signal.aborted) {
      const since = Date.now();
      await kept.running.ended;
      if (stopping.signal.aborted) return;
      pauseMs = Date.now() - since > steadyMs ? firstPauseMs : pauseMs;
      try { await restart(kept, pauseMs); } catch {
        if (stopping.signal.aborted) return;
        // It may hang without answering; the next round starts with a clean slate.
        await stopService(kept.running);
      }
      pauseMs = Math.min(pauseMs * 2, longestPauseMs);
    }
  };

  const startOne = async (service: Service, group: Kept[]): Promise<void> => {
    const running = await startService(service, (pid) => events.onSpawn(service.name, pid));
    const kept = { running };
    group.push(kept);
    void keepRunning(kept);
  };

  const stopAll = async (): Promise<void> => {
    stopping.abort();
    for (const group of groups.toReversed())
      await Promise.all(group.map(({ running }) => stopService(running)));
  };

  return {
    start: async (services) => {
      const group: Kept[] = [];
      groups.push(group);
      const results = await Promise.allSettled(services.map((service) => startOne(service, group)));
      for (const result of results) if (result.status === 'rejected') throw result.reason;
    },
    stop: () => (stopped ??= stopAll()),
    hurry: () => {
      for (const { running } of groups.flat()) {
        if (running.service.name === 'postgres' || running.service.name === 'engine' || running.hasEnded()) continue;
        try { process.kill(running.pid, 'SIGKILL'); } catch { /* it has ended */ }
      }
    },
  };
};
