/** `waybill receipt …` and `waybill audit …`: what proves what was done. */
import type { Command } from 'commander';
import type { JsonOption } from './run-command.ts';

const addKey = (text: string, before: readonly string[] = []): readonly string[] => [...before, text];
interface KeyOption { readonly key?: readonly string[] }

const registerReceipt = (group: Command): void => {
  group.command('verify').description('verify a receipt offline; no stack is needed')
    .argument('<file>', 'the receipt')
    .option('--key <key>', 'a trusted key: a public key’s file (PEM) or a key’s id; repeat for more (default: the key of the stack on this machine)', addKey)
    .option('--json', 'one JSON object')
    .action(async (file: string, options: JsonOption & KeyOption) => {
      const { verifyReceiptFile } = await import('./receipt-commands.ts');
      process.exitCode = await verifyReceiptFile(file, options);
    });
  group.command('show').description('show the receipt of a job')
    .argument('<id>', 'the job')
    .option('--json', 'the receipt itself')
    .action(async (id: string, options: JsonOption) => {
      const [{ withApi }, { showReceipt }] = await Promise.all([import('./run-command.ts'), import('./receipt-commands.ts')]);
      await withApi(options, (context) => showReceipt(context, id));
    });
};

const registerAudit = (group: Command): void => {
  group.command('verify').description('verify the hash chain of the audit log and the signatures of its heads')
    .option('--file <file>', 'verify an export offline; no stack is needed')
    .option('--key <key>', 'a trusted public key’s file (PEM); repeat for more (default: the key of the stack on this machine)', addKey)
    .option('--json', 'one JSON object')
    .action(async (options: JsonOption & KeyOption & { readonly file?: string }) => {
      const { verifyAudit, verifyAuditFile } = await import('./audit-commands.ts');
      if (options.file !== undefined) { process.exitCode = await verifyAuditFile(options.file, options); return; }
      const { withApi } = await import('./run-command.ts');
      await withApi(options, (context) => verifyAudit(context, options));
    });
  group.command('export').description('write the audit log as JSON lines, for `audit verify --file`')
    .option('--json', 'says nothing new: the export is JSON lines')
    .action(async (options: JsonOption) => {
      const [{ withApi }, { exportAudit }] = await Promise.all([import('./run-command.ts'), import('./audit-commands.ts')]);
      await withApi(options, exportAudit);
    });
};

export const registerProof = (program: Command): void => {
  registerReceipt(program.command('receipt').description('signed statements of what jobs did'));
  registerAudit(program.command('audit').description('the append-only log of who did what'));
};
