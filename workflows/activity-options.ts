/**
 * Every timeout and retry policy, in one table. Which errors are worth a retry is not said here but by the error's code
 * (contracts/errors.ts): the policies retry whatever is retryable, for as long as it takes, since a database may be away all night.
 */
import { ActivityCancellationType } from '@temporalio/workflow';
import type { ActivityOptions } from '@temporalio/workflow';
import { controlTaskQueue, transferTaskQueue } from '../contracts/ids.ts';

const patient = { initialInterval: '500 milliseconds', backoffCoefficient: 2, maximumInterval: '20 seconds' } as const;

export const activityOptions = {
  /** Reads a few samples, a wish, a row. */
  quick: {
    taskQueue: controlTaskQueue, startToCloseTimeout: '1 minute', heartbeatTimeout: '15 seconds', retry: patient,
    cancellationType: ActivityCancellationType.TRY_CANCEL,
  },
  /** Looks at samples, and unpacks or decodes the whole file before where it must: once, as long as that takes. */
  detection: {
    taskQueue: controlTaskQueue, startToCloseTimeout: '12 hours', heartbeatTimeout: '15 seconds', retry: patient,
    cancellationType: ActivityCancellationType.TRY_CANCEL,
  },
  /** One pass over the file, or set-wise statements over all of its rows: as long as they live they may go on. */
  long: {
    taskQueue: controlTaskQueue, startToCloseTimeout: '12 hours', heartbeatTimeout: '15 seconds', retry: patient,
    cancellationType: ActivityCancellationType.WAIT_CANCELLATION_COMPLETED,
  },
  /** A chunk takes seconds; a worker that died in it is missed after the heartbeat's time-out. */
  chunk: {
    taskQueue: transferTaskQueue, startToCloseTimeout: '15 minutes', heartbeatTimeout: '10 seconds', retry: patient,
    cancellationType: ActivityCancellationType.WAIT_CANCELLATION_COMPLETED,
  },
} as const satisfies Readonly<Record<string, ActivityOptions>>;

/** Chunks that are given out at a time, over all workers; each worker takes only as many as it has threads. */
export const chunksInFlight = 16;
/** First and longest wait of a paused job before it looks into the database whether it may go on: an Update may have been lost. */
export const pausedLookMs = { first: 20_000, longest: 600_000 } as const;
/** First and longest wait of a job that waits for a person before it looks into the database: an Update may have been lost. */
export const answerLookMs = { first: 20_000, longest: 3_600_000 } as const;
/** First and longest wait for another job's turn at the dataset. */
export const writerWaitMs = { first: 250, longest: 10_000 } as const;
