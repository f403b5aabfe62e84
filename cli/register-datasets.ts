/** `waybill dataset …`, `records` and `trace`. */
import type { Command } from 'commander';
import type { RecordsOptions } from './dataset-commands.ts';
import { parsePositive, parseTableName } from './parse-options.ts';
import type { JsonOption } from './run-command.ts';

const load = async () => {
  const [{ withApi }, commands] = await Promise.all([import('./run-command.ts'), import('./dataset-commands.ts')]);
  return { withApi, ...commands };
};

const registerDatasetCommands = (group: Command): void => {
  group.command('add').description('make a dataset of an existing table: types, keys, not-null, enums, checks and comments are read from it')
    .argument('<table>', 'SCHEMA.TABLE', parseTableName)
    .option('--name <name>', 'name of the dataset (default: the table’s)')
    .option('--json', 'one JSON object')
    .action(async (table: ReturnType<typeof parseTableName>, options: JsonOption & { readonly name?: string }) => {
      const { withApi, addDataset } = await load();
      await withApi(options, (context) => addDataset(context, table, options.name));
    });
  group.command('apply').description('register a dataset by its definition; the table is made when it is missing')
    .argument('<file>', 'the definition, a JSON file')
    .option('--json', 'one JSON object')
    .action(async (file: string, options: JsonOption) => {
      const { withApi, applyDataset } = await load();
      await withApi(options, (context) => applyDataset(context, file));
    });
  group.command('list').description('list the datasets')
    .option('--json', 'a JSON array')
    .action(async (options: JsonOption) => {
      const { withApi, listDatasets } = await load();
      await withApi(options, listDatasets);
    });
  group.command('show').description('show a dataset: fields, types, key')
    .argument('<name>', 'the dataset')
    .option('--json', 'one JSON object, with the definition')
    .action(async (name: string, options: JsonOption) => {
      const { withApi, showDataset } = await load();
      await withApi(options, (context) => showDataset(context, name));
    });
};

export const registerDatasets = (program: Command): void => {
  registerDatasetCommands(program.command('dataset').description('the destinations that Waybill knows'));
  program.command('records').description('show the first records of a dataset')
    .argument('<dataset>', 'the dataset')
    .option('--limit <n>', 'how many (default: 3)', parsePositive)
    .option('--purpose <text>', 'why records are looked at; kept in the audit log')
    .option('--json', 'a JSON array of records; values are texts')
    .action(async (dataset: string, options: RecordsOptions & JsonOption) => {
      const { withApi, showRecords } = await load();
      await withApi(options, (context) => showRecords(context, dataset, options));
    });
  program.command('trace').description('show which jobs, files and rows made or changed a record')
    .argument('<dataset>', 'the dataset')
    .argument('<key>', 'the key’s value; for a key of several fields a JSON array of texts')
    .option('--json', 'a JSON array, newest first')
    .action(async (dataset: string, key: string, options: JsonOption) => {
      const { withApi, traceRecord } = await load();
      await withApi(options, (context) => traceRecord(context, dataset, key));
    });
};
