/**
 * `npm run bench -- export`: a filtered export with renamed fields as an operator has it (the command, a whole stack, fsync on), from the
 * job's row to completed, so freezing, writing, assembling, hashing and signing are in it; against a bare COPY of the same selection read
 * to its end, on the same database in turns.
 */
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { exportFormats } from '../contracts/export-request.ts';
import { exportWorkflowId, jobIdSchema } from '../contracts/ids.ts';
import { startTestStack } from '../test/support/stack.ts';
import type { TestStack } from '../test/support/stack.ts';
import { readActivityTimes, secondsByStep, secondsWithoutActivity } from './activity-times.ts';
import { settle } from './hand-written-sql.ts';
import { importColumns } from './make-import-data.ts';
import type { ImportDataFile } from './make-import-data.ts';
import { coreSeconds } from './process-cpu.ts';
import { watchPeakMemory } from './process-memory.ts';
import type { ProcessPeak } from './process-memory.ts';
import { readBareCopy } from './read-bare-copy.ts';
import { applyDataset, failed, importOnce, momentsOf, productSettings, waybillProcesses, withAdmin } from './waybill-side.ts';

/** Keeps 35 of 40 records. */
const filter = 'persons < 35';
const renamed: Readonly<Record<string, string>> = { record_id: 'id', full_name: 'name', occurred_on: 'day', amount: 'eur', municipality: 'town' };
const fields = importColumns.map(({ name }) => (renamed[name] === undefined ? name : `${name}=${renamed[name]}`)).join(',');
const selection = (dataset: string): string =>
  `select ${importColumns.map(({ name }) => (renamed[name] === undefined ? name : `${name} as ${renamed[name]}`)).join(', ')} from registry.${dataset} where ${filter}`;

/** Limits by the seconds of the bare COPY. */
interface Row { readonly name: string; readonly format: string; readonly options: readonly string[]; readonly limit: number | null }
const rows: readonly Row[] = [
  { name: 'CSV', format: 'csv', options: [], limit: 2.5 },
  { name: 'CSV, gzip', format: 'csv', options: ['--compress', 'gzip'], limit: null },
  { name: 'JSON Lines', format: 'jsonl', options: [], limit: null },
  { name: 'Parquet, snappy', format: 'parquet', options: ['--compress', 'snappy'], limit: 6 },
  { name: 'Parquet, zstd', format: 'parquet', options: ['--compress', 'zstd'], limit: 6 },
];
const known = (format: string): boolean => (exportFormats as readonly string[]).includes(format);

type Numbers = Readonly<Record<string, number>>;
interface Run { readonly seconds: number; readonly engineSeconds: number; readonly steps: Numbers; readonly peaks: readonly ProcessPeak[]; readonly cores: Numbers }

const resultSchema = z.object({ jobId: jobIdSchema, state: z.literal('completed'), rows: z.number() });

/** Of each process of the stack, so far. */
const coresOf = (stack: TestStack): Numbers => Object.fromEntries(Object.entries(stack.pids()).flatMap(([name, pid]) => pid === undefined ? [] : [[name, coreSeconds(pid)]]));

const exportOnce = async (stack: TestStack, row: Row, expectedRows: number): Promise<Run> => {
  const to = join(stack.folder.root, `bench-export.${row.format}`);
  const before = coresOf(stack);
  const watch = watchPeakMemory(() => waybillProcesses(stack));
  const result = await stack.waybill('export', dataset, '--to', to, '--format', row.format, '--fields', fields, '--filter', filter, ...row.options, '--json');
  const peaks = watch.stop();
  // The file's download is in them.
  const cores = Object.fromEntries(Object.entries(coresOf(stack)).map(([name, seconds]) => [name, seconds - (before[name] ?? 0)]));
  if (result.code !== 0) throw failed(`export ${row.name}`, result);
  await rm(to);
  const { jobId, rows: written } = resultSchema.parse(JSON.parse(result.stdout.trimEnd().split('\n').at(-1) ?? ''));
  if (written !== expectedRows) throw failed('export all rows', result);
  const { created, finished } = await momentsOf(stack, jobId);
  const activities = await readActivityTimes(stack.temporalAddress, jobId, exportWorkflowId);
  return { seconds: (finished - created) / 1000, engineSeconds: secondsWithoutActivity(activities, created, finished), steps: secondsByStep(activities), peaks, cores };
};

const dataset = 'bench_export';
const median = (numbers: readonly number[]): number => [...numbers].sort((left, right) => left - right)[Math.floor(numbers.length / 2)] ?? 0;
const fixed = (number: number): string => number.toFixed(2);
const megabytes = ({ peaks }: Run): number => Math.round(Math.max(0, ...peaks.map(({ bytes }) => bytes)) / 1024 / 1024);

export interface ExportBenchReport { readonly text: string; readonly holds: boolean }

interface Measured { readonly row: Row; readonly runs: readonly Run[]; readonly bare: readonly number[] }
/** Each run beside a bare COPY of its own: what slows the machine down slows both. */
const measure = async (stack: TestStack, row: Row, repeat: number): Promise<Measured> => {
  const runs: Run[] = [];
  const bare: number[] = [];
  for (let turn = 0; turn < repeat; turn += 1) {
    await withAdmin(stack, async (client) => settle(client, `registry.${dataset}`));
    const copied = await readBareCopy(stack.adminUrl, selection(dataset));
    bare.push(copied.seconds);
    runs.push(await exportOnce(stack, row, copied.rows));
  }
  return { row, runs, bare };
};

const ratioOf = ({ runs, bare }: Measured): number => median(runs.map((run) => run.seconds)) / median(bare);
const leastRatioOf = ({ runs, bare }: Measured): number => Math.min(...runs.map((run) => run.seconds)) / Math.min(...bare);
const rowText = (measured: Measured): string => {
  const { row, runs, bare } = measured;
  const ratio = ratioOf(measured);
  const verdict = row.limit === null ? '–' : `≤ ${row.limit} × ${ratio <= row.limit ? 'holds' : '**does not hold**'}`;
  return `| ${row.name} | ${fixed(median(bare))} | ${fixed(median(runs.map((run) => run.seconds)))} | ${fixed(ratio)} × | ${fixed(leastRatioOf(measured))} × | ${verdict} | ${fixed(median(runs.map((run) => run.engineSeconds)))} | ${Math.max(...runs.map(megabytes))} |`;
};
const numbersText = (numbers: Numbers): string => Object.entries(numbers).map(([name, number]) => `${name} ${fixed(number)}`).join(', ');
const stepsText = ({ row, runs }: Measured): string => `${row.name}: ${runs.map(({ steps }) => numbersText(steps)).join('; ')}`;
const coresText = ({ row, runs }: Measured): string => `${row.name}, seconds of a core: ${runs.map(({ cores }) => numbersText(cores)).join('; ')}`;

/** @param only names of formats; null: all that are written */
export const runExportBench = async (file: ImportDataFile, { repeat, only }: { readonly repeat: number; readonly only: readonly string[] | null }): Promise<ExportBenchReport> => {
  const stack = await startTestStack({ ownPostgres: true, postgresSettings: productSettings });
  try {
    await applyDataset(stack, dataset);
    await importOnce(stack, file, dataset);
    const measured: Measured[] = [];
    for (const row of rows.filter(({ format }) => known(format) && (only === null || only.includes(format)))) measured.push(await measure(stack, row, repeat));
    const text = [
      `${file.rows.toLocaleString('en')} rows × 12 columns, where ${filter}, five fields renamed; seconds, medians of ${repeat}.`, '',
      '| | bare COPY | export | ratio | of the least | limit | engine’s own | highest MB |', '|---|---:|---:|---:|---:|---|---:|---:|', ...measured.map(rowText), '', ...measured.map(stepsText), ...measured.map(coresText),
    ].join('\n');
    return { text, holds: measured.every((entry) => entry.row.limit === null || ratioOf(entry) <= entry.row.limit) };
  } finally {
    await stack.stop();
  }
};
