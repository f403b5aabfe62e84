/** What every client command has in common: find the API, run, end with an exit code. Loaded when a command runs. */
import { ApiClient } from './api-client.ts';
import { findApi } from './api-address.ts';
import { createOutput } from './output.ts';
import type { Output } from './output.ts';

export interface CommandContext {
  readonly client: ApiClient;
  readonly output: Output;
}

export interface JsonOption { readonly json?: boolean }

/** The number is the exit code; nothing is 0. */
export type CommandWork = (context: CommandContext) => Promise<number | void>;

export const withApi = async ({ json }: JsonOption, work: CommandWork): Promise<void> => {
  const client = new ApiClient(await findApi());
  process.exitCode = await work({ client, output: createOutput(json === true) }) ?? 0;
};
