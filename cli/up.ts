/** `waybill up`, which is `npm start`: the stack in the foreground until Ctrl-C. */
import { openDataFolder } from '../temporal-config/data-folder.ts';
import { startStack } from './start-stack.ts';
import { listenForStop } from './stop-signals.ts';
import type { DataFolder } from '../temporal-config/data-folder.ts';
import type { StackFile } from '../temporal-config/stack-files.ts';
import type { RunningStack } from './start-stack.ts';
import type { StopSignals } from './stop-signals.ts';

const print = (line: string): void => { process.stdout.write(`${line}\n`); };

export const describeStack = (file: StackFile, folder: DataFolder): string => [
  `  API           ${file.apiUrl}/graphql`,
  `  Temporal UI   ${file.uiUrl === '' ? '(of the engine that TEMPORAL_ADDRESS names)' : file.uiUrl}`,
  `  Token         ${file.tokenFile}`,
  `  Data          ${folder.root}`,
  `  Logs          ${folder.logs}`,
].join('\n');

/** Returns when everything has stopped. */
export const stopOnSignal = async (stack: RunningStack, signals: StopSignals): Promise<void> => {
  await signals.received;
  print('\nStopping: the chunks in flight are finished first. Ctrl-C again to stop at once; nothing is lost either way.');
  signals.onSecond(stack.hurry);
  await stack.stop();
  print('Stopped.');
};

/** A stop that was asked for during the start is not an error. */
export const startUnlessStopped = async (folder: DataFolder, env: NodeJS.ProcessEnv, signals: StopSignals): Promise<RunningStack | null> => {
  try {
    return await startStack({ folder, env, say: print, signal: signals.signal });
  } catch (error) {
    if (signals.signal.aborted) return null;
    throw error;
  }
};

export const runUp = async (): Promise<void> => {
  const signals = listenForStop();
  try {
    const folder = await openDataFolder();
    const stack = await startUnlessStopped(folder, process.env, signals);
    if (stack === null) { print('Stopped.'); return; }
    print(`\nWaybill is up.\n\n${describeStack(stack.file, folder)}\n\nCtrl-C stops everything; the data stays for the next start.`);
    await stopOnSignal(stack, signals);
  } finally {
    signals.forget();
  }
};
