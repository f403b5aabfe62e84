import { createInterface } from 'node:readline/promises';
import { WaybillError } from '../contracts/errors.ts';

/** Asks a person; without a terminal there is nobody to ask, and then only --yes counts. */
export const confirm = async (question: string, yes: boolean): Promise<boolean> => {
  if (yes) return true;
  if (!process.stdin.isTTY) throw new WaybillError('OPTION_INVALID', 'This asks before it removes data, and there is no terminal to ask in. Say --yes.');
  const dialogue = createInterface({ input: process.stdin, output: process.stderr });
  try {
    return /^y(es)?$/i.test((await dialogue.question(`${question} [y/N] `)).trim());
  } finally {
    dialogue.close();
  }
};
