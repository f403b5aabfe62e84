import { ActivityFailure, ApplicationFailure, isCancellation } from '@temporalio/workflow';
import type { EndJobInput } from '../activities/end-job.ts';
import { errorKinds } from '../contracts/errors.ts';
import type { ErrorCode, ErrorPlace } from '../contracts/errors.ts';

export type Ending = Omit<EndJobInput, 'jobId'>;

/** What ended the story. An error that is neither a failure of a step nor a cancellation is a defect of this code: it is thrown, and the task waits for a fix. */
export const endingOf = (error: unknown, cancelled: boolean): Ending => {
  // A step whose worker died cannot say that it was cancelled: it times out, and the wish stands all the same.
  if (isCancellation(error) || (cancelled && error instanceof ActivityFailure)) return { state: 'cancelled', code: 'CANCELLED', place: {} };
  const failure = error instanceof ActivityFailure ? error.cause : error;
  if (failure instanceof ApplicationFailure && isErrorCode(failure.type))
    return { state: errorKinds[failure.type].ends, code: failure.type, place: (failure.details?.[0] ?? {}) as ErrorPlace };
  if (error instanceof ActivityFailure) return { state: 'failed', code: 'INTERNAL', place: {} };
  throw error;
};

const isErrorCode = (type: string | null | undefined): type is ErrorCode => typeof type === 'string' && Object.hasOwn(errorKinds, type);
