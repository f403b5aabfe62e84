/**
 * The border between our errors and the engine's. Whether a retry can help is decided by the error's code (contracts/errors.ts); what the
 * engine keeps in its history is the code, our own sentence and the place: never a message of PostgreSQL or of a parser, which repeat values.
 */
import { cancelled, heartbeat, Context, log } from '@temporalio/activity';
import { ApplicationFailure, CancelledFailure } from '@temporalio/common';
import { isWaybillError, WaybillError } from '../contracts/errors.ts';
import { databaseErrorOf } from '../db/database-errors.ts';

/** A defect may be a passing one (a full file table, a lost file handle); so many tries, then a person must look. */
const triesOfDefect = 5;
const heartbeatMs = 3_000;

/** Told what keeps a job waiting, and that it waits no longer. Best effort: the database may be what is in trouble. */
export interface TroubleNotes {
  readonly note: (jobId: string, trouble: WaybillError) => Promise<void>;
  readonly forget: (jobId: string) => Promise<void>;
}

export interface StepPolicy {
  /** False for what follows a commit: the records are in the dataset, so the step is tried until it succeeds, and never ends the job as failed. */
  readonly givesUp: boolean;
}

export const asActivity = <Input extends { readonly jobId: string }, Result>(
  run: (input: Input, signal: AbortSignal) => Promise<Result>, trouble: TroubleNotes, policy: StepPolicy = { givesUp: true },
) =>
  async (input: Input): Promise<Result> => {
    const signal = Context.current().cancellationSignal;
    const beat = setInterval(() => { heartbeat(); }, heartbeatMs);
    try {
      const result = await Promise.race([run(input, signal), cancelled()]);
      if (Context.current().info.attempt > 1) await bestEffort(trouble.forget(input.jobId));
      return result;
    } catch (error) {
      if (error instanceof CancelledFailure || signal.aborted) throw error instanceof CancelledFailure ? error : new CancelledFailure('The step was cancelled.');
      const { told, sent } = asFailure(error, policy);
      if (!sent.nonRetryable) await bestEffort(trouble.note(input.jobId, told));
      throw sent;
    } finally {
      clearInterval(beat);
    }
  };

const bestEffortMs = 2_000;

const bestEffort = async (work: Promise<void>): Promise<void> => {
  let timer: NodeJS.Timeout | undefined;
  await Promise.race([work.catch(() => undefined), new Promise<void>((resolve) => { timer = setTimeout(resolve, bestEffortMs); })]);
  clearTimeout(timer);
};

const asFailure = (error: unknown, { givesUp }: StepPolicy): { readonly told: WaybillError; readonly sent: ApplicationFailure } => {
  const known = isWaybillError(error) ? error : databaseErrorOf(error);
  if (known === null) logDefect(error);
  const told = known ?? new WaybillError('INTERNAL', 'A step failed in a way that it should not.', { name: error instanceof Error ? error.name : typeof error });
  const retryable = !givesUp || (known === null ? Context.current().info.attempt < triesOfDefect : told.retryable);
  return { told, sent: ApplicationFailure.create({ message: told.message, type: told.code, nonRetryable: !retryable, details: [told.place] }) };
};

/** The stack's frames tell where; its first lines, the message, may hold a value. */
const logDefect = (error: unknown): void => {
  const frames = error instanceof Error ? (error.stack ?? '').split('\n').filter((line) => /^\s+at /.test(line)) : [];
  log.error('defect', { name: error instanceof Error ? error.name : typeof error, frames });
};
