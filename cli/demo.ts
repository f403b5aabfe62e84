/**
 * `waybill demo`, which is `npm run demo`: a stack of its own in a folder of its own, the sample dataset, the sample file, and what came
 * of it. The commands it shows are the ones a user would type, run as a user's would be. Nothing is left behind unless --keep says so.
 */
import { spawn } from 'node:child_process';
import { chmod, copyFile, mkdir, mkdtemp, readdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { WaybillError } from '../contracts/errors.ts';
import { exitCodes } from '../contracts/job-states.ts';
import { checkoutFolder } from '../temporal-config/checkout-folder.ts';
import type { DataFolder } from '../temporal-config/data-folder.ts';
import { openDataFolder } from '../temporal-config/data-folder.ts';
import { publicKeyFileName } from './trusted-keys.ts';
import { removeData } from './reset.ts';
import { listenForStop } from './stop-signals.ts';
import { describeStack, startUnlessStopped, stopOnSignal } from './up.ts';
import type { RunningStack } from './start-stack.ts';
import type { StopSignals } from './stop-signals.ts';

const dataset = 'incidents';
const definitionFile = join(checkoutFolder, 'examples', 'incidents.dataset.json');
const sampleFile = join(checkoutFolder, 'examples', 'partner-incidents.csv');

const print = (line = ''): void => { process.stdout.write(`${line}\n`); };

/** The built command as a child, with this terminal: its progress bar is live. */
const runWaybill = (args: readonly string[], env: NodeJS.ProcessEnv, signal: AbortSignal): Promise<number> => new Promise((resolve, reject) => {
  print(`\n$ waybill ${args.map((arg) => arg.startsWith(checkoutFolder) ? relative(process.cwd(), arg) : arg).join(' ')}`);
  const child = spawn(process.execPath, [join(checkoutFolder, 'dist', 'cli.mjs'), ...args], { stdio: ['ignore', 'inherit', 'inherit'], env, signal, killSignal: 'SIGTERM' });
  child.once('error', reject);
  child.once('exit', (code) => { resolve(code ?? 1); });
});

const expectExit = async (wanted: readonly number[], running: Promise<number>): Promise<void> => {
  const code = await running;
  if (!wanted.includes(code)) throw new WaybillError('INTERNAL', `A command of the demo ended with exit code ${code}.`, { exitCode: code });
};

/** The import prints its books, the grouped issues, the receipt's path and the job's address in the Temporal UI by itself. */
const tellStory = async (env: NodeJS.ProcessEnv, { signal }: StopSignals): Promise<void> => {
  await expectExit([0], runWaybill(['dataset', 'apply', definitionFile], env, signal));
  await expectExit([exitCodes.completed, exitCodes.completed_with_rejects], runWaybill(['import', sampleFile, '--dataset', dataset], env, signal));
  await expectExit([0], runWaybill(['records', dataset, '--limit', '3', '--purpose', 'demo'], env, signal));
};

/** What the import proved outlives the demo: the receipt, and the key that verifies it. */
const keepReceipt = async ({ receipts, keys }: DataFolder, env: NodeJS.ProcessEnv, { signal }: StopSignals): Promise<void> => {
  const kept = join(checkoutFolder, '.waybill', 'demo');
  await mkdir(kept, { recursive: true });
  const [receipt] = await readdir(receipts);
  if (receipt === undefined) return;
  await copyFile(join(receipts, receipt), join(kept, 'receipt.json'));
  await copyFile(join(keys, publicKeyFileName), join(kept, publicKeyFileName));
  await expectExit([0], runWaybill(['receipt', 'verify', join(kept, 'receipt.json'), '--key', join(kept, publicKeyFileName)], env, signal));
};

const keepUp = async (stack: RunningStack, root: string, signals: StopSignals): Promise<void> => {
  print(`\nThe stack stays up. Other commands reach it with WAYBILL_DATA=${root}; Ctrl-C stops it and keeps the data.`);
  await stopOnSignal(stack, signals);
};

/** Its own servers even when the environment names others: a demo writes into nobody's database. */
const demoEnvironment = (root: string): NodeJS.ProcessEnv => {
  const { DATABASE_URL: _database, TEMPORAL_ADDRESS: _engine, WAYBILL_API: _api, WAYBILL_TOKEN: _token, ...rest } = process.env;
  return { ...rest, WAYBILL_DATA: root };
};

const makeRoot = async (): Promise<string> => {
  const root = await mkdtemp(join(tmpdir(), 'waybill-demo-'));
  // Under root the database's user must be able to enter it.
  if (process.getuid?.() === 0) await chmod(root, 0o711);
  return root;
};

export interface DemoOptions {
  readonly keep: boolean;
}

export const runDemo = async ({ keep }: DemoOptions): Promise<void> => {
  const signals = listenForStop();
  const root = await makeRoot();
  const env = demoEnvironment(root);
  const folder = await openDataFolder(env);
  let stack: RunningStack | null = null;
  try {
    print('Waybill demo: a partner’s file becomes records in PostgreSQL.\n');
    stack = await startUnlessStopped(folder, env, signals);
    if (stack === null) return;
    print(describeStack(stack.file, folder));
    await tellStory(env, signals);
    await keepReceipt(folder, env, signals);
    if (keep) await keepUp(stack, root, signals);
  } catch (error) {
    if (!signals.signal.aborted) throw error;
    print('\nStopped before the end.');
    process.exitCode = 130;
  } finally {
    signals.onSecond(() => stack?.hurry());
    if (!keep) print('\nStopping everything, and removing the demo’s data (the receipt stays); `npm run demo -- --keep` leaves it all up.');
    await stack?.stop();
    if (!keep) await removeData(folder);
    signals.forget();
  }
};
