/** `waybill template …` */
import type { Command } from 'commander';
import { addDrift, parseTemplate, type TemplateOption } from './parse-options.ts';
import type { CommandContext, JsonOption } from './run-command.ts';
import type { SaveOptions } from './template-commands.ts';

const load = async () => {
  const [{ withApi }, commands] = await Promise.all([import('./run-command.ts'), import('./template-commands.ts')]);
  return { withApi, ...commands };
};
type Commands = Omit<Awaited<ReturnType<typeof load>>, 'withApi'>;

const run = async (options: JsonOption, work: (commands: Commands, context: CommandContext) => Promise<void>): Promise<void> => {
  const { withApi, ...commands } = await load();
  await withApi(options, (context) => work(commands, context));
};

const registerMaking = (group: Command): void => {
  group.command('save').description('keep how a job read, mapped, checked and loaded its file; under a name that is there, as its next version')
    .argument('<name>', 'the template')
    .requiredOption('--from <job>', 'the job, also one of a dry run')
    .option('--shared', 'everybody in the organisation sees it (default: only you)')
    .option('--drift <kind=handling>', 'what is done where a file differs: new, missing, renamed, retyped, moved = accept, ask or refuse; repeat for more', addDrift)
    .option('--json', 'one JSON object')
    .action((name: string, options: SaveOptions & JsonOption) => run(options, ({ saveTemplate }, context) => saveTemplate(context, name, options)));
  group.command('copy').description('begin another template from one that is there, for example for another partner')
    .argument('<template>', 'NAME or NAME@VERSION', parseTemplate)
    .argument('<name>', 'the new template')
    .option('--partner <name>', 'whose files the new one is for (default: anybody’s)')
    .option('--json', 'one JSON object')
    .action((from: TemplateOption, as: string, options: JsonOption & { readonly partner?: string }) => run(options, ({ copyTemplate }, context) => copyTemplate(context, from, { ...options, as })));
  group.command('import').description('take a template from a file that `template export` wrote, here or elsewhere')
    .argument('<file>', 'the template, a JSON file')
    .option('--name <name>', 'another name than the file’s')
    .option('--shared', 'everybody in the organisation sees it (default: only you)')
    .option('--json', 'one JSON object')
    .action((file: string, options: JsonOption & { readonly name?: string; readonly shared?: boolean }) => run(options, ({ importTemplate }, context) => importTemplate(context, file, options)));
};

const registerShowing = (group: Command): void => {
  group.command('list').description('list the templates that you may use')
    .option('--dataset <name>', 'only those for this dataset')
    .option('--json', 'a JSON array')
    .action((options: JsonOption & { readonly dataset?: string }) => run(options, ({ listTemplates }, context) => listTemplates(context, options)));
  group.command('show').description('show a template: mapping, settings, versions')
    .argument('<template>', 'NAME or NAME@VERSION', parseTemplate)
    .option('--json', 'one JSON object, with the document')
    .action((template: TemplateOption, options: JsonOption) => run(options, ({ showTemplate }, context) => showTemplate(context, template)));
  group.command('diff').description('show what differs between two versions, or two templates')
    .argument('<from>', 'NAME or NAME@VERSION', parseTemplate)
    .argument('<to>', 'NAME or NAME@VERSION', parseTemplate)
    .option('--json', 'a JSON array')
    .action((from: TemplateOption, to: TemplateOption, options: JsonOption) => run(options, ({ diffTemplate }, context) => diffTemplate(context, from, to)));
  group.command('export').description('write a template as one JSON document: all versions, or the one that is named')
    .argument('<template>', 'NAME or NAME@VERSION', parseTemplate)
    .option('--json', 'the same')
    .action((template: TemplateOption, options: JsonOption) => run(options, ({ exportTemplate }, context) => exportTemplate(context, template)));
};

const registerKeeping = (group: Command): void => {
  for (const [name, shared, description] of [['share', true, 'let everybody in the organisation see and use a template'], ['unshare', false, 'make a template yours alone again']] as const)
    group.command(name).description(description)
      .argument('<name>', 'the template')
      .option('--json', 'one JSON object')
      .action((template: string, options: JsonOption) => run(options, ({ shareTemplate }, context) => shareTemplate(context, template, shared)));
  group.command('remove').description('remove a template; jobs that pinned it keep it')
    .argument('<name>', 'the template')
    .option('--json', 'one JSON object')
    .action((name: string, options: JsonOption) => run(options, ({ removeTemplate }, context) => removeTemplate(context, name)));
};

export const registerTemplates = (program: Command): void => {
  const group = program.command('template').description('how files are read, mapped, checked and loaded, under a name');
  registerMaking(group);
  registerShowing(group);
  registerKeeping(group);
};
