/** `waybill export`: start the job, follow it to its end, fetch its files; with `--preview` only look. */
import { randomUUID } from 'node:crypto';
import { access, constants } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { InvalidArgumentError } from 'commander';
import { WaybillError } from '../contracts/errors.ts';
import type { ExportCompression, ExportFormat } from '../contracts/export-request.ts';
import { isFinal } from '../contracts/job-states.ts';
import { downloadFiles, refuseJsonOnStandardOutput, writtenText } from './download-files.ts';
import type { WrittenFile } from './download-files.ts';
import { fetchJob, receiptFile } from './fetch-job.ts';
import { previewExportDocument, startExportDocument } from './generated/operations.ts';
import type { ExportSelection, StartExportInput } from './generated/operations.ts';
import { groupDigits, humanSeconds } from './human-numbers.ts';
import { failureOf, jobSeconds, reportJob } from './job-report.ts';
import type { JobDetails } from './job-report.ts';
import { shapeOfName } from './parse-export-options.ts';
import type { ExportFieldOption, SortOption } from './parse-export-options.ts';
import type { QuoteOption } from './parse-options.ts';
import { withRetry } from './retry.ts';
import type { CommandContext } from './run-command.ts';
import { printable, shorten, textTable } from './text-table.ts';
import { exitCodeOf, follow, interruptedExitCode, onInterrupt } from './watch-job.ts';

export interface ExportOptions {
  readonly to?: string;
  readonly format?: ExportFormat;
  readonly fields?: readonly ExportFieldOption[];
  readonly filter?: string;
  readonly sort?: readonly SortOption[];
  readonly compress?: ExportCompression;
  readonly splitRows?: number;
  readonly delimiter?: string;
  readonly quote?: QuoteOption;
  readonly bom?: boolean;
  readonly header?: boolean;
  readonly lineEnd?: 'crlf' | 'lf';
  readonly guardFormulas?: boolean;
  readonly partner?: string;
  readonly purpose?: string;
  readonly preview?: boolean;
  readonly detach?: boolean;
}

/** The last line of `export --json`. */
export interface ExportResult {
  readonly jobId: string;
  readonly state: JobDetails['state'];
  readonly rows: number | null;
  readonly files: readonly WrittenFile[];
  readonly seconds: number;
  /** Path on this machine; null when the job has none. */
  readonly receipt: string | null;
  readonly error?: { readonly code: string; readonly place: unknown; readonly remedy: string };
}

const defined = <Value extends object>(value: { readonly [Name in keyof Value]: Value[Name] | undefined }): Partial<Value> =>
  Object.fromEntries(Object.entries(value).filter(([, item]) => item !== undefined)) as Partial<Value>;

const selectionOf = (dataset: string, { fields, filter, sort, purpose }: ExportOptions): ExportSelection =>
  ({ dataset, ...defined<Partial<ExportSelection>>({ fields, filter, sort, purpose }) });

const dialectOf = ({ delimiter, quote, bom, header, lineEnd, guardFormulas }: ExportOptions): StartExportInput['dialect'] => {
  if (quote?.quote === null) throw new InvalidArgumentError('A file is written with quotes: double or single.');
  const said = defined({ delimiter, quote: quote?.quote, bom, header: header === false ? false : undefined, lineEnd, guardFormulas: guardFormulas === false ? false : undefined });
  return Object.keys(said).length === 0 ? undefined : said;
};

const inputOf = (dataset: string, to: string | undefined, options: ExportOptions): StartExportInput => {
  const shape = shapeOfName(to ?? '-');
  const format = options.format ?? shape?.format;
  if (format === undefined) throw new InvalidArgumentError('The file’s ending is none of csv, tsv, jsonl, json, geojson, xml (each also with .gz, .zst or .zip), parquet and xlsx, which are what is written (instead of XLS: xlsx); name one with --format.');
  return {
    ...selectionOf(dataset, options), format,
    ...defined<Partial<StartExportInput>>({ compress: options.compress ?? (format === 'parquet' ? undefined : shape?.compress ?? 'none'), splitRows: options.splitRows, dialect: dialectOf(options), partner: options.partner }),
  };
};

/** Before a job stands, not when it has been carried out. */
const refuseUnwritable = async (to: string): Promise<void> => {
  await access(dirname(resolve(to)), constants.W_OK).catch((cause: unknown) => { throw new WaybillError('FILE_UNWRITABLE', 'The file cannot be written.', {}, { cause }); });
};

const widestCell = 40;
export const previewExport = async ({ client, output }: CommandContext, dataset: string, options: ExportOptions): Promise<void> => {
  const { previewExport: preview } = await client.request(previewExportDocument, { input: selectionOf(dataset, options) });
  output.result({ count: preview.count, records: preview.rows.map((row) => Object.fromEntries(preview.columns.map((name, index) => [name, row[index] ?? null]))) }, () => [
    `${groupDigits(preview.count)} records${preview.count > preview.rows.length ? `; the first ${preview.rows.length}:` : ''}`,
    ...(preview.rows.length === 0 ? [] : [textTable(preview.columns.map((title) => ({ title: printable(title) })), preview.rows.map((row) => row.map((cell) => shorten(printable(cell ?? ''), widestCell))))]),
  ].join('\n'));
};

const resultOf = (job: JobDetails, files: readonly WrittenFile[], receipt: string | null): ExportResult => ({
  jobId: job.id, state: job.state, rows: job.rowsTotal, files, seconds: jobSeconds(job), receipt,
  ...(job.error === null ? {} : { error: { code: job.error.code, place: job.error.place, remedy: job.error.remedy } }),
});

const detached = ({ output }: CommandContext, job: JobDetails): void => {
  output.note(`The job goes on. Follow it with: waybill watch ${job.id}; fetch its files with: waybill download ${job.id} --to FILE`);
  output.printJson(resultOf(job, [], null));
};

interface Ended { readonly job: JobDetails; readonly to: string }
const finish = async ({ client, output }: CommandContext, { job, to }: Ended, purpose: string | undefined): Promise<number> => {
  const receipt = await receiptFile(client, job.id);
  const failure = failureOf(job);
  if (failure !== null) output.note(failure);
  const files = job.state === 'completed' ? await downloadFiles(client, job, { to, ...(purpose === undefined ? {} : { purpose }) }) : [];
  const text = job.state === 'completed'
    ? [`Job ${job.id} completed in ${humanSeconds(jobSeconds(job))}.`, writtenText(files), ...(receipt === null ? [] : [`Receipt: ${receipt}`])].join('\n') : reportJob(job, receipt);
  if (to === '-') output.note(text); else output.result(resultOf(job, files, receipt), () => text);
  return exitCodeOf(job.state);
};

export const runExport = async (context: CommandContext, dataset: string, options: ExportOptions): Promise<number> => {
  const { client, output } = context;
  const { to } = options;
  if (to === undefined && options.detach !== true) throw new InvalidArgumentError('Name the file with --to FILE, or - for standard output.');
  refuseJsonOnStandardOutput(to ?? '', output.json);
  if (to === '-' && options.splitRows !== undefined) throw new InvalidArgumentError('Several files do not go to standard output; name a file with --to.');
  const input = inputOf(dataset, to, options);
  if (to !== undefined && to !== '-') await refuseUnwritable(to);
  // One key an invocation: a start whose answer got lost is said again and starts nothing new.
  const idempotencyKey = randomUUID();
  const { startExport } = await withRetry(() => client.request(startExportDocument, { input, idempotencyKey }));
  const jobId = startExport.job.id;
  output.note(`Job ${jobId}`);
  if (options.detach === true || to === undefined) { detached(context, await fetchJob(client, jobId, { patient: true })); return 0; }
  const interrupt = onInterrupt();
  try {
    const ended = await follow(client, jobId, { output, signal: interrupt.signal });
    const job = await fetchJob(client, jobId, { patient: true });
    if (ended || isFinal(job.state)) return await finish(context, { job, to }, options.purpose);
    detached(context, job);
    return interruptedExitCode;
  } finally {
    interrupt.forget();
  }
};
