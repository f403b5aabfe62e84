/**
 * `waybill demo`, which is `npm run demo`: a stack of its own in a folder of its own, the sample dataset, the sample file, and what came
 * of it. The commands it shows are the ones a user would type, run as a user's would be. Nothing is left behind unless --keep says so.
 */
import { spawn } from 'node:child_process';
import { chmod, mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { WaybillError } from '../contracts/errors.ts';
import { exitCodes } from '../contracts/job-states.ts';
import { checkoutFolder } from '../temporal-config/checkout-folder.ts';
import { openDataFolder } from '../temporal-config/data-folder.ts';
import { findApi } from './api-address.ts';
import { ApiClient } from './api-client.ts';
import { jobDocument, jobsDocument, recordsDocument } from './generated/operations.ts';
import { removeData } from './reset.ts';
import { listenForStop } from './stop-signals.ts';
import { describeStack, startUnlessStopped, stopOnSignal } from './up.ts';
import type { JobQuery } from './generated/operations.ts';
import type { RunningStack } from './start-stack.ts';
import type { StopSignals } from './stop-signals.ts';

type Job = NonNullable<JobQuery['job']>;

const dataset = 'incidents';
const definitionFile = join(checkoutFolder, 'examples', 'incidents.dataset.json');
const sampleFile = join(checkoutFolder, 'examples', 'partner-incidents.csv');
const longestCell = 60;

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

const padded = (rows: readonly (readonly string[])[]): readonly string[] => {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  return rows.map((row) => `  ${row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('  ')}`.trimEnd());
};

const printBooks = ({ books }: Job): void => {
  if (books === null) return;
  print('\nThe books: where every row of the file ended');
  const lines = Object.entries(books).filter((entry): entry is [string, number] => typeof entry[1] === 'number');
  for (const line of padded(lines.map(([name, rows]) => [name, rows.toLocaleString('en-US').padStart(8)]))) print(line);
};

const printIssues = ({ issueGroups }: Job): void => {
  print('\nIssues, grouped (each row and reason: `waybill issues`; the rows themselves: `waybill rejects`)');
  const rows = issueGroups.map(({ code, field, severity, rows: count, firstRow }) =>
    [code, field ?? '', severity, count.toLocaleString('en-US').padStart(6), `first in row ${firstRow}`]);
  for (const line of padded(rows)) print(line);
};

/** One field a line, without the newlines and the length that cells may have. */
const printRecords = (records: readonly unknown[]): void => {
  print(`\nThree of the records, as they are in PostgreSQL now`);
  records.forEach((record, index) => {
    const fields = typeof record === 'object' && record !== null ? Object.entries(record) : [];
    print(`  record ${index + 1}`);
    for (const line of padded(fields.map(([name, value]) => {
      const text = (typeof value === 'string' ? value : JSON.stringify(value) ?? '').replace(/\s+/g, ' ');
      return [`  ${name}`, text.length > longestCell ? `${text.slice(0, longestCell - 1)}…` : text];
    }))) print(line);
  });
};

const showOutcome = async (env: NodeJS.ProcessEnv, uiUrl: string): Promise<void> => {
  const client = new ApiClient(await findApi(env));
  const { jobs } = await client.request(jobsDocument, { filter: null, first: 1, after: null });
  const id = jobs.jobs[0]?.id;
  const job = id === undefined ? null : (await client.request(jobDocument, { id })).job;
  if (job === null) throw new WaybillError('INTERNAL', 'The demo’s job is not listed.');
  const { records } = await client.request(recordsDocument, { dataset, first: 3, purpose: 'demo' });
  printBooks(job);
  printIssues(job);
  printRecords(records);
  print(`\nReceipt (signed; \`waybill receipt verify\` checks it offline)\n  ${client.receiptPath(job.id)}`);
  print(`\nThe job in the Temporal UI (while the stack is up)\n  ${job.workflowUrl ?? `${uiUrl}/namespaces/default/workflows/${encodeURIComponent(job.workflowId)}`}`);
};

const tellStory = async (stack: RunningStack, env: NodeJS.ProcessEnv, signals: StopSignals): Promise<void> => {
  await expectExit([0], runWaybill(['dataset', 'apply', definitionFile], env, signals.signal));
  await expectExit([exitCodes.completed, exitCodes.completed_with_rejects], runWaybill(['import', sampleFile, '--dataset', dataset], env, signals.signal));
  await showOutcome(env, stack.file.uiUrl);
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
    await tellStory(stack, env, signals);
    if (keep) await keepUp(stack, root, signals);
  } catch (error) {
    if (!signals.signal.aborted) throw error;
    print('\nStopped before the end.');
    process.exitCode = 130;
  } finally {
    signals.onSecond(() => stack?.hurry());
    if (!keep) print('\nStopping everything the demo started …');
    await stack?.stop();
    if (!keep) await removeData(folder);
    signals.forget();
  }
};
