/** What a command writes: its result on standard output, everything else on standard error. */
export interface Output {
  readonly json: boolean;
  /** For people; nothing with --json. */
  readonly print: (text: string) => void;
  /** The result for programs; nothing without --json. One line. */
  readonly printJson: (value: unknown) => void;
  /** A result for people or for programs. */
  readonly result: (value: unknown, human: () => string) => void;
  readonly note: (text: string) => void;
}

export const createOutput = (json: boolean): Output => {
  const write = (text: string): void => { process.stdout.write(`${text}\n`); };
  return {
    json,
    print: (text) => { if (!json) write(text); },
    printJson: (value) => { if (json) write(JSON.stringify(value)); },
    result: (value, human) => { write(json ? JSON.stringify(value) : human()); },
    note: (text) => { if (!json) process.stderr.write(`${text}\n`); },
  };
};
