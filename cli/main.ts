/** The `waybill` command. Promises: one sentence for every error, with the remedy and without a stack trace; the exit codes of docs/cli.md. */
import { inspect } from 'node:util';
import { CommanderError } from 'commander';
import { WaybillError, isWaybillError } from '../contracts/errors.ts';
import { usageExitCode } from '../contracts/job-states.ts';
import { describeError, errorJson } from './describe-error.ts';
import { exitCodeOfError } from './exit-code.ts';
import { createProgram } from './program.ts';

/** The text of a stranger's error may repeat a value; its kind and code do not. */
const asWaybillError = (error: unknown): WaybillError => {
  if (isWaybillError(error)) return error;
  const kind = error instanceof Error ? error.name : typeof error;
  const code = error instanceof Error && 'code' in error ? { error: kind, code: String(error.code) } : { error: kind };
  return new WaybillError('INTERNAL', 'The command met something that it does not know.', code, { cause: error });
};

const fail = (error: unknown, json: boolean): void => {
  if (error instanceof CommanderError) {
    // Help and version are written by commander, and so are its own refusals.
    const isHelp = ['commander.help', 'commander.helpDisplayed', 'commander.version'].includes(error.code);
    if (error.code === 'commander.invalidArgument' && !error.message.startsWith('error:')) process.stderr.write(`error: ${error.message}\n`);
    process.exitCode = isHelp && error.exitCode === 0 ? 0 : usageExitCode;
    return;
  }
  const known = asWaybillError(error);
  process.stderr.write(`${describeError(known)}\n`);
  if (json) process.stdout.write(`${JSON.stringify(errorJson(known))}\n`);
  if (process.env['WAYBILL_DEBUG'] === '1') process.stderr.write(`${inspect(error)}\n`);
  process.exitCode = exitCodeOfError(known);
};

// `waybill issues … | head` ends in good order.
process.stdout.on('error', (error: NodeJS.ErrnoException) => { if (error.code === 'EPIPE') process.exit(0); else throw error; });

const args = process.argv.slice(2);
try {
  await createProgram().parseAsync(args.length === 0 ? ['--help'] : args, { from: 'user' });
} catch (error) {
  fail(error, args.includes('--json'));
}
