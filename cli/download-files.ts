/** Fetches the files of a finished export: hashed on the way, put in place whole, tried again when the connection breaks. `waybill download`. */
import { createHash } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { rename, rm } from 'node:fs/promises';
import { Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { InvalidArgumentError } from 'commander';
import { WaybillError } from '../contracts/errors.ts';
import type { ApiClient } from './api-client.ts';
import { fetchJob } from './fetch-job.ts';
import { groupDigits, humanBytes } from './human-numbers.ts';
import type { JobDetails } from './job-report.ts';
import { writeOut } from './json-list.ts';
import { companionName, numberedName } from './parse-export-options.ts';
import { withRetry } from './retry.ts';
import type { CommandContext } from './run-command.ts';

export type ExportFile = JobDetails['exportFiles'][number];
export interface WrittenFile { readonly file: string; readonly rows: number; readonly bytes: number; readonly sha256: string }
export interface DownloadTarget {
  /** Path, or `-` for standard output. */
  readonly to: string;
  readonly purpose?: string;
}

const broke = (cause: unknown): never => {
  if (cause instanceof WaybillError) throw cause;
  throw new WaybillError('STACK_UNAVAILABLE', 'The download broke off; what was written is not whole.', {}, { cause });
};

const open = async (client: ApiClient, { path }: ExportFile, purpose: string | undefined) => {
  if (path === null) throw new WaybillError('EXPORT_EXPIRED', 'The file was removed when its time was over.');
  return client.fetch(`${path}${purpose === undefined ? '' : `?purpose=${encodeURIComponent(purpose)}`}`, { method: 'GET' });
};

const expectWhole = (file: ExportFile, sha256: string): void => {
  if (sha256 !== file.sha256) throw new WaybillError('STACK_UNAVAILABLE', 'The file arrived with another SHA-256 than it has.');
};

const toStandardOutput = async (client: ApiClient, file: ExportFile, purpose: string | undefined): Promise<void> => {
  const hash = createHash('sha256');
  const response = await open(client, file, purpose);
  try {
    for await (const piece of response) { hash.update(piece as Uint8Array); await writeOut(piece as Uint8Array); }
  } catch (error) { broke(error); }
  expectWhole(file, hash.digest('hex'));
};

const isOfTheDisk = (error: unknown): boolean => error instanceof Error && 'syscall' in error && ['open', 'write', 'rename'].includes(String(error.syscall));

const toFile = async (client: ApiClient, file: ExportFile, { to, purpose }: DownloadTarget): Promise<void> => {
  const draft = `${to}.${process.pid}.part`;
  const hash = createHash('sha256');
  const watch = new Transform({ transform: (piece: Uint8Array, _, done) => { hash.update(piece); done(null, piece); } });
  try {
    await pipeline(await open(client, file, purpose), watch, createWriteStream(draft, { mode: 0o600 }));
    expectWhole(file, hash.digest('hex'));
    await rename(draft, to);
  } catch (error) {
    await rm(draft, { force: true });
    if (isOfTheDisk(error)) throw new WaybillError('FILE_UNWRITABLE', 'The file cannot be written.', {}, { cause: error });
    broke(error);
  }
};

const targetOf = ({ no, extension }: ExportFile, to: string, numbered: boolean): string => {
  if (to === '-') return to;
  if (extension !== null) return companionName(to, extension);
  return numbered ? numberedName(to, no) : to;
};

/** Several files are numbered; so is one that is the only one of a split export. */
export const downloadFiles = async (client: ApiClient, job: Pick<JobDetails, 'exportFiles' | 'request'>, { to, purpose }: DownloadTarget): Promise<readonly WrittenFile[]> => {
  const split = (job.request as { readonly splitRows?: number | null }).splitRows;
  const numbered = split !== null && split !== undefined;
  // What stands beside the records does not go to standard output.
  const wanted = to === '-' ? job.exportFiles.filter(({ extension }) => extension === null) : job.exportFiles;
  if (to === '-' && wanted.length > 1) throw new InvalidArgumentError('Several files do not go to standard output; name a file with --to.');
  const written: WrittenFile[] = [];
  for (const file of wanted) {
    const target = targetOf(file, to, numbered);
    if (to === '-') await toStandardOutput(client, file, purpose);
    else await withRetry(() => toFile(client, file, { to: target, ...(purpose === undefined ? {} : { purpose }) }));
    written.push({ file: target, rows: file.rows, bytes: file.bytes, sha256: file.sha256 });
  }
  return written;
};

export const writtenText = (files: readonly WrittenFile[]): string =>
  files.map(({ file, rows, bytes, sha256 }) => `Wrote ${file}: ${groupDigits(rows)} rows, ${humanBytes(bytes)}, SHA-256 ${sha256}`).join('\n');

export const refuseJsonOnStandardOutput = (to: string, json: boolean): void => {
  if (to === '-' && json) throw new InvalidArgumentError('With --json the records go to a file: --to FILE.');
};

export const downloadJob = async ({ client, output }: CommandContext, id: string, target: DownloadTarget): Promise<void> => {
  refuseJsonOnStandardOutput(target.to, output.json);
  const job = await fetchJob(client, id);
  if (job.exportFiles.length === 0) throw new WaybillError('EXPORT_GONE', `The job is ${job.kind === 'export' ? job.state : 'no export'}; it has no files.`, { job: id, state: job.state });
  const files = await downloadFiles(client, job, target);
  if (target.to === '-') output.note(writtenText(files)); else output.result({ jobId: id, files }, () => writtenText(files));
};
