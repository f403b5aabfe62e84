import { setTimeout as sleep } from 'node:timers/promises';

/** Asks again every `everyMs` until the answer is true; false when the time is over. */
export const waitUntil = async (
  isTrue: () => Promise<boolean> | boolean, timeoutMs: number, everyMs = 50,
): Promise<boolean> => {
  const end = Date.now() + timeoutMs;
  for (;;) {
    if (await isTrue()) return true;
    if (Date.now() >= end) return false;
    await sleep(everyMs);
  }
};
