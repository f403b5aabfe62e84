/** `waybill export` and `waybill download`: options only; what they do is loaded when they run. */
import { Option } from 'commander';
import type { Command } from 'commander';
import type { ExportOptions } from './export-command.ts';
import { addFields, addSort, compressionWords, exportFormatWords, parseExportFormat } from './parse-export-options.ts';
import { parseDelimiter, parsePositive, parseQuote } from './parse-options.ts';
import type { JsonOption } from './run-command.ts';

const registerDownload = (program: Command): void => {
  program.command('download').description('fetch the files of an export that completed')
    .argument('<id>', 'the job')
    .requiredOption('--to <file>', 'write to this file, or - for standard output; several files are numbered')
    .option('--purpose <text>', 'why they are downloaded; kept in the audit log')
    .option('--json', 'one JSON object that names the files')
    .action(async (id: string, options: JsonOption & { readonly to: string; readonly purpose?: string }) => {
      const [{ withApi }, { downloadJob }] = await Promise.all([import('./run-command.ts'), import('./download-files.ts')]);
      await withApi(options, (context) => downloadJob(context, id, options));
    });
};

export const registerExport = (program: Command): void => {
  program.command('export').description('export records of a dataset into a file')
    .argument('<dataset>', 'the dataset')
    .option('--to <file>', 'write to this file, or - for standard output')
    .addOption(new Option('--format <format>', 'format of the file (default: by the file’s ending, else csv)').choices(exportFormatWords).argParser(parseExportFormat))
    .option('--fields <fields>', 'fields in their order, separated by commas; FIELD=NAME renames one (default: all)', addFields)
    .option('--filter <expression>', 'only records for which it holds, e.g. "status = \'open\' and opened_on >= 2024-01-01"')
    .option('--sort <fields>', 'order of the records; a minus is for descending: a,-b (default: as they come)', addSort)
    .addOption(new Option('--compress <way>', 'compress the file (default: as its name ends, with .gz, .zst or .zip), or the columns of Parquet (default: snappy)').choices(compressionWords))
    .option('--split-rows <n>', 'at most so many records a file; files are numbered', parsePositive)
    .option('--delimiter <char>', 'CSV, TSV: character between cells; also tab, semicolon, pipe (default: comma, for TSV tab)', parseDelimiter)
    .option('--quote <char>', 'CSV, TSV: quote character, double or single (default: double)', parseQuote)
    .option('--bom', 'CSV, TSV: begin with a byte order mark, by which spreadsheets know UTF-8')
    .option('--no-header', 'CSV, TSV: no row of names')
    .addOption(new Option('--line-end <way>', 'CSV, TSV: how lines end (default: crlf)').choices(['crlf', 'lf']))
    .option('--no-guard-formulas', 'CSV, TSV: no apostrophe before texts that a spreadsheet would run')
    .option('--partner <name>', 'whom the file goes to')
    .option('--purpose <text>', 'why it is exported; kept in the audit log')
    .option('--preview', 'only show how many records there are, and the first 20')
    .option('--detach', 'return as soon as the job is started')
    .option('--json', 'the last line is the result as JSON')
    .action(async (dataset: string, options: ExportOptions & JsonOption) => {
      const [{ withApi }, { previewExport, runExport }] = await Promise.all([import('./run-command.ts'), import('./export-command.ts')]);
      await withApi(options, (context) => options.preview === true ? previewExport(context, dataset, options) : runExport(context, dataset, options));
    });
  registerDownload(program);
};
