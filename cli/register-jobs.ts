/** `waybill jobs`, `job`, `watch`, `confirm`, `pause`, `resume`, `cancel`, `issues` and `rejects`. */
import { InvalidArgumentError } from 'commander';
import type { Command } from 'commander';
import { jobStates } from '../contracts/job-states.ts';
import type { ConfirmOptions } from './confirm-command.ts';
import type { JobsOptions, ReadOptions, RejectsOptions } from './job-commands.ts';
import { addDateFormat, addMap, addNames, parsePositive } from './parse-options.ts';
import type { CommandContext, JsonOption } from './run-command.ts';

const load = async () => {
  const [{ withApi }, commands] = await Promise.all([import('./run-command.ts'), import('./job-commands.ts')]);
  return { withApi, ...commands };
};

const addStates = (text: string, before: readonly string[] = []): readonly string[] => {
  const states = addNames(text, before);
  const unknown = states.find((state) => !(jobStates as readonly string[]).includes(state));
  if (unknown !== undefined) throw new InvalidArgumentError(`The states are ${jobStates.join(', ')}.`);
  return states;
};

type JobVerb = (context: CommandContext, id: string) => Promise<number | void>;

/** `waybill VERB ID` without options of its own. */
const registerVerb = (program: Command, name: 'job' | 'pause' | 'resume', description: string): void => {
  program.command(name).description(description)
    .argument('<id>', 'the job')
    .option('--json', 'one JSON object')
    .action(async (id: string, options: JsonOption) => {
      const { withApi, showJob, pauseJob, resumeJob } = await load();
      const verbs: Readonly<Record<typeof name, JobVerb>> = { job: showJob, pause: pauseJob, resume: resumeJob };
      await withApi(options, (context) => verbs[name](context, id));
    });
};

const registerWatch = (program: Command): void => {
  program.command('watch').description('follow a job to its end; Ctrl-C detaches')
    .argument('<id>', 'the job')
    .option('--json', 'the last line is the result as JSON')
    .action(async (id: string, options: JsonOption) => {
      const [{ withApi }, { watchJob }, { fetchJob }] = await Promise.all([import('./run-command.ts'), import('./watch-job.ts'), import('./fetch-job.ts')]);
      await withApi(options, async ({ client, output }) => {
        await fetchJob(client, id);
        return (await watchJob(client, id, { output })).exitCode;
      });
    });
};

const addText = (text: string, before: readonly string[] = []): readonly string[] => [...before, text];

const registerConfirm = (program: Command): void => {
  program.command('confirm').description('answer what a job asks about its mapping (state awaiting_mapping); waybill job shows the question')
    .argument('<id>', 'the job')
    .option('--accept', 'take what is proposed; --map and --ignore overrule it')
    .option('--map <source=field>', 'as for import; overrules also what was sure', addMap)
    .option('--mapping <file>', 'as for import')
    .option('--date-format <field=order>', 'as for import', addDateFormat)
    .option('--ignore <column>', 'a column that feeds no field, by its name or its place (#3); repeat for more', addText)
    .option('--no-remember', 'the answer holds for this file only; else it counts for the partner’s next file when the import completes')
    .option('--json', 'one JSON object')
    .action(async (id: string, options: ConfirmOptions & JsonOption) => {
      const [{ withApi }, { confirmMapping }] = await Promise.all([import('./run-command.ts'), import('./confirm-command.ts')]);
      await withApi(options, (context) => confirmMapping(context, id, options));
    });
};

const registerList = (program: Command): void => {
  program.command('jobs').description('list jobs, newest first')
    .option('--state <states>', 'only these states, separated by commas', addStates)
    .option('--dataset <name>', 'only this dataset')
    .option('--limit <n>', 'how many at most (default: 20)', parsePositive)
    .option('--json', 'a JSON array')
    .action(async (options: JobsOptions & JsonOption) => {
      const { withApi, showJobs } = await load();
      await withApi(options, (context) => showJobs(context, options));
    });
};

const registerFindings = (program: Command): void => {
  program.command('issues').description('list every failed row of a job: row, line, column, field, code, severity')
    .argument('<id>', 'the job')
    .option('--purpose <text>', 'why they are looked at; kept in the audit log')
    .option('--json', 'a JSON array, one issue a line')
    .action(async (id: string, options: ReadOptions & JsonOption) => {
      const { withApi, showIssues } = await load();
      await withApi(options, (context) => showIssues(context, id, options));
    });
  program.command('rejects').description('the rejected rows as they stood in the file, with the reasons, as CSV')
    .argument('<id>', 'the job')
    .option('--output <file>', 'write to this file instead of standard output')
    .option('--purpose <text>', 'why they are downloaded; kept in the audit log')
    .option('--json', 'with --output: one JSON object that names the file')
    .action(async (id: string, options: RejectsOptions & JsonOption) => {
      const { withApi, downloadRejects } = await load();
      await withApi(options, (context) => downloadRejects(context, id, options));
    });
};

export const registerJobs = (program: Command): void => {
  registerList(program);
  registerVerb(program, 'job', 'show a job: state, books, issues by kind, unmapped columns, receipt');
  registerWatch(program);
  registerConfirm(program);
  registerVerb(program, 'pause', 'pause a job after the chunks at hand');
  registerVerb(program, 'resume', 'let a paused job go on');
  program.command('cancel').description('cancel a job; nothing of it reaches the dataset unless it was committed already')
    .argument('<id>', 'the job')
    .option('--reason <text>', 'why; kept with the job')
    .option('--json', 'one JSON object')
    .action(async (id: string, options: JsonOption & { readonly reason?: string }) => {
      const { withApi, cancelJob } = await load();
      await withApi(options, (context) => cancelJob(context, id, options.reason));
    });
  registerFindings(program);
};
