/** Trying again when the API does not answer: only for what may be said twice (queries, uploads by offset, a start with its idempotency key). */
import { setTimeout as wait } from 'node:timers/promises';
import { isWaybillError } from '../contracts/errors.ts';

export interface RetryTimes {
  readonly firstMs: number;
  readonly longestMs: number;
  /** How long the API may be away before the command gives up. */
  readonly patienceMs: number;
}
/** An API that restarts is back within seconds; a machine that is rebooted is not waited for. */
export const defaultRetryTimes: RetryTimes = { firstMs: 100, longestMs: 3_000, patienceMs: 60_000 };

export const isUnavailable = (error: unknown): boolean =>
  isWaybillError(error) && ['STACK_UNAVAILABLE', 'DATABASE_UNAVAILABLE', 'ENGINE_UNAVAILABLE', 'RATE_LIMITED'].includes(error.code);

/** Waits longer and longer, with a random share so that many clients do not come back at once. False: patience is at its end. */
export class Backoff {
  #attempt = 0;
  #awaySince: number | null = null;
  constructor(private readonly times: RetryTimes = defaultRetryTimes) {}

  /** The API answered. */
  reset(): void {
    this.#attempt = 0;
    this.#awaySince = null;
  }

  async wait(signal?: AbortSignal): Promise<boolean> {
    this.#awaySince ??= Date.now();
    if (Date.now() - this.#awaySince > this.times.patienceMs) return false;
    const most = Math.min(this.times.longestMs, this.times.firstMs * 2 ** this.#attempt);
    this.#attempt += 1;
    await wait(most * (0.5 + Math.random() / 2), undefined, signal === undefined ? {} : { signal }).catch(() => undefined);
    return signal?.aborted !== true;
  }
}

export const withRetry = async <Result>(work: () => Promise<Result>, times: RetryTimes = defaultRetryTimes): Promise<Result> => {
  const backoff = new Backoff(times);
  for (;;) {
    try {
      return await work();
    } catch (error) {
      if (!isUnavailable(error) || !await backoff.wait()) throw error;
    }
  }
};
