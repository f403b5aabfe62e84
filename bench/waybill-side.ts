/** The import as an operator has it: the `waybill` command against a whole stack with the product's settings, on a PostgreSQL of its own (fsync on). */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import pg from 'pg';
import { z } from 'zod';
import { WaybillError } from '../contracts/errors.ts';
import { jobIdSchema } from '../contracts/ids.ts';
import { startTestStack } from '../test/support/stack.ts';
import type { CommandResult, TestStack } from '../test/support/stack.ts';
import { readActivityTimes, secondsByStep, secondsOfStaging, secondsWithoutActivity } from './activity-times.ts';
import { settle } from './hand-written-sql.ts';
import { findProcesses, watchPeakMemory } from './process-memory.ts';
import type { ImportSide, LoadTimes } from './import-bench.ts';
import type { ImportDataFile } from './make-import-data.ts';
import { ruledMapping, ruledRules } from './ruled-treatment.ts';

/** What the stack of the tests turns down. */
export const productSettings = { fsync: 'on', shared_buffers: '256MB', max_wal_size: '4GB' };

export const definitionOf = (name: string): object => ({
  name,
  fields: [
    { name: 'record_id', type: 'code', required: true, key: true },
    { name: 'full_name', type: 'text' }, { name: 'narrative', type: 'text' }, { name: 'status', type: 'text' },
    { name: 'occurred_on', type: 'date' }, { name: 'reported_on', type: 'date' },
    { name: 'persons', type: 'integer', pgType: 'integer' }, { name: 'amount', type: 'number', precision: 12, scale: 2 },
    { name: 'latitude', type: 'number', precision: 9, scale: 6 }, { name: 'longitude', type: 'number', precision: 9, scale: 6 },
    { name: 'phone', type: 'phone' }, { name: 'municipality', type: 'text' },
  ],
});

const count = z.number();
const resultSchema = z.object({
  jobId: jobIdSchema, state: z.literal('completed'),
  books: z.object({ read: count, created: count, updated: count, unchanged: count }),
});
const momentsSchema = z.object({ created: z.coerce.number(), started: z.coerce.number(), finished: z.coerce.number() });

export const failed = (what: string, { code, stderr }: CommandResult): WaybillError => {
  process.stderr.write(stderr);
  return new WaybillError('INTERNAL', `The bench could not ${what}: exit code ${code}.`);
};

export const applyDataset = async (stack: TestStack, name: string): Promise<void> => {
  const path = join(stack.folder.root, `${name}.dataset.json`);
  await writeFile(path, JSON.stringify(definitionOf(name)));
  const result = await stack.waybill('dataset', 'apply', path);
  if (result.code !== 0) throw failed('apply its dataset', result);
};

export const importOnce = async (stack: TestStack, file: ImportDataFile, dataset: string, options: readonly string[] = []): Promise<z.infer<typeof resultSchema>> => {
  const result = await stack.waybill('import', file.path, '--dataset', dataset, ...options, '--json');
  if (result.code !== 0) throw failed('import its file', result);
  const outcome = resultSchema.parse(JSON.parse(result.stdout.trimEnd().split('\n').at(-1) ?? ''));
  const { read, created, updated, unchanged } = outcome.books;
  if (read !== file.rows || created + updated + unchanged !== file.rows) throw new WaybillError('INTERNAL', 'The books are not those of the bench’s file.');
  return outcome;
};

export const withAdmin = async <T>(stack: TestStack, work: (client: pg.Client) => Promise<T>): Promise<T> => {
  const client = new pg.Client({ connectionString: stack.adminUrl });
  await client.connect();
  try { return await work(client); } finally { await client.end(); }
};

export const momentsOf = (stack: TestStack, jobId: string): Promise<z.infer<typeof momentsSchema>> => withAdmin(stack, async (client) => {
  const ms = (column: string): string => `extract(epoch from ${column}) * 1000`;
  const found = await client.query(
    `select ${ms('created_at')} as created, ${ms('started_at')} as started, ${ms('finished_at')} as finished from waybill.jobs where job_id = $1`, [jobId]);
  return momentsSchema.parse(found.rows[0]);
});

export const waybillProcesses = (stack: TestStack): readonly { readonly pid: number; readonly name: string }[] => [
  ...Object.entries(stack.pids()).flatMap(([name, pid]) => (pid !== undefined && (name === 'api' || name.startsWith('worker-')) ? [{ pid, name }] : [])),
  ...findProcesses((line) => line.includes('dist/cli.mjs import')).map((pid) => ({ pid, name: 'cli' })),
];

const load = async (stack: TestStack, file: ImportDataFile, { dataset, options = [] }: { readonly dataset: string; readonly options?: readonly string[] }): Promise<LoadTimes> => {
  await withAdmin(stack, async (client) => settle(client, `registry.${dataset}`));
  const watch = watchPeakMemory(() => waybillProcesses(stack));
  const commandedMs = Date.now();
  const outcome = await importOnce(stack, file, dataset, options);
  const peaks = watch.stop();
  const { created, started, finished } = await momentsOf(stack, outcome.jobId);
  const activities = await readActivityTimes(stack.temporalAddress, outcome.jobId);
  // The commit ends when its step does: the row's own time is taken inside the transaction, before it is durable.
  const committed = activities.find(({ type }) => type === 'commitJob')?.endMs ?? finished;
  return {
    // The command's own start is in it.
    receiveSeconds: (created - commandedMs) / 1000,
    loadSeconds: (committed - started) / 1000,
    closeSeconds: (finished - committed) / 1000,
    engineSeconds: secondsWithoutActivity(activities, started, committed),
    steps: secondsByStep(activities),
    peaks,
  };
};

const ruledOptions = async ({ folder }: TestStack): Promise<readonly string[]> => {
  const mapping = join(folder.root, 'ruled.mapping.json'), rules = join(folder.root, 'ruled.rules.json');
  await writeFile(mapping, JSON.stringify(ruledMapping));
  await writeFile(rules, JSON.stringify(ruledRules));
  return ['--mapping', mapping, '--rules', rules];
};

/** A stack of its own, because the number of threads is given at start. */
const measureStaging = async (file: ImportDataFile, workers: 1 | 2): Promise<number> => {
  const stack = await startTestStack({ ownPostgres: true, postgresSettings: productSettings, threads: 1, workers });
  try {
    await applyDataset(stack, 'bench_staging');
    return secondsOfStaging(await readActivityTimes(stack.temporalAddress, (await importOnce(stack, file, 'bench_staging')).jobId));
  } finally {
    await stack.stop();
  }
};

export const startWaybillSide = async (): Promise<ImportSide> => {
  const stack = await startTestStack({ ownPostgres: true, postgresSettings: productSettings });
  let datasetNo = 0;
  const nextDataset = async (): Promise<string> => {
    datasetNo += 1;
    await applyDataset(stack, `bench_${datasetNo}`);
    return `bench_${datasetNo}`;
  };
  return {
    databaseUrl: stack.adminUrl,
    loadFirst: async (file) => load(stack, file, { dataset: await nextDataset() }),
    loadRuled: async (file) => load(stack, file, { dataset: await nextDataset(), options: await ruledOptions(stack) }),
    loadDelta: (file) => load(stack, file, { dataset: `bench_${datasetNo}` }),
    commandSeconds: async (file) => {
      const dataset = await nextDataset();
      const startedMs = performance.now();
      await importOnce(stack, file, dataset);
      return (performance.now() - startedMs) / 1000;
    },
    stageSeconds: measureStaging,
    stop: stack.stop,
  };
};
