/** `waybill jobs`, `job`, `pause`, `resume`, `cancel`, `issues` and `rejects`. */
import { createWriteStream } from 'node:fs';
import { rename, rm } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';
import { InvalidArgumentError } from 'commander';
import { WaybillError } from '../contracts/errors.ts';
import type { CommandContext } from './run-command.ts';
import type { ApiClient } from './api-client.ts';
import { fetchJob, receiptFile } from './fetch-job.ts';
import { cancelJobDocument, issuesDocument, jobsDocument, pauseJobDocument, resumeJobDocument } from './generated/operations.ts';
import type { IssuesQuery, JobLineFragment, JobState, WishAnswer } from './generated/operations.ts';
import { groupDigits } from './human-numbers.ts';
import { failureOf, reportJob } from './job-report.ts';
import { writeJsonList, writeOut } from './json-list.ts';
import { withRetry } from './retry.ts';
import { shorten, textTable } from './text-table.ts';

export interface JobsOptions {
  readonly state?: readonly string[];
  readonly dataset?: string;
  readonly limit?: number;
}

const largestPage = 100;

async function* listJobs(client: ApiClient, { state, dataset, limit = 20 }: JobsOptions): AsyncGenerator<JobLineFragment, void, undefined> {
  // The words were checked against the contract when they were parsed.
  const filter = { ...(state === undefined ? {} : { states: state as readonly JobState[] }), ...(dataset === undefined ? {} : { dataset }) };
  let left = limit;
  let after: string | null = null;
  do {
    const page: { readonly jobs: readonly JobLineFragment[]; readonly next: string | null } =
      (await client.request(jobsDocument, { filter, first: Math.min(left, largestPage), after })).jobs;
    yield* page.jobs;
    left -= page.jobs.length;
    after = page.jobs.length === 0 ? null : page.next;
  } while (after !== null && left > 0);
}

const rowsOf = ({ books, kind, rowsTotal }: JobLineFragment): string => {
  const rows = books?.read ?? (kind === 'export' ? rowsTotal : null);
  return rows === null ? '' : groupDigits(rows);
};

const stateNote = ({ state, paused, reminded }: JobLineFragment): string =>
  `${paused ? ' (paused)' : ''}${state === 'awaiting_mapping' && reminded > 0 ? ` (reminded${reminded > 1 ? ` ${reminded} times` : ''})` : ''}`;

const jobRow = (job: JobLineFragment): readonly string[] => [
  job.createdAt.slice(0, 19).replace('T', ' '), job.id, `${job.state}${stateNote(job)}`, job.dataset ?? '',
  rowsOf(job), job.books === null ? '' : groupDigits(job.books.quarantined), job.kind === 'export' ? '(export)' : shorten(job.fileName ?? '', 40),
];

export const showJobs = async ({ client, output }: CommandContext, options: JobsOptions): Promise<void> => {
  if (output.json) { await writeJsonList(listJobs(client, options), writeOut); return; }
  const rows: (readonly string[])[] = [];
  for await (const job of listJobs(client, options)) rows.push(jobRow(job));
  output.print(rows.length === 0 ? 'No jobs.' : textTable(
    [{ title: 'created (UTC)' }, { title: 'job' }, { title: 'state' }, { title: 'dataset' }, { title: 'rows', align: 'right' }, { title: 'quarantined', align: 'right' }, { title: 'file' }], rows));
};

export const showJob = async ({ client, output }: CommandContext, id: string): Promise<void> => {
  const job = await fetchJob(client, id);
  const receipt = job.finishedAt === null ? null : await receiptFile(client, id);
  output.result({ ...job, receipt }, () => [failureOf(job), reportJob(job, receipt)].filter((part) => part !== null).join('\n'));
};

const answerText: Readonly<Record<WishAnswer, string>> = {
  heard: 'The job has heard it.',
  refused: 'The job did not take it: it is over.',
  no_worker: 'No worker answers at the moment. The wish is kept and holds as soon as one is back.',
};

interface Wish { readonly job: unknown; readonly answer: WishAnswer }
const tellWish = ({ output }: CommandContext, wish: Wish): number => {
  output.result(wish, () => answerText[wish.answer]);
  return wish.answer === 'refused' ? 6 : 0;
};

export const pauseJob = async (context: CommandContext, jobId: string): Promise<number> =>
  tellWish(context, (await context.client.request(pauseJobDocument, { jobId })).pauseJob);
export const resumeJob = async (context: CommandContext, jobId: string): Promise<number> =>
  tellWish(context, (await context.client.request(resumeJobDocument, { jobId })).resumeJob);
export const cancelJob = async (context: CommandContext, jobId: string, reason: string | undefined): Promise<number> =>
  tellWish(context, (await context.client.request(cancelJobDocument, { jobId, reason: reason ?? null })).cancelJob);

type Issue = IssuesQuery['issues']['issues'][number];
const issuePage = 1_000;

async function* listIssues(client: ApiClient, jobId: string, purpose: string | undefined): AsyncGenerator<readonly Issue[], void, undefined> {
  let after: string | null = null;
  do {
    const cursor: string | null = after;
    const page: IssuesQuery['issues'] = (await withRetry(() => client.request(issuesDocument, { jobId, first: issuePage, after: cursor, purpose: purpose ?? null }))).issues;
    yield page.issues;
    after = page.issues.length === 0 ? null : page.next;
  } while (after !== null);
}

async function* flat<Item>(pages: AsyncIterable<readonly Item[]>): AsyncGenerator<Item, void, undefined> {
  for await (const page of pages) yield* page;
}

const issueColumns = [
  { title: 'row', align: 'right' }, { title: 'line', align: 'right' }, { title: 'column', align: 'right' }, { title: 'field' }, { title: 'code' }, { title: 'severity' },
] as const;

const issueRow = (issue: Issue): readonly string[] =>
  [String(issue.rowNo), String(issue.lineNo), String(issue.columnNo ?? ''), issue.field ?? '', issue.code, issue.severity];

export interface ReadOptions { readonly purpose?: string }
export const showIssues = async ({ client, output }: CommandContext, jobId: string, { purpose }: ReadOptions): Promise<void> => {
  // An unknown job is an error here and not an empty list.
  await fetchJob(client, jobId);
  if (output.json) { await writeJsonList(flat(listIssues(client, jobId, purpose)), writeOut); return; }
  let before = 0;
  for await (const page of listIssues(client, jobId, purpose)) {
    // Tables of a thousand rows: widths differ a little from one to the next, memory does not grow.
    const text = page.length === 0 ? '' : textTable(issueColumns, page.map(issueRow));
    if (text !== '') await writeOut(`${before === 0 ? text : text.slice(text.indexOf('\n') + 1)}\n`);
    before += page.length;
  }
  if (before === 0) output.print('No issues.');
};

export interface RejectsOptions extends ReadOptions { readonly output?: string }
export const downloadRejects = async ({ client, output }: CommandContext, jobId: string, options: RejectsOptions): Promise<void> => {
  if (output.json && options.output === undefined) throw new InvalidArgumentError('With --json the rows go to a file: --output FILE.');
  await fetchJob(client, jobId);
  const query = options.purpose === undefined ? '' : `?purpose=${encodeURIComponent(options.purpose)}`;
  const response = await client.fetch(`/jobs/${encodeURIComponent(jobId)}/rejects${query}`, { method: 'GET' });
  const broke = (cause: unknown): never => { throw new WaybillError('STACK_UNAVAILABLE', 'The download broke off; what was written is not whole.', {}, { cause }); };
  if (options.output === undefined) {
    try { for await (const piece of response) await writeOut(piece as Uint8Array); } catch (error) { broke(error); }
    return;
  }
  const draft = `${options.output}.${process.pid}.part`;
  try {
    await pipeline(response, createWriteStream(draft, { mode: 0o600 }));
    await rename(draft, options.output);
  } catch (error) {
    await rm(draft, { force: true });
    broke(error);
  }
  output.result({ jobId, file: options.output }, () => `Wrote ${String(options.output)}`);
};
