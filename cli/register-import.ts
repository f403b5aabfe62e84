/** `waybill import`, `waybill inspect` and `waybill map`: options only; what they do is loaded when they run. */
import { Option } from 'commander';
import type { Command } from 'commander';
import type { ImportOptions } from './import-command.ts';
import type { InspectOptions } from './inspect-command.ts';
import type { MapOptions } from './map-command.ts';
import {
  addDateFormat, addMap, addNames, duplicateWords, formatWords, loadModeWords, onErrorWords, parseCount, parseDelimiter, parseEncoding, parseMaxErrors, parsePositive, parseQuote, parseTemplate, parseWidths,
} from './parse-options.ts';
import type { PreviewMapOptions } from './preview-map-command.ts';
import type { JsonOption } from './run-command.ts';

const addParseOptions = (command: Command): Command => command
  .addOption(new Option('--format <format>', 'format of the file (default: detected)').choices(formatWords))
  .option('--record-path <path>', 'where the records of a JSON or XML document are, e.g. data.items, or as a JSON Pointer; . is the root (default: detected)')
  .option('--entry <name>', 'the file of a ZIP that is meant: its whole name, or #n by its number')
  .option('--explode <path>', 'a row for each element of this array of the records, or of this repeated element, e.g. names')
  .option('--widths <list>', 'characters of each column of fixed width, e.g. 10,5,20 (default: detected)', parseWidths)
  .option('--sheet <name>', 'sheet of a workbook by its name, or by its place: #2 (default: the first visible one with a table)')
  .option('--header-rows <lines>', 'lines that the header of a sheet takes; names of several are joined with dots (default: detected)', parseCount)
  .option('--encoding <name>', 'encoding of the file, e.g. utf-8, windows-1252 (default: detected)', parseEncoding)
  .option('--delimiter <char>', 'character between cells; also tab, comma, semicolon, pipe (default: detected)', parseDelimiter)
  .option('--quote <char>', 'quote character; none: quotes are ordinary characters (default: detected)', parseQuote)
  .addOption(new Option('--escape <way>', 'how a quote stands inside a quoted cell (default: detected)').choices(['double', 'backslash']))
  .option('--header', 'the first row names the columns (default: detected)')
  .option('--no-header', 'the first row is a record; columns are column_1, column_2 …')
  .option('--preamble <lines>', 'lines before the header, or before the first record (default: detected)', parseCount);

export const registerInspect = (program: Command): void => {
  addParseOptions(program.command('inspect').description('show how a file would be read: format, encoding, delimiter, columns, rows, sample'))
    .argument('<file>', 'the file, or - for standard input')
    .option('--dataset <name>', 'also show the template by which an import into this dataset would know the file')
    .option('--partner <name>', 'with --dataset: whom the file comes from')
    .option('--all', 'count the rows over the whole file instead of estimating')
    .option('--purpose <text>', 'why cells are looked at; kept in the audit log')
    .option('--json', 'one JSON object')
    .action(async (file: string, options: InspectOptions & JsonOption) => {
      const [{ withApi }, { inspectFile }] = await Promise.all([import('./run-command.ts'), import('./inspect-command.ts')]);
      await withApi(options, (context) => inspectFile(context, file, options));
    });
};

export const registerMap = (program: Command): void => {
  addParseOptions(program.command('map').description('propose which column of a file feeds which field of a dataset, without importing')
    .argument('<file>', 'the file, or - for standard input')
    .requiredOption('--dataset <name>', 'the dataset that the records would go to')
    .option('--partner <name>', 'whom the file comes from: what was confirmed for the partner counts'))
    .option('--values', 'also what the codes of the file mean in fields with a list of values')
    .option('--write-mapping <file>', 'write what the codes mean to a new file for import --mapping, to be looked through and edited')
    .option('--purpose <text>', 'why cells are looked at; kept in the audit log')
    .option('--json', 'one JSON object on one line')
    .action(async (file: string, options: MapOptions & JsonOption) => {
      const [{ withApi }, { mapFile }] = await Promise.all([import('./run-command.ts'), import('./map-command.ts')]);
      await withApi(options, (context) => mapFile(context, file, options));
    });
};

export const registerPreviewMap = (program: Command): void => {
  const command = program.command('preview-map').description('show what the first rows of a file would become, with the issues that would be found; nothing is imported')
    .argument('<file>', 'the file, or - for standard input')
    .requiredOption('--dataset <name>', 'the dataset that the records would go to')
    .option('--key <fields>', 'fields that tell a record from others, separated by commas (default: the dataset’s key)', addNames)
    .option('--map <source=field>', 'as for import', addMap)
    .option('--mapping <file>', 'as for import')
    .option('--date-format <field=order>', 'as for import', addDateFormat)
    .option('--zone <zone>', 'as for import')
    .option('--rules <file>', 'as for import; rules that need the whole file are not judged')
    .option('--keep <expression>', 'as for import')
    .option('--rows <n>', 'how many rows, at most 100 (default: 10)', parsePositive);
  addParseOptions(command)
    .option('--purpose <text>', 'why cells are looked at; kept in the audit log')
    .option('--json', 'one JSON object')
    .action(async (file: string, options: PreviewMapOptions & JsonOption) => {
      const [{ withApi }, { previewMap }] = await Promise.all([import('./run-command.ts'), import('./preview-map-command.ts')]);
      await withApi(options, (context) => previewMap(context, file, options));
    });
};

type ImportFlags = Omit<ImportOptions, 'file'>;

export const registerImport = (program: Command): void => {
  const command = program.command('import').description('import a file into a dataset and follow the job to its end')
    .argument('<file>', 'the file, or - for standard input')
    .option('--dataset <name>', 'the dataset that the records go to (default: the template’s)')
    .addOption(new Option('--template <name>', 'the template to read, map, check and load by: NAME or NAME@VERSION; what is said besides overrules it (default: the one that the file is recognised by)').argParser(parseTemplate))
    .option('--no-template', 'take no template, also where the file is recognised')
    .option('--accept-drift', 'take the file as it is where its template would ask, this once')
    .addOption(new Option('--mode <mode>', 'insert: an existing key is an issue; upsert: create or update; update: a missing key is an issue; append: no key (default: upsert where there is a key)').choices(loadModeWords))
    .option('--key <fields>', 'fields that tell a record from others, separated by commas (default: the dataset’s key)', addNames)
    .option('--map <source=field>', 'feed a field from a column; "Lat+Lon=field": a point of two columns; "#3=field": the third column; "Source=field|trim|upper": through functions; repeat for more', addMap)
    .option('--mapping <file>', 'a JSON file of map entries with their transforms; --map overrules its fields')
    .option('--rules <file>', 'a JSON file of rules, row filter, derived key, load policy and limits')
    .option('--keep <expression>', 'CEL: the rows that are kept, e.g. "kind == \'individual\'"; the others end as filtered')
    .option('--date-format <field=order>', 'order of day and month, DMY or MDY, where a column leaves it open; repeat for more', addDateFormat)
    .addOption(new Option('--duplicates <policy>', 'which of several rows with one key wins; reject: none (default: last)').choices(duplicateWords))
    .addOption(new Option('--on-error <policy>', 'abort: one rejected row stops the job before anything is written; quarantine: go on within the limits; warn: what a rule finds is told, and the row loaded (default: quarantine)').choices(onErrorWords))
    .option('--max-errors <limit>', 'most rejected rows, as a number or as a share such as 5%; more stop the job before anything is written', parseMaxErrors)
    .option('--partner <name>', 'whom the file comes from')
    .option('--purpose <text>', 'why it is imported; kept in the audit log')
    .option('--zone <zone>', 'IANA zone of times without zone (default: UTC)');
  addParseOptions(command)
    .option('--dry-run', 'stop before the commit and show what it would do')
    .option('--again', 'import a file that was imported with the same plan before')
    .option('--ask', 'where the mapping is not sure the job waits for a person (waybill confirm) instead of being refused or leaving columns out')
    .option('--detach', 'return as soon as the job is started')
    .option('--json', 'the last line is the result as JSON')
    .action(async (file: string, options: ImportFlags & JsonOption) => {
      if (options.dataset === undefined && !options.template) command.error('error: say where the records go: --dataset <name>, or --template <name>');
      const [{ withApi }, { runImport }] = await Promise.all([import('./run-command.ts'), import('./import-command.ts')]);
      await withApi(options, async ({ client, output }) => (await runImport(client, { ...options, file }, { output })).exitCode);
    });
};
