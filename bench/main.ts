/** `npm run bench -- SUBJECT [options]`: see the usage below. */
import { writeFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { isWaybillError, WaybillError } from '../contracts/errors.ts';
import { startBenchDatabase } from './bench-database.ts';
import { measureByHand } from './hand-written-sql.ts';
import { describeImportBench, runImportBench } from './import-bench.ts';
import { defaultDataFolder, makeImportData, makeImportFile } from './make-import-data.ts';
import type { ImportBenchData } from './import-bench.ts';

const usage = `npm run bench -- …
  formats
  mapping [--dir FOLDER]
  transforms [--rows 1000000]
  memory [--megabytes 1000] [--dir FOLDER] [--format csv]
  export [--rows 1000000] [--repeat 3] [--format csv]
  disk [--rows 200000]
  import [--rows 1000000] [--rows-large 10000000] [--repeat 1] [--dir FOLDER] [--json FILE] [--by-hand-only]`;

const subjects = ['import', 'export', 'disk', 'formats', 'mapping', 'memory', 'transforms'] as const;

const countOf = (option: string, text: string): number => {
  const count = Number(text.replaceAll('_', ''));
  if (!Number.isSafeInteger(count) || count < 1) throw new WaybillError('REQUEST_INVALID', `--${option} takes a whole number from 1.`, { option });
  return count;
};

const readOptions = () => {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      rows: { type: 'string' }, 'rows-large': { type: 'string' }, repeat: { type: 'string' }, megabytes: { type: 'string', default: '1000' }, format: { type: 'string', multiple: true },
      dir: { type: 'string', default: defaultDataFolder }, json: { type: 'string' }, 'by-hand-only': { type: 'boolean', default: false },
    },
  });
  const subject = subjects.find((known) => known === positionals[0]);
  if (positionals.length !== 1 || subject === undefined) throw new WaybillError('REQUEST_INVALID', `Usage: ${usage}`);
  return {
    subject, rows: countOf('rows', values.rows ?? (subject === 'disk' ? '200000' : '1000000')), repeat: countOf('repeat', values.repeat ?? (subject === 'export' ? '3' : '1')), megabytes: countOf('megabytes', values.megabytes), folder: values.dir, jsonFile: values.json ?? null,
    rowsLarge: values['rows-large'] === undefined ? null : countOf('rows-large', values['rows-large']),
    formats: values.format ?? null, byHandOnly: values['by-hand-only'],
  };
};

const makeData = async (rows: number, rowsLarge: number | null, folder: string): Promise<ImportBenchData> => ({
  usual: await makeImportData(rows, folder),
  small: await makeImportFile(1_000, folder),
  large: rowsLarge === null ? null : await makeImportFile(rowsLarge, folder),
});

const runImport = async (options: ReturnType<typeof readOptions>): Promise<void> => {
  const data = await makeData(options.rows, options.rowsLarge, options.folder);
  // Lazily: the work by hand needs neither the engine nor the test stack.
  const waybill = options.byHandOnly ? null : await (await import('./waybill-side.ts')).startWaybillSide();
  const database = waybill === null ? await startBenchDatabase() : { url: waybill.databaseUrl, stop: waybill.stop };
  try {
    const report = await runImportBench(data, { measureByHand: (usual) => measureByHand(database.url, usual), waybill }, options.repeat);
    process.stdout.write(`${describeImportBench(report)}\n`);
    if (options.jsonFile !== null) await writeFile(options.jsonFile, `${JSON.stringify(report, null, 2)}\n`);
    if (report.findings.some(({ holds }) => holds === false)) process.exitCode = 1;
  } finally {
    await database.stop();
  }
};

const runDisk = async (rows: number): Promise<void> => {
  const { describeDiskBench, runDiskBench } = await import('./disk-bench.ts');
  for (const replica of [false, true])
    process.stdout.write(`wal_level ${replica ? 'replica' : 'minimal'}\n${describeDiskBench(await runDiskBench(rows, { replica }))}\n`);
};

const runFormats = async (): Promise<void> => {
  const { text, holds } = await (await import('./formats-bench.ts')).runFormatsBench();
  process.stdout.write(`${text}\n`);
  if (!holds) process.exitCode = 1;
};

const runMemory = async ({ megabytes, folder, formats }: ReturnType<typeof readOptions>): Promise<void> => {
  const { runMemoryBench } = await import('./memory-bench.ts');
  const holds = await runMemoryBench({ bytes: megabytes * 1024 * 1024, folder, only: formats, print: (line) => process.stdout.write(`${line}\n`) });
  if (!holds) process.exitCode = 1;
};

const runExport = async ({ rows, folder, repeat, formats }: ReturnType<typeof readOptions>): Promise<void> => {
  const file = await makeImportFile(rows, folder);
  const { text, holds } = await (await import('./export-bench.ts')).runExportBench(file, { repeat, only: formats });
  process.stdout.write(`${text}\n`);
  if (!holds) process.exitCode = 1;
};

const runMapping = async (folder: string): Promise<void> => {
  const { text, holds } = await (await import('./mapping-bench.ts')).runMappingBench({ folder: folder === defaultDataFolder ? undefined : folder });
  process.stdout.write(`${text}\n`);
  if (!holds) process.exitCode = 1;
};

const runTransforms = async ({ rows }: ReturnType<typeof readOptions>): Promise<void> => {
  process.stdout.write(`${(await import('./transform-bench.ts')).runTransformBench(rows)}\n`);
};

const run = (options: ReturnType<typeof readOptions>): Promise<void> => {
  switch (options.subject) {
    case 'import': return runImport(options);
    case 'export': return runExport(options);
    case 'disk': return runDisk(options.rows);
    case 'formats': return runFormats();
    case 'mapping': return runMapping(options.folder);
    case 'memory': return runMemory(options);
    case 'transforms': return runTransforms(options);
  }
};

try {
  await run(readOptions());
} catch (error) {
  process.stderr.write(`${isWaybillError(error) ? `${error.message} ${error.remedy}` : error instanceof Error ? error.message : 'The bench failed.'}\n`);
  process.exitCode = 2;
}
