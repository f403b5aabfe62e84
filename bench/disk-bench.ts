/**
 * How much an import makes the database grow at its greatest, a byte of the file: staging, records, indexes, origins, before-images, sorts on
 * disk and the WAL of them all. The factors of api/inspect/estimate-import.ts are set from it.
 */
import { readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { WaybillError } from '../contracts/errors.ts';
import { exitCodes } from '../contracts/job-states.ts';
import { checkoutFolder } from '../temporal-config/checkout-folder.ts';
import { startTestStack } from '../test/support/stack.ts';
import type { TestStack } from '../test/support/stack.ts';
import { makeImportFile } from './make-import-data.ts';
import { definitionOf, productSettings } from './waybill-side.ts';

interface Shape {
  readonly name: string;
  readonly path: string;
  readonly dataset: string;
  readonly options?: readonly string[];
}

export interface DiskFigure {
  readonly shape: string;
  readonly bytes: number;
  readonly rows: number;
  readonly seconds: number;
  /** The greatest seen during the job, since before it. */
  readonly databaseBytes: number;
  readonly walBytes: number;
  readonly peakBytes: number;
}

const everyMs = 25;

const makeFile = async (folder: string, name: string, lines: Iterable<string>): Promise<string> => {
  const path = join(folder, name);
  await writeFile(path, `${[...lines].join('\n')}\n`);
  return path;
};

const numbered = (count: number, line: (row: number) => string): readonly string[] => Array.from({ length: count }, (_, row) => line(row));
const wideColumns = 100;

const narrow = { name: 'disk_narrow', fields: [{ name: 'id', type: 'integer', required: true, key: true }, { name: 'n', type: 'integer' }] };
const keyOnly = { name: 'disk_words', fields: [{ name: 'word', type: 'code', required: true, key: true }] };
const wide = {
  name: 'disk_wide',
  fields: [{ name: 'id', type: 'integer', required: true, key: true }, ...Array.from({ length: wideColumns - 1 }, (_, column) => ({ name: `c${column}`, type: 'integer' }))],
};
const wideText = { ...wide, name: 'disk_wide_text', fields: wide.fields.map((field, at) => at === 0 ? field : { ...field, type: 'text' }) };

const applyAll = async (stack: TestStack): Promise<void> => {
  for (const definition of [definitionOf('disk_records'), narrow, keyOnly, wide, wideText]) {
    const path = await makeFile(stack.folder.root, 'disk.dataset.json', [JSON.stringify(definition)]);
    await runOrFail(stack, 'dataset', 'apply', path);
  }
  await runOrFail(stack, 'dataset', 'apply', join(checkoutFolder, 'examples', 'incidents.dataset.json'));
};

const runOrFail = async (stack: TestStack, ...args: readonly string[]): Promise<void> => {
  const { code, stderr } = await stack.waybill(...args);
  // The example has rejected rows.
  if (code !== exitCodes.completed && code !== exitCodes.completed_with_rejects) throw new WaybillError('INTERNAL', `The bench could not run ${args[0] ?? ''}: exit code ${code}. ${stderr}`);
};

const makeShapes = async (folder: string, rows: number): Promise<readonly Shape[]> => {
  const { path: records } = await makeImportFile(rows);
  const text = await readFile(records, 'utf8');
  const changed = await makeFile(folder, 'changed.csv', [text.replaceAll(/^(R\d+,)/gm, '$1X').trimEnd()]);
  const lines = (header: string, count: number, line: (row: number) => string): readonly string[] => [header, ...numbered(count, line)];
  const wideHeader = wide.fields.map(({ name }) => name).join(',');
  const cells = (row: number): string => Array.from({ length: wideColumns - 1 }, (_, column) => (row * 7 + column) % 10).join(',');
  return [
    { name: 'records, 12 columns, a first load', path: records, dataset: 'disk_records' },
    { name: 'the same, every record changed', path: changed, dataset: 'disk_records' },
    { name: 'examples/partner-incidents.csv', path: join(checkoutFolder, 'examples', 'partner-incidents.csv'), dataset: 'incidents' },
    { name: '2 columns of integers, a first load', path: await makeFile(folder, 'narrow.csv', lines('id,n', rows * 2, (row) => `${row},${row % 10}`)), dataset: 'disk_narrow' },
    { name: 'the same, every record changed', path: await makeFile(folder, 'narrow2.csv', lines('id,n', rows * 2, (row) => `${row},${(row + 1) % 10}`)), dataset: 'disk_narrow' },
    { name: '1 column, the key', path: await makeFile(folder, 'words.csv', lines('word', rows * 2, (row) => row.toString(36).padStart(4, 'a'))), dataset: 'disk_words' },
    { name: '100 columns of one digit, integers', path: await makeFile(folder, 'wide.csv', lines(wideHeader, rows / 4, (row) => `${row},${cells(row)}`)), dataset: 'disk_wide' },
    { name: '100 columns of one digit, text', path: await makeFile(folder, 'wide-text.csv', lines(wideHeader, rows / 4, (row) => `${row},${cells(row)}`)), dataset: 'disk_wide_text' },
    { name: 'the same, every record changed', path: await makeFile(folder, 'wide-text2.csv', lines(wideHeader, rows / 4, (row) => `${row},${cells(row + 1)}`)), dataset: 'disk_wide_text' },
  ];
};

interface Place { readonly database: number; readonly temporary: number; readonly wal: number }

const look = async (client: pg.Client): Promise<Place> => {
  const { rows: [row] } = await client.query<Record<keyof Place, string>>(`
    select pg_database_size(current_database()) as database, (select coalesce(sum(size), 0) from pg_ls_tmpdir()) as temporary,
      pg_wal_lsn_diff(pg_current_wal_insert_lsn(), '0/0') as wal`);
  return { database: Number(row?.database), temporary: Number(row?.temporary), wal: Number(row?.wal) };
};

/** A relation may go while its size is asked for; the next look finds the rest. */
const watch = async (client: pg.Client, before: Place, ended: () => boolean): Promise<Pick<DiskFigure, 'databaseBytes' | 'walBytes' | 'peakBytes'>> => {
  const peak = { databaseBytes: 0, walBytes: 0, peakBytes: 0 };
  do {
    const now = await look(client).catch(() => before);
    const [databaseBytes, walBytes] = [now.database + now.temporary - before.database - before.temporary, now.wal - before.wal];
    peak.databaseBytes = Math.max(peak.databaseBytes, databaseBytes);
    peak.walBytes = Math.max(peak.walBytes, walBytes);
    peak.peakBytes = Math.max(peak.peakBytes, databaseBytes + walBytes);
    await sleep(everyMs);
  } while (!ended());
  return peak;
};

const measure = async (stack: TestStack, client: pg.Client, { name, path, dataset }: Shape): Promise<DiskFigure> => {
  await client.query('vacuum');
  await client.query('checkpoint');
  const before = await look(client);
  let ended = false;
  const importing = runOrFail(stack, 'import', path, '--dataset', dataset, '--json').finally(() => { ended = true; });
  const [peak] = await Promise.all([watch(client, before, () => ended), importing]);
  const { rows: [job] } = await client.query<{ rows: string; seconds: string }>(
    'select rows_total as rows, extract(epoch from finished_at - started_at) as seconds from waybill.jobs order by job_no desc limit 1');
  return { shape: name, bytes: (await stat(path)).size, rows: Number(job?.rows), seconds: Number(job?.seconds), ...peak };
};

/** The embedded server keeps no WAL for standbys; one that an operator runs does, and writes that of a first load too. */
const walOfReplica = { wal_level: 'replica', max_wal_senders: '2' };

export const runDiskBench = async (rows: number, { replica }: { readonly replica: boolean }): Promise<readonly DiskFigure[]> => {
  const stack = await startTestStack({ ownPostgres: true, postgresSettings: { ...productSettings, ...(replica ? walOfReplica : {}) } });
  const client = new pg.Client({ connectionString: stack.adminUrl });
  try {
    await client.connect();
    await applyAll(stack);
    const figures: DiskFigure[] = [];
    for (const shape of await makeShapes(stack.folder.root, rows)) figures.push(await measure(stack, client, shape));
    return figures;
  } finally {
    await client.end();
    await stack.stop();
  }
};

const megabytes = (bytes: number): string => (bytes / 1e6).toFixed(1);

export const describeDiskBench = (figures: readonly DiskFigure[]): string => [
  '| file | MB | rows | database, MB | WAL, MB | both, a byte of the file | seconds | rows/s | MB/s |',
  '|---|---|---|---|---|---|---|---|---|',
  ...figures.map(({ shape, bytes, rows, databaseBytes, walBytes, peakBytes, seconds }) =>
    `| ${shape} | ${megabytes(bytes)} | ${rows} | ${megabytes(databaseBytes)} | ${megabytes(walBytes)} | ${(peakBytes / bytes).toFixed(1)} | ${seconds.toFixed(2)} | ${Math.round(rows / seconds)} | ${(bytes / seconds / 1e6).toFixed(1)} |`),
].join('\n');
