/** The whole command line. Building it loads words and options only, so that `waybill --help` answers at once. */
import { Command } from 'commander';
import { registerDemoCommand } from './demo-command.ts';
import { registerDatasets } from './register-datasets.ts';
import { registerExport } from './register-export.ts';
import { registerImport, registerInspect, registerMap, registerPreviewMap } from './register-import.ts';
import { registerJobs } from './register-jobs.ts';
import { registerProof } from './register-proof.ts';
import { registerTemplates } from './register-templates.ts';
import { registerStackCommands } from './stack-commands.ts';

const afterHelp = `
Exit codes: 0 completed, 1 failed, 2 wrong use, 3 completed with rejected rows, 4 stopped by its limits, 5 cancelled, 6 refused, 7 no stack is running.
The stack is started with \`npm start\`; another one is named by WAYBILL_API and WAYBILL_TOKEN. See docs/cli.md.`;

export const createProgram = (): Command => {
  // Before the commands are added: they inherit it.
  const program = new Command('waybill').description('moves records between files and a PostgreSQL registry, durably, with closed books')
    .exitOverride().showSuggestionAfterError().configureHelp({ showGlobalOptions: false }).addHelpText('after', afterHelp);
  registerImport(program);
  registerInspect(program);
  registerMap(program);
  registerPreviewMap(program);
  registerExport(program);
  registerDatasets(program);
  registerTemplates(program);
  registerJobs(program);
  registerProof(program);
  registerStackCommands(program);
  registerDemoCommand(program);
  return program;
};
