import type { Command } from 'commander';

export const registerDemoCommand = (program: Command): void => {
  program.command('demo')
    .description('start a stack of its own, import a sample file, show what came of it, stop everything')
    .option('--keep', 'leave the stack up until Ctrl-C, and keep its data', false)
    .action(async (options: { readonly keep: boolean }) => {
      const { runDemo } = await import('./demo.ts');
      await runDemo(options);
    });
};
