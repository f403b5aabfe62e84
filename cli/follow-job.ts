/**
 * A job's progress until its end, whatever happens to the connection: a subscription that breaks, ends early or is refused by an API that
 * starts again is opened anew; its first event is a snapshot, so nothing is missed.
 */
import type { JobState } from '../contracts/job-states.ts';
import { isFinal } from '../contracts/job-states.ts';
import { WaybillError } from '../contracts/errors.ts';
import type { ApiClient } from './api-client.ts';
import { followJobDocument } from './generated/operations.ts';
import type { ProgressFieldsFragment } from './generated/operations.ts';
import { Backoff, defaultRetryTimes, isUnavailable } from './retry.ts';
import type { RetryTimes } from './retry.ts';

export type Progress = ProgressFieldsFragment;

export interface FollowOptions {
  readonly signal: AbortSignal;
  readonly onProgress: (progress: Progress) => void;
  /** The API went away; it is tried again. */
  readonly onAway?: () => void;
  readonly retry?: RetryTimes;
}

/** The last progress, of a final state; null when the signal ended it before. */
export const followJob = async (client: ApiClient, jobId: string, options: FollowOptions): Promise<Progress | null> => {
  const { signal, onProgress } = options;
  const retry = options.retry ?? defaultRetryTimes;
  const backoff = new Backoff(retry);
  while (!signal.aborted) {
    let heard = false;
    try {
      for await (const { jobProgress } of client.subscribe(followJobDocument, { jobId }, signal)) {
        heard = true;
        backoff.reset();
        onProgress(jobProgress);
        if (isFinal(jobProgress.state satisfies JobState)) return jobProgress;
      }
    } catch (error) {
      if (signal.aborted) return null;
      if (!isUnavailable(error)) throw error;
      options.onAway?.();
    }
    if (signal.aborted) return null;
    if (!await backoff.wait(signal) && !signal.aborted)
      throw new WaybillError('STACK_UNAVAILABLE', `The API has not answered for ${Math.round(retry.patienceMs / 1000)} seconds; the job goes on without an onlooker.`);
    // A server that only ever completes at once must not be asked without end in silence.
    if (heard) backoff.reset();
  }
  return null;
};
