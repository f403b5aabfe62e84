/**
 * What a killed supervisor left running. Found twice over: by the pids it recorded (with their start times) and by WAYBILL_STACK_ID in
 * /proc/<pid>/environ, for a process that was started and not recorded yet. They are ended, in the order of a normal stop, not adopted: a
 * process that is not our child cannot be waited for, and a restart costs seconds, because the work in flight is durable.
 */
import { readFile, readdir } from 'node:fs/promises';
import { runningPostmaster } from './embedded-postgres.ts';
import { startTimeOf } from './process-identity.ts';
import { readSettings, readStackFile } from './stack-files.ts';
import { waitUntil } from './wait-until.ts';
import type { DataFolder } from './data-folder.ts';

interface Leftover {
  readonly name: string;
  readonly pid: number;
  readonly startTime: string;
}

const marked = async (pid: number, stackId: string): Promise<boolean> =>
  (await readFile(`/proc/${pid}/environ`, 'utf8').catch(() => '')).split('\0').includes(`WAYBILL_STACK_ID=${stackId}`);

/** Pids of every process of the stack; empty where there is no /proc. */
export const processesOfStack = async (stackId: string): Promise<readonly number[]> => {
  const names = await readdir('/proc').catch(() => []);
  const pids = names.filter((name) => /^\d+$/.test(name)).map(Number).filter((pid) => pid !== process.pid);
  const found = await Promise.all(pids.map(async (pid) => await marked(pid, stackId) ? [pid] : []));
  return found.flat();
};

const isAlive = ({ pid, startTime }: Leftover): boolean => startTimeOf(pid) === startTime;

const findLeftovers = async (folder: DataFolder): Promise<readonly Leftover[]> => {
  const found = new Map<number, Leftover>();
  const add = (name: string, pid: number): void => {
    const startTime = startTimeOf(pid);
    if (startTime !== null && !found.has(pid)) found.set(pid, { name, pid, startTime });
  };
  const postmaster = await runningPostmaster(folder.cluster);
  if (postmaster !== null) add('postgres', postmaster);
  for (const [name, { pid, startTime }] of Object.entries((await readStackFile(folder))?.processes ?? {}))
    if (startTimeOf(pid) === startTime) add(name, pid);
  const settings = await readSettings(folder);
  // Backends of a living postmaster end with it; a name is only needed for the order.
  if (settings !== null) for (const pid of await processesOfStack(settings.stackId)) add('service', pid);
  return [...found.values()];
};

const signal = (pid: number, name: NodeJS.Signals): void => {
  try { process.kill(pid, name); } catch { /* it has ended */ }
};

const end = async (leftovers: readonly Leftover[], how: NodeJS.Signals, patienceMs: number): Promise<void> => {
  for (const { pid } of leftovers) signal(pid, how);
  const gone = (): boolean => leftovers.every((leftover) => !isAlive(leftover));
  if (await waitUntil(gone, patienceMs)) return;
  for (const leftover of leftovers) if (isAlive(leftover)) signal(leftover.pid, 'SIGKILL');
  await waitUntil(gone, 10_000);
};

/** Ends them and says how many there were. Hold the stack's lock. */
export const endLeftovers = async (folder: DataFolder): Promise<number> => {
  const all = await findLeftovers(folder);
  const named = (...names: readonly string[]): readonly Leftover[] =>
    all.filter(({ name }) => names.some((start) => name.startsWith(start)));
  await end(named('api', 'worker', 'service'), 'SIGTERM', 10_000);
  await end(named('engine'), 'SIGTERM', 10_000);
  await end(named('postgres'), 'SIGINT', 30_000);
  return all.length;
};
