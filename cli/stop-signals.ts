/**
 * Ctrl-C, SIGTERM and a closed terminal mean the same: stop in good order. A second Ctrl-C means faster (workers are not waited for), never
 * "leave everything running"; any further one is heard and changes nothing.
 */
export interface StopSignals {
  /** Aborted by the first signal. */
  readonly signal: AbortSignal;
  /** The first signal. */
  readonly received: Promise<void>;
  readonly onSecond: (work: () => void) => void;
  readonly forget: () => void;
}

const names = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

export const listenForStop = (): StopSignals => {
  const controller = new AbortController();
  let hurry: () => void = () => undefined;
  let count = 0;
  const listener = (): void => {
    count += 1;
    if (count === 1) controller.abort();
    else if (count === 2) hurry();
  };
  for (const name of names) process.on(name, listener);
  return {
    signal: controller.signal,
    received: new Promise((resolve) => { controller.signal.addEventListener('abort', () => { resolve(); }, { once: true }); }),
    onSecond: (work) => { hurry = work; },
    forget: () => { for (const name of names) process.off(name, listener); },
  };
};
