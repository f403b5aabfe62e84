/** How a command ends, as a number: the table of docs/cli.md. */
import { errorKinds } from '../contracts/errors.ts';
import type { WaybillError } from '../contracts/errors.ts';
import { exitCodes, unavailableExitCode, usageExitCode } from '../contracts/job-states.ts';

/** `receipt verify` and `audit verify` of something that does not hold. */
export const doesNotHoldExitCode = exitCodes.failed;

export const exitCodeOfError = (error: WaybillError): number => {
  switch (error.code) {
    case 'STACK_UNAVAILABLE': return unavailableExitCode;
    // Said by the API about an option that the command line let pass.
    case 'OPTION_INVALID': return usageExitCode;
    default: return exitCodes[errorKinds[error.code].ends];
  }
};
