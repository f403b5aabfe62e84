/**
 * The states of a job and the one table that says which may follow which (design 10.15).
 * `paused` and `stalled` are flags beside the state, never states.
 */
export const runningStates = [
  'received', 'detecting', 'awaiting_mapping', 'planning', 'staging', 'reconciling', 'awaiting_approval', 'committing', 'closing',
] as const;
export const finalStates = [
  'completed', 'completed_with_rejects', 'stopped_by_limits', 'refused', 'cancelled', 'failed', 'undone',
] as const;
export const jobStates = [...runningStates, ...finalStates] as const;

export type RunningState = (typeof runningStates)[number];
export type FinalState = (typeof finalStates)[number];
export type JobState = (typeof jobStates)[number];

const endings: readonly FinalState[] = ['refused', 'cancelled', 'failed'];

export const nextStates: Readonly<Record<JobState, readonly JobState[]>> = {
  // An export has nothing to detect, and nothing to reconcile: it is planned (frozen), staged (written in parts) and closed (assembled).
  received: ['detecting', 'planning', ...endings],
  detecting: ['awaiting_mapping', 'planning', ...endings],
  awaiting_mapping: ['planning', ...endings],
  planning: ['staging', ...endings],
  staging: ['reconciling', 'planning', 'closing', 'stopped_by_limits', ...endings],
  reconciling: ['staging', 'awaiting_approval', 'committing', 'closing', 'stopped_by_limits', ...endings],
  awaiting_approval: ['reconciling', 'committing', ...endings],
  committing: ['reconciling', 'closing', ...endings],
  // An export whose parts a crash of the machine tore is frozen anew.
  closing: ['planning', 'completed', 'completed_with_rejects', 'failed'],
  completed: ['undone'],
  completed_with_rejects: ['undone'],
  stopped_by_limits: [],
  refused: [],
  cancelled: [],
  failed: [],
  undone: [],
};

export const isFinal = (state: JobState): state is FinalState => (finalStates as readonly JobState[]).includes(state);
export const mayFollow = (from: JobState, to: JobState): boolean => nextStates[from].includes(to);

/** Exit codes of `waybill import` and `waybill watch`, documented in docs/cli.md. */
export const exitCodes: Readonly<Record<FinalState, number>> = {
  completed: 0,
  completed_with_rejects: 3,
  stopped_by_limits: 4,
  cancelled: 5,
  refused: 6,
  failed: 1,
  undone: 0,
};
/** Wrong use of the command line, and a stack that is not running. */
export const usageExitCode = 2;
export const unavailableExitCode = 7;
