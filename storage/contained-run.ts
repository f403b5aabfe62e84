/** One piece of work on a thread that has limits of memory and time: whatever a parser does there, the process goes on. */
import { Worker } from 'node:worker_threads';
import { WaybillError } from '../contracts/errors.ts';
import type { ErrorCode, ErrorPlace } from '../contracts/errors.ts';

export interface RunLimits {
  readonly heapMb: number;
  readonly seconds: number;
}

interface Answer { readonly result?: unknown; readonly failure?: { readonly code: ErrorCode; readonly message: string; readonly place: ErrorPlace } | null }

/** What is wrong with a file that breaks its parser. */
const broken = (message: string, place: ErrorPlace): WaybillError => new WaybillError('FILE_WORKBOOK_INVALID', message, place);

/** @param entry a module that posts one {@link Answer} about its `workerData` */
export const runContained = (entry: URL, input: unknown, { heapMb, seconds }: RunLimits): Promise<unknown> => new Promise((resolve, reject) => {
  const thread = new Worker(entry, { workerData: input, resourceLimits: { maxOldGenerationSizeMb: heapMb, maxYoungGenerationSizeMb: 16 } });
  const end = (settle: () => void): void => {
    clearTimeout(timer);
    settle();
    void thread.terminate();
  };
  const timer = setTimeout(() => { end(() => { reject(broken(`Reading the workbook took more than ${seconds} seconds.`, { seconds })); }); }, seconds * 1000);
  thread.once('message', ({ result, failure }: Answer) => {
    end(() => {
      if (failure === undefined) resolve(result);
      else reject(failure === null ? broken('The workbook cannot be read.', {}) : new WaybillError(failure.code, failure.message, failure.place));
    });
  });
  thread.once('error', (error: unknown) => {
    const isFull = error instanceof Error && 'code' in error && error.code === 'ERR_WORKER_OUT_OF_MEMORY';
    end(() => { reject(isFull ? new WaybillError('FILE_WORKBOOK_TOO_LARGE', `The workbook needs more than ${heapMb} MB to be read.`, { heapMb }) : broken('The workbook cannot be read.', {})); });
  });
  thread.once('exit', () => { end(() => { reject(broken('The workbook cannot be read.', {})); }); });
});

/** How a process reads old workbooks. */
export const legacyRunLimits: RunLimits = { heapMb: 192, seconds: 120 };
