/** `waybill import`: send the file, start the job, follow it to its end. `npm run demo` uses {@link runImport} too. */
import { randomUUID } from 'node:crypto';
import { basename } from 'node:path';
import type { ApiClient } from './api-client.ts';
import { fetchJob } from './fetch-job.ts';
import { estimateImportDocument, startImportDocument } from './generated/operations.ts';
import type { DuplicatePolicy, LoadMode, OnError, StartImportInput } from './generated/operations.ts';
import { humanBytes, humanSeconds, plural } from './human-numbers.ts';
import type { Output } from './output.ts';
import { createOutput } from './output.ts';
import type { DateFormatOption, MapOption, MaxErrorsOption, TemplateOption } from './parse-options.ts';
import { mapOf } from './read-mapping-file.ts';
import { readTreatment } from './read-treatment-file.ts';
import type { Treatment } from './read-treatment-file.ts';
import { parseOverridesOf } from './parse-override-options.ts';
import type { ParseOverrideOptions } from './parse-override-options.ts';
import { withRetry } from './retry.ts';
import { uploadFile } from './upload-file.ts';
import type { UploadedFile } from './upload-file.ts';
import { resultOf, watchJob } from './watch-job.ts';
import type { Watched } from './watch-job.ts';

export interface ImportOptions extends ParseOverrideOptions {
  /** Path, or `-` for standard input. */
  readonly file: string;
  /** Default: the template's. */
  readonly dataset?: string;
  /** False: none, also where the file is recognised. */
  readonly template?: TemplateOption | false;
  readonly acceptDrift?: boolean;
  readonly mode?: LoadMode;
  readonly key?: readonly string[];
  readonly map?: readonly MapOption[];
  /** Path of a JSON file of map entries. */
  readonly mapping?: string;
  /** Path of a JSON file of rules, row filter, derived key, load policy and limits. */
  readonly rules?: string;
  /** CEL: the rows that are kept. */
  readonly keep?: string;
  readonly dateFormat?: readonly DateFormatOption[];
  readonly duplicates?: DuplicatePolicy;
  readonly onError?: OnError;
  readonly maxErrors?: MaxErrorsOption;
  readonly partner?: string;
  readonly purpose?: string;
  readonly zone?: string;
  readonly dryRun?: boolean;
  readonly again?: boolean;
  /** Wait for a person where the mapping is not sure. */
  readonly ask?: boolean;
  readonly detach?: boolean;
}

export interface ImportSurroundings {
  /** Default: for people. */
  readonly output?: Output;
  /** Aborted: detach from the running job. Default: by Ctrl-C. */
  readonly signal?: AbortSignal;
}

const defined = <Value extends object>(value: { readonly [Name in keyof Value]: Value[Name] | undefined }): Partial<Value> =>
  Object.fromEntries(Object.entries(value).filter(([, item]) => item !== undefined)) as Partial<Value>;

export const startImportInput = (options: ImportOptions, { sha256 }: Pick<UploadedFile, 'sha256'>, treatment: Treatment = {}): StartImportInput => {
  const parse = parseOverridesOf(options);
  return {
    sha256, fileName: options.file === '-' ? 'standard input' : basename(options.file),
    ...defined<Partial<StartImportInput>>({
      dataset: options.dataset, ...(options.template === false ? { noTemplate: true } : { template: options.template }), acceptDrift: options.acceptDrift,
      mode: options.mode, key: options.key, map: options.map, dateOrders: options.dateFormat, duplicates: options.duplicates,
      onError: options.onError, maxErrors: options.maxErrors?.maxErrors, maxErrorPercent: options.maxErrors?.maxErrorPercent,
      partner: options.partner, purpose: options.purpose, zone: options.zone, dryRun: options.dryRun, again: options.again, whenUnsure: options.ask === true ? 'ask' : undefined,
      ...treatment, ...(options.keep === undefined ? {} : { rowFilter: options.keep }),
      parse: Object.keys(parse).length === 0 ? undefined : parse,
    }),
  };
};

const slowUploadBytes = 32 * 1024 * 1024;

const upload = async (client: ApiClient, file: string, output: Output): Promise<UploadedFile> => {
  const terminal = process.stderr;
  const live = terminal.isTTY && !output.json;
  const uploaded = await uploadFile(client, file, {
    onBytes: (sent, total) => {
      if (live && (total ?? sent) > slowUploadBytes) terminal.write(`\r\u001b[2KSending ${humanBytes(sent)}${total === null ? '' : ` of ${humanBytes(total)}`}`);
    },
  });
  if (live && uploaded.bytes > slowUploadBytes) terminal.write('\r\u001b[2K');
  return uploaded;
};

/** Told before the start; what cannot be estimated (an unknown dataset, a file that is no text) is told by the start itself. */
const tellEstimate = async (client: ApiClient, input: StartImportInput, output: Output): Promise<void> => {
  const { dataset } = input;
  if (output.json || dataset === undefined || dataset === null) return;
  const estimate = await client.request(estimateImportDocument, { sha256: input.sha256, dataset, parse: input.parse ?? null })
    .then((answer) => answer.estimateImport, () => null);
  if (estimate === null) return;
  const free = estimate.bytesFree === null ? '' : ` of ${humanBytes(estimate.bytesFree)} free`;
  output.note(`About ${plural(estimate.rows, 'row')}, ${humanSeconds(Math.max(0.01, estimate.seconds))}, at most ${humanBytes(estimate.bytesNeeded)} of disk${free}.`);
};

export const runImport = async (client: ApiClient, options: ImportOptions, surroundings: ImportSurroundings = {}): Promise<Watched> => {
  const output = surroundings.output ?? createOutput(false);
  // A mapping that cannot be read is told before the file is sent.
  const map = await mapOf(options);
  const treatment = options.rules === undefined ? {} : await readTreatment(options.rules);
  const uploaded = await upload(client, options.file, output);
  output.note(`Received ${humanBytes(uploaded.bytes)}, SHA-256 ${uploaded.sha256}`);
  const input = startImportInput({ ...options, ...map }, uploaded, treatment);
  await tellEstimate(client, input, output);
  // One key an invocation: a start whose answer got lost is said again and starts nothing new.
  const idempotencyKey = randomUUID();
  const { startImport } = await withRetry(() => client.request(startImportDocument, { input, idempotencyKey }));
  const jobId = startImport.job.id;
  output.note(`Job ${jobId}`);
  if (options.detach !== true) return watchJob(client, jobId, { output, ...(surroundings.signal === undefined ? {} : { signal: surroundings.signal }) });
  const job = await fetchJob(client, jobId, { patient: true });
  const result = resultOf(job, null);
  output.result(result, () => `Started. Follow it with: waybill watch ${jobId}`);
  return { result, exitCode: 0, job };
};
