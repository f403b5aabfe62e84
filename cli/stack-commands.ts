/** The commands of the local stack. Everything is imported when a command runs: `waybill --help` must not pay for the engine's client. */
import type { Command } from 'commander';

const print = (line: string): void => { process.stdout.write(`${line}\n`); };

const addUp = (program: Command): void => {
  program.command('up')
    .description('start the local stack (PostgreSQL, Temporal, worker, API) and keep it up until Ctrl-C')
    .action(async () => {
      const { runUp } = await import('./up.ts');
      await runUp();
    });
};

const addReset = (program: Command): void => {
  program.command('reset')
    .description('forget everything that the local stack keeps: database, archive, keys, receipts')
    .option('--yes', 'do not ask', false)
    .action(async ({ yes }: { readonly yes: boolean }) => {
      const [{ confirm }, { findDataFolder }, { removeData }] = await Promise.all([
        import('./confirm.ts'), import('../temporal-config/data-folder.ts'), import('./reset.ts'),
      ]);
      const folder = await findDataFolder();
      if (!await confirm(`Remove all data of ${folder.root}?`, yes)) return;
      await removeData(folder);
      print(`Removed the data of ${folder.root}.`);
    });
};

const addBackup = (program: Command): void => {
  program.command('backup')
    .description('save a stopped stack (database, archive, keys, receipts) to one file')
    .argument('<file>', 'the backup to write')
    .action(async (file: string) => {
      const [{ backUp }, { findDataFolder }] = await Promise.all([import('./backup.ts'), import('../temporal-config/data-folder.ts')]);
      const { bytes } = await backUp(await findDataFolder(), file, process.env);
      print(`Saved ${(bytes / 1_000_000).toFixed(1)} MB to ${file}. It holds the signing keys: keep it as you keep them.`);
    });
};

const addRestore = (program: Command): void => {
  program.command('restore')
    .description('replace the data of a stopped stack by a backup')
    .argument('<file>', 'a file that `waybill backup` wrote')
    .option('--yes', 'do not ask', false)
    .action(async (file: string, { yes }: { readonly yes: boolean }) => {
      const [{ confirm }, { openDataFolder }, { restore }] = await Promise.all([
        import('./confirm.ts'), import('../temporal-config/data-folder.ts'), import('./backup.ts'),
      ]);
      const folder = await openDataFolder();
      if (!await confirm(`Replace all data of ${folder.root}?`, yes)) return;
      await restore(folder, file, process.env);
      print(`Restored ${folder.root}. Start the stack with \`waybill up\`.`);
    });
};

const addMigrate = (program: Command): void => {
  program.command('migrate')
    .description('production: bring the database of DATABASE_URL up to date and register the engine’s search attributes')
    .action(async () => {
      const { runMigrate } = await import('./migrate-command.ts');
      print(`The database is at schema version ${await runMigrate(process.env)}.`);
    });
};

export const registerStackCommands = (program: Command): void => {
  addUp(program);
  addReset(program);
  addBackup(program);
  addRestore(program);
  addMigrate(program);
};
