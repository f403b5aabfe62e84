/** What e2e tests say often: a stack with an operator's tools, tables of a test's own, files of a test's own, and what came of an import. */
import { spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { expect } from 'vitest';
import type { Books } from '../../contracts/books.ts';
import { balances, emptyBooks } from '../../contracts/books.ts';
import type { Issue } from '../../contracts/issue-codes.ts';
import { checkoutFolder } from '../../temporal-config/checkout-folder.ts';
import { waitUntil } from '../../temporal-config/wait-until.ts';
import { startTestStack } from './stack.ts';
import type { CommandResult, TestStack, TestStackOptions } from './stack.ts';

export interface ImportAnswer extends CommandResult {
  readonly jobId: string;
  readonly state: string;
  readonly books: Books;
  readonly seconds: number;
  readonly receipt: string | null;
  readonly error: { readonly code: string; readonly message?: string; readonly place: Readonly<Record<string, unknown>>; readonly remedy: string } | null;
}

export interface Operator {
  readonly stack: TestStack;
  readonly folder: string;
  /** As a superuser. */
  readonly sql: <Row extends object = Record<string, unknown>>(text: string, values?: readonly unknown[]) => Promise<readonly Row[]>;
  /** Writes a file of the test's own; returns its path. */
  readonly file: (name: string, content: string | Uint8Array) => Promise<string>;
  /** `create table registry.NAME (COLUMNS)`, granted and added as a dataset of the same name. */
  readonly table: (name: string, columns: string) => Promise<void>;
  readonly load: (path: string, dataset: string, ...options: readonly string[]) => Promise<ImportAnswer>;
  /** Runs a command with `--json`, expects exit code 0 and returns what it printed. */
  readonly json: <Answer = unknown>(...args: readonly string[]) => Promise<Answer>;
  readonly issues: (jobId: string) => Promise<readonly Issue[]>;
  /** The command as a child, for tests that do something meanwhile. */
  readonly begin: (...args: readonly string[]) => RunningCommand;
  readonly close: () => Promise<void>;
}

export interface RunningCommand {
  readonly stderr: () => string;
  readonly stdout: () => string;
  readonly signal: (name: NodeJS.Signals) => void;
  readonly ended: Promise<CommandResult>;
}

const answerOf = (result: CommandResult): ImportAnswer => {
  const line = result.stdout.trim().split('\n').at(-1) ?? '';
  const parsed = (line === '' ? {} : JSON.parse(line)) as Partial<ImportAnswer>;
  return {
    ...result, jobId: parsed.jobId ?? '', state: parsed.state ?? '', books: parsed.books ?? emptyBooks, seconds: parsed.seconds ?? 0,
    receipt: parsed.receipt ?? null, error: parsed.error ?? null,
  };
};

const beginCommand = (stack: TestStack, args: readonly string[]): RunningCommand => {
  const child = spawn(process.execPath, [join(checkoutFolder, 'dist', 'cli.mjs'), ...args], { env: { ...process.env, ...stack.cliEnv, NO_COLOR: '1' }, stdio: ['ignore', 'pipe', 'pipe'] });
  let stdout = '', stderr = '';
  child.stdout.on('data', (piece: Buffer) => { stdout += piece.toString(); });
  child.stderr.on('data', (piece: Buffer) => { stderr += piece.toString(); });
  const ended = new Promise<CommandResult>((resolve) => { child.once('close', (code) => { resolve({ code: code ?? -1, stdout, stderr }); }); });
  return { stdout: () => stdout, stderr: () => stderr, signal: (name) => { child.kill(name); }, ended };
};

export const startOperator = async (options: TestStackOptions = {}): Promise<Operator> => {
  const stack = await startTestStack(options);
  const folder = await mkdtemp(join(tmpdir(), 'waybill-operator-'));
  const pool = new pg.Pool({ connectionString: stack.adminUrl, max: 3 });
  pool.on('error', () => undefined);
  const sql = async <Row extends object>(text: string, values: readonly unknown[] = []): Promise<readonly Row[]> => (await pool.query<Row>(text, [...values])).rows;
  const json = async <Answer>(...args: readonly string[]): Promise<Answer> => {
    const { code, stdout, stderr } = await stack.waybill(...args, '--json');
    expect(code, `${args.join(' ')}\n${stdout}\n${stderr}`).toBe(0);
    return JSON.parse(stdout) as Answer;
  };
  return {
    stack, folder, sql, json,
    file: async (name, content) => { const path = join(folder, name); await writeFile(path, content); return path; },
    table: async (name, columns) => {
      await pool.query(`create table registry.${name} (${columns}); grant select, insert, update, delete on registry.${name} to waybill_runtime`);
      await json('dataset', 'add', `registry.${name}`);
    },
    load: async (path, dataset, ...rest) => answerOf(await stack.waybill('import', path, '--dataset', dataset, '--json', ...rest)),
    issues: (jobId) => json<readonly Issue[]>('issues', jobId),
    begin: (...args) => beginCommand(stack, args),
    close: async () => { await pool.end(); await rm(folder, { recursive: true, force: true }); await stack.stop(); },
  };
};

/** `a,b\n1,2\n…` without quoting: for cells that need none. */
export const csvOf = (header: string, rows: readonly (readonly (string | number)[])[]): string => `${header}\n${rows.map((row) => `${row.join(',')}\n`).join('')}`;

/** Completed, with these outcomes and zero for all others; the sum is checked as well. */
export const expectBooks = (answer: ImportAnswer, books: Partial<Books>): void => {
  expect(answer.books, answer.stdout + answer.stderr).toEqual({ ...emptyBooks, ...books });
  expect(balances(answer.books)).toBe(true);
};

export const noStackTrace = ({ stdout, stderr }: CommandResult): void => { expect(stdout + stderr).not.toMatch(/\n\s+at .+:\d+|node:internal|Unhandled/); };

/** Waits until it is true, and says what was waited for when it never is. */
export const untilTrue = async (what: string, is: () => Promise<boolean> | boolean, milliseconds = 60_000, everyMs = 20): Promise<void> => {
  expect(await waitUntil(is, milliseconds, everyMs), what).toBe(true);
};

/** What a job must leave: no staging of its own, no writer, no staged chunk. */
export const leftovers = async ({ sql }: Pick<Operator, 'sql'>, jobId: string): Promise<readonly string[]> => {
  const tables = await sql<{ name: string }>(
    `select relname as name from pg_class c join pg_namespace n on n.oid = c.relnamespace where n.nspname = 'waybill_staging' and relkind = 'r' and relname like '%' || $1 || '%'`,
    [jobId.replaceAll('-', '')]);
  const rows = await sql<{ name: string }>(
    `select 'writer' as name from waybill.dataset_writers where job_id = $1 union all select 'staged chunk' from waybill.staged_chunks where job_id = $1`, [jobId]);
  return [...tables, ...rows].map(({ name }) => name);
};
