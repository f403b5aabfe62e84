/** From a job that runs to what is said at its end; shared by `import` and `watch`. Ctrl-C detaches and never cancels. */
import { exitCodes, isFinal } from '../contracts/job-states.ts';
import type { JobState } from '../contracts/job-states.ts';
import type { ApiClient } from './api-client.ts';
import { fetchJob, receiptFile } from './fetch-job.ts';
import { followJob } from './follow-job.ts';
import { failureOf, jobSeconds, noBooks, reportJob } from './job-report.ts';
import type { Books, JobDetails } from './job-report.ts';
import type { Output } from './output.ts';
import { progressDisplay } from './progress-display.ts';
import { questionText } from './question-text.ts';

/** The last line of `import --json` and `watch --json`. */
export interface JobResult {
  readonly jobId: string;
  readonly state: JobState;
  readonly books: Books;
  readonly seconds: number;
  /** Path on this machine; null when the job has none. */
  readonly receipt: string | null;
  /** Guesses of how the file is written that a person should look at. */
  readonly doubts?: JobDetails['doubts'];
  /** Verdicts of the rules for the file as a whole. */
  readonly fileFindings?: JobDetails['fileFindings'];
  readonly exceededLimits?: JobDetails['exceededLimits'];
  /** Of a dry run. */
  readonly draft?: NonNullable<JobDetails['draft']>;
  /** By which the file was treated, and how it differs from it. */
  readonly template?: NonNullable<JobDetails['template']> & { readonly drift: JobDetails['drift'] };
  /** Of an export; `waybill download` fetches them. */
  readonly files?: readonly { readonly name: string; readonly rows: number; readonly bytes: number; readonly sha256: string }[];
  /** Why a job was refused or failed. */
  readonly error?: { readonly code: string; readonly message: string; readonly place: unknown; readonly remedy: string };
}

export interface WatchOptions {
  readonly output: Output;
  /** Aborted: detach. Without one, Ctrl-C detaches. */
  readonly signal?: AbortSignal;
}

export interface Watched {
  readonly result: JobResult;
  readonly exitCode: number;
  readonly job: JobDetails;
}

/** As a shell says it of a command that Ctrl-C ended. */
export const interruptedExitCode = 130;

export const onInterrupt = (): { readonly signal: AbortSignal; readonly forget: () => void } => {
  const controller = new AbortController();
  const abort = (): void => { controller.abort(); };
  process.once('SIGINT', abort);
  return { signal: controller.signal, forget: () => { process.off('SIGINT', abort); } };
};

export const resultOf = (job: JobDetails, receipt: string | null): JobResult => ({
  jobId: job.id, state: job.state, books: job.books ?? noBooks, seconds: jobSeconds(job), receipt,
  ...(job.doubts.length === 0 ? {} : { doubts: job.doubts }),
  ...(job.fileFindings.length === 0 ? {} : { fileFindings: job.fileFindings }),
  ...(job.exceededLimits.length === 0 ? {} : { exceededLimits: job.exceededLimits }),
  ...(job.draft === null ? {} : { draft: job.draft }),
  ...(job.template === null ? {} : { template: { ...job.template, drift: job.drift } }),
  ...(job.kind === 'export' ? { files: job.exportFiles.map(({ name, rows, bytes, sha256 }) => ({ name, rows, bytes, sha256 })) } : {}),
  ...(job.error === null ? {} : { error: { code: job.error.code, message: job.error.message, place: job.error.place, remedy: job.error.remedy } }),
});

export const exitCodeOf = (state: JobState): number => isFinal(state) ? exitCodes[state] : 0;

/** False when the signal ended it before the job did. */
export const follow = async (client: ApiClient, jobId: string, { output, signal }: { readonly output: Output; readonly signal: AbortSignal }): Promise<boolean> => {
  const display = progressDisplay(process.stderr, { silent: output.json });
  let away = false, asked = false;
  const tellQuestion = (): void => {
    // Without a terminal, too: whoever reads the log later finds what the job waited for.
    fetchJob(client, jobId).then((job) => {
      const lines = questionText(job);
      if (!output.json) lines.forEach(display.say); else if (lines.length > 0) process.stderr.write(`${String(lines[0])} See it with: waybill job ${jobId}\n`);
    }, () => undefined);
  };
  try {
    const last = await followJob(client, jobId, {
      signal,
      onProgress: (progress) => {
        away = false;
        display.show(progress);
        if (progress.question !== null && !asked) tellQuestion();
        asked = progress.question !== null;
      },
      onAway: () => { if (!away) display.say('The API does not answer; the job goes on. Trying again …'); away = true; },
    });
    return last !== null;
  } finally {
    display.end();
  }
};

export const watchJob = async (client: ApiClient, jobId: string, { output, signal: given }: WatchOptions): Promise<Watched> => {
  const interrupt = given === undefined ? onInterrupt() : { signal: given, forget: () => undefined };
  try {
    const ended = await follow(client, jobId, { output, signal: interrupt.signal });
    const job = await fetchJob(client, jobId, { patient: true });
    if (!ended && !isFinal(job.state)) {
      output.note(`Detached; the job goes on. Come back with: waybill watch ${jobId}`);
      const result = resultOf(job, null);
      output.printJson(result);
      return { result, exitCode: interruptedExitCode, job };
    }
    const receipt = await receiptFile(client, jobId);
    const result = resultOf(job, receipt);
    const failure = failureOf(job);
    if (failure !== null) output.note(failure);
    output.result(result, () => reportJob(job, receipt));
    return { result, exitCode: exitCodeOf(job.state), job };
  } finally {
    interrupt.forget();
  }
};
