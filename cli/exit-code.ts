/** How a command ends, as a number: the table of docs/cli.md. */
import { errorKinds } from '../contracts/errors.ts';
import type { WaybillError } from '../contracts/errors.ts';
import { exitCodes, unavailableExitCode } from '../contracts/job-states.ts';

/** `receipt verify` and `audit verify` of something that does not hold. */
export const doesNotHoldExitCode = exitCodes.failed;

export const exitCodeOfError = (error: WaybillError): number =>
  error.code === 'STACK_UNAVAILABLE' ? unavailableExitCode : exitCodes[errorKinds[error.code].ends];
