import { readFile } from 'node:fs/promises';
import type { Client } from '@temporalio/client';
import { TestWorkflowEnvironment } from '@temporalio/testing';
import { DefaultLogger, Runtime, Worker } from '@temporalio/worker';
import { defineSearchAttributeKey, SearchAttributeType } from '@temporalio/common';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createControlActivities, createTransferActivities } from '../../activities/create-activities.ts';
import type { ApiDeps } from '../../api/api-deps.ts';
import type { AnsweredJob } from '../../api/engine/import-engine.ts';
import { confirmMapping, parseAnswer } from '../../api/jobs/confirm-mapping.ts';
import { saveFromJob } from '../../api/templates/template-service.ts';
import { localOperator } from '../../contracts/actor.ts';
import { controlTaskQueue, exportWorkflowId, importWorkflowId, transferTaskQueue } from '../../contracts/ids.ts';
import { answerUpdateId, confirmMappingUpdate, exportWorkflowType, importWorkflowType, type AnswerMessage } from '../../contracts/workflow-messages.ts';
import { checkoutFolder } from '../../temporal-config/checkout-folder.ts';
import { exportPartKey } from '../../storage/storage-keys.ts';
import { obtainEngine } from '../../temporal-config/obtain-engine.ts';
import { searchAttributes } from '../../temporal-config/search-attributes.ts';
import { waitUntil } from '../../temporal-config/wait-until.ts';
import { buildBundles } from '../support/build-bundles.ts';
import { textsOf } from '../support/history-texts.ts';
import { ImportBench, shortBooks } from '../support/import-bench.ts';
import { readFiles, requestExport } from '../support/export-run.ts';
import { recordHistory } from '../support/record-history.ts';

let bench: ImportBench;
let engine: TestWorkflowEnvironment;
let client: Client;
const logged: string[] = [];
const stops: (() => Promise<void>)[] = [];
/** What happens to a job before its files are assembled. */
let beforeClose: (jobId: string) => Promise<void> = () => Promise.resolve();

beforeAll(async () => {
  Runtime.install({ logger: new DefaultLogger('DEBUG', (entry) => { logged.push(JSON.stringify({ ...entry, timestampNanos: 0 })); }) });
  await buildBundles();
  bench = await ImportBench.open({ chunkBytes: 64 });
  engine = await TestWorkflowEnvironment.createLocal({
    client: { identity: 'test' },
    server: {
      executable: { type: 'existing-path', path: await obtainEngine(() => undefined) }, log: { format: 'pretty', level: 'error' },
      searchAttributes: searchAttributes.map((name) => defineSearchAttributeKey(name, SearchAttributeType.KEYWORD)),
    },
  });
  ({ client } = engine);
  const shared = { connection: engine.nativeConnection, identity: 'test' };
  // One chunk at a time, as on a thread of the worker: a thread has one set of buffers.
  const control = createControlActivities(bench.deps);
  const closeExport: typeof control.closeExport = async (input) => { await beforeClose(input.jobId); return control.closeExport(input); };
  const workers = await Promise.all([
    Worker.create({ ...shared, taskQueue: controlTaskQueue, activities: { ...control, closeExport }, workflowBundle: { code: await readFile(`${checkoutFolder}/dist/workflow-bundle.js`, 'utf8') } }),
    Worker.create({ ...shared, taskQueue: transferTaskQueue, activities: createTransferActivities(bench.deps), maxConcurrentActivityTaskExecutions: 1 }),
  ]);
  for (const worker of workers) { const run = worker.run(); stops.push(async () => { worker.shutdown(); await run; }); }
});
afterAll(async () => {
  for (const stop of stops) await stop();
  await engine.teardown();
  await bench.close();
});

/** Every cell, header and name in here is a word that nothing else says. */
const secrets = ['zebra', 'Quokka', 'narwhal', 'WOMBAT', 'axolotl'];
const file = [
  'QuokkaKey,narwhalName,axolotlDay,n',
  ...Array.from({ length: 40 }, (_, row) => `zebra-${row},"WOMBAT ""${row}"", x",0${1 + row % 9}/0${1 + row % 8}/2024,${row === 7 ? 'zebraNumber' : row}`),
  'zebra-41,WOMBAT,13/02/2024,666', 'zebra-1,WOMBAT,14/02/2024,1',
].join('\n');

it('leads real activities through an import, and no value, header or file name reaches the engine or its logs', async () => {
  await bench.adopt('dataset_of_test', `create table app.dataset_of_test (id text primary key, name text, day date, n int, constraint small check (n < 500))`);
  const map = [['QuokkaKey', 'id'], ['narwhalName', 'name'], ['axolotlDay', 'day']].map(([column, field]) => ({ columns: [column ?? ''], field: field ?? '' }));
  const jobId = await bench.receive('dataset_of_test', file, { map, fileName: 'axolotl-zebra.csv', partner: 'narwhal' });
  const handle = await client.workflow.start(importWorkflowType, { workflowId: importWorkflowId(jobId), taskQueue: controlTaskQueue, args: [{ jobId }] });
  const { state, books } = await handle.result() as { state: string; books: Parameters<typeof shortBooks>[0] };
  expect([state, shortBooks(books)]).toEqual(['completed_with_rejects', { created: 39, duplicate: 1, quarantined: 2 }]);
  expect(await bench.found(jobId)).toEqual(['8 INTEGER_INVALID n', '41 RANGE_ABOVE n']);
  expect((await bench.job(jobId)).state).toBe('completed_with_rejects');
  const texts = textsOf(await handle.fetchHistory());
  expect(texts.join('\n')).toContain(jobId);
  for (const secret of secrets) {
    expect(texts.filter((text) => text.toLowerCase().includes(secret.toLowerCase()))).toEqual([]);
    expect(logged.filter((text) => text.toLowerCase().includes(secret.toLowerCase()))).toEqual([]);
  }
  await recordHistory(handle, 'real-import');
});

it('refuses with our own sentence, and nothing of the file in it', async () => {
  const jobId = await bench.receive('dataset_of_test', 'axolotl,WOMBAT\nzebra,narwhal\n', { fileName: 'Quokka.csv' });
  const handle = await client.workflow.start(importWorkflowType, { workflowId: importWorkflowId(jobId), taskQueue: controlTaskQueue, args: [{ jobId }] });
  expect(await handle.result()).toMatchObject({ state: 'refused' });
  expect(await bench.job(jobId)).toMatchObject({ state: 'refused', errorCode: 'MAPPING_EMPTY' });
  const texts = textsOf(await handle.fetchHistory()).join('\n').toLowerCase();
  for (const secret of secrets) expect(texts).not.toContain(secret.toLowerCase());
  await recordHistory(handle, 'real-refusal');
});

it('refuses a file with codes that a value map blocks, with the field and the count and no code', async () => {
  const map = [
    { columns: ['QuokkaKey'], field: 'id', transforms: [{ fn: 'trim' as const }] },
    { columns: ['narwhalName'], field: 'name', transforms: [{ fn: 'map' as const, table: { zebra: 'axolotl' }, unknown: 'block' as const }] },
  ];
  const before = await bench.numbers('select count(*) from app.dataset_of_test');
  const jobId = await bench.receive('dataset_of_test', 'QuokkaKey,narwhalName\nzebra-1,zebra\nzebra-2,WOMBAT\nzebra-3,wombat\n', { map, fileName: 'Quokka.csv' });
  const handle = await client.workflow.start(importWorkflowType, { workflowId: importWorkflowId(jobId), taskQueue: controlTaskQueue, args: [{ jobId }] });
  expect(await handle.result()).toMatchObject({ state: 'refused' });
  expect(await bench.job(jobId)).toMatchObject({ state: 'refused', errorCode: 'VALUE_UNKNOWN_CODES', errorPlace: { fields: ['name: 2'] } });
  expect(await bench.found(jobId)).toEqual(['2 VALUE_UNKNOWN_BLOCKS name', '3 VALUE_UNKNOWN_BLOCKS name']);
  expect(await bench.rejects(jobId)).toEqual(['2@3 zebra-2,WOMBAT', '3@4 zebra-3,wombat']);
  expect(await bench.numbers('select count(*) from app.dataset_of_test')).toEqual(before);
  const texts = textsOf(await handle.fetchHistory()).join('\n').toLowerCase();
  for (const secret of secrets) expect(texts).not.toContain(secret.toLowerCase());
});

/** Far behind the samples of start, middle and end: one cell that only day, month, year can read. */
const lateProof = (rows: number): string =>
  ['id,day,note', ...Array.from({ length: rows }, (_, row) => `zebra-${row},${row === 9 ? '25/02/2024' : '03/04/2024'},${'WOMBAT '.repeat(6_000)}`)].join('\n');

it('stages again under the order that a whole column proves, and a row that was only misread before does not stop an import that allows none', async () => {
  await bench.adopt('warrens', 'create table app.warrens (id text primary key, day date, note text)');
  const jobId = await bench.receive('warrens', lateProof(30), { onError: 'abort', fileName: 'Quokka.csv' });
  const handle = await client.workflow.start(importWorkflowType, { workflowId: importWorkflowId(jobId), taskQueue: controlTaskQueue, args: [{ jobId }] });
  const { state, books } = await handle.result() as { state: string; books: Parameters<typeof shortBooks>[0] };
  expect([state, shortBooks(books)]).toEqual(['completed', { created: 30 }]);
  expect(await bench.job(jobId)).toMatchObject({ planEpoch: 2 });
  expect(await bench.sql('select day::text, count(*)::int as n from app.warrens group by 1 order by 1')).toEqual([{ day: '2024-02-25', n: 1 }, { day: '2024-04-03', n: 29 }]);
  expect(await bench.found(jobId)).toEqual([]);
  const texts = textsOf(await handle.fetchHistory()).join('\n').toLowerCase();
  for (const secret of secrets) expect(texts).not.toContain(secret.toLowerCase());
  await recordHistory(handle, 'real-restage');
});

it('stops an import that allows no rejected row where its columns prove nothing, once they are judged', async () => {
  const before = await bench.numbers('select count(*) from app.warrens');
  const jobId = await bench.receive('warrens', 'id,day\nzebra-100,03/04/2024\nzebra-101,05/06/2024\n', { onError: 'abort' });
  const handle = await client.workflow.start(importWorkflowType, { workflowId: importWorkflowId(jobId), taskQueue: controlTaskQueue, args: [{ jobId }] });
  expect(await handle.result()).toMatchObject({ state: 'stopped_by_limits' });
  expect(await bench.found(jobId)).toEqual(['1 DATE_AMBIGUOUS day', '2 DATE_AMBIGUOUS day']);
  expect(await bench.numbers('select count(*) from app.warrens')).toEqual(before);
  await recordHistory(handle, 'real-open-order-aborted');
});

it('waits where a file differs from its template, and goes on with the answer; neither the columns nor the template reach the engine', async () => {
  await bench.make({ name: 'burrows', description: 'Burrows.', fields: [{ name: 'id', type: 'code', key: true, required: true }, { name: 'name', type: 'text', required: true, description: 'Name of the burrow.' }, { name: 'dug_on', type: 'date', description: 'Day on which it was dug.' }] });
  const map = [['QuokkaKey', 'id'], ['narwhalName', 'name'], ['axolotlDay', 'dug_on']].map(([column, field]) => ({ columns: [column ?? ''], field: field ?? '' }));
  const content = (day: string, from: number) => [`QuokkaKey;narwhalName;${day}`, ...Array.from({ length: 8 }, (_, row) => `zebra-${from + row};WOMBAT ${row};${13 + row}/02/2024`)].join('\n');
  const first = await bench.load('burrows', content('axolotlDay', 0), { map });
  const { template } = await saveFromJob(bench.deps, { actor: localOperator, name: 'wombat-burrows', fromJob: first.jobId, drift: {} });
  const jobId = await bench.receive('burrows', content('axolotlDays', 100), { template: { name: template.name }, fileName: 'Quokka.csv' });
  await bench.sql('update waybill.jobs set template_id = $2, template_version = 1 where job_id = $1', [jobId, template.templateId]);
  const handle = await client.workflow.start(importWorkflowType, { workflowId: importWorkflowId(jobId), taskQueue: controlTaskQueue, args: [{ jobId }] });
  expect(await waitUntil(async () => (await bench.job(jobId)).state === 'awaiting_mapping', 20_000)).toBe(true);
  const engine = { sendAnswer: async ({ questionNo }: AnsweredJob) => {
    await handle.executeUpdate<null, [AnswerMessage]>(confirmMappingUpdate, { args: [{ actor: 'tester', questionNo }], updateId: answerUpdateId(jobId, questionNo) });
    return 'heard' as const;
  } };
  await confirmMapping({ pool: bench.pool, engine } as unknown as ApiDeps, { actor: localOperator, jobId, said: parseAnswer({ acceptProposals: true }) });
  const { state, books } = await handle.result() as { state: string; books: Parameters<typeof shortBooks>[0] };
  expect([state, shortBooks(books)]).toEqual(['completed', { created: 8 }]);
  const texts = textsOf(await handle.fetchHistory()).join('\n').toLowerCase();
  expect(texts).toContain('askmapping');
  for (const secret of secrets) expect(texts).not.toContain(secret.toLowerCase());
  await recordHistory(handle, 'real-drift');
});

const startExport = (jobId: string) => client.workflow.start(exportWorkflowType, { workflowId: exportWorkflowId(jobId), taskQueue: controlTaskQueue, args: [{ jobId }] });

it('leads real activities through an export, and neither a value nor the filter reaches the engine or its logs', async () => {
  const jobId = await requestExport(bench, 'dataset_of_test', {
    fields: [{ field: 'id', as: 'QuokkaKey' }, { field: 'name', as: 'narwhalName' }], filter: `id like 'zebra-%' and name <> 'axolotl'`, sort: [{ field: 'n' }], partner: 'narwhal', purpose: 'WOMBAT',
  });
  const handle = await startExport(jobId);
  expect(await handle.result()).toEqual({ state: 'completed' });
  const { files, contents } = await readFiles(bench, jobId);
  expect([files[0]?.rows, contents[0]?.toString().split('\r\n')[0]]).toEqual([39, 'QuokkaKey,narwhalName']);
  const texts = textsOf(await handle.fetchHistory());
  expect(texts.join('\n')).toContain(jobId);
  expect(texts.filter((text) => text.includes('writeExportPart')).length).toBeGreaterThan(1);
  for (const secret of secrets) {
    expect(texts.filter((text) => text.toLowerCase().includes(secret.toLowerCase()))).toEqual([]);
    expect(logged.filter((text) => text.toLowerCase().includes(secret.toLowerCase()))).toEqual([]);
  }
  await recordHistory(handle, 'real-export', exportWorkflowType);
});

it.each(['zeros where its bytes were', 'nothing'])('freezes the selection anew when a crash of the machine left %s of a part, and the file is whole', async (left) => {
  const wish = { sort: [{ field: 'n' }, { field: 'id' }], purpose: 'torn' };
  const calm = await requestExport(bench, 'dataset_of_test', wish);
  await (await startExport(calm)).result();
  let torn = 0;
  beforeClose = async (jobId) => {
    const [part] = await bench.sql('select p.part_no, p.bytes from waybill.jobs j join waybill.export_parts p using (job_id, plan_epoch) where job_id = $1 and plan_epoch = 1 order by part_no desc limit 1', [jobId]);
    if (part === undefined) return;
    torn += 1;
    const bytes = left === 'nothing' ? [] : [Buffer.alloc(Number(part['bytes']))];
    await bench.deps.storage.write(exportPartKey({ jobId, planEpoch: 1, partNo: Number(part['part_no']) }), bytes);
  };
  try {
    const jobId = await requestExport(bench, 'dataset_of_test', wish);
    const handle = await startExport(jobId);
    expect(await handle.result()).toEqual({ state: 'completed' });
    expect(torn).toBe(1);
    expect(await bench.sql('select state, plan_epoch, rows_total::int as rows from waybill.jobs where job_id = $1', [jobId])).toEqual([{ state: 'completed', plan_epoch: 2, rows: 39 }]);
    const [expected, found] = [await readFiles(bench, calm), await readFiles(bench, jobId)];
    expect(found.files.map(({ rows, sha256 }) => ({ rows, sha256 }))).toEqual(expected.files.map(({ rows, sha256 }) => ({ rows, sha256 })));
    expect(found.contents[0]?.equals(expected.contents[0] ?? Buffer.of(0))).toBe(true);
    expect(await bench.numbers('select count(*) from waybill.receipts where job_id = $1', [jobId])).toEqual([1]);
    expect(textsOf(await handle.fetchHistory()).filter((text) => text.includes('freezeExport')).length).toBeGreaterThan(1);
    await recordHistory(handle, 'torn-export', exportWorkflowType);
  } finally {
    beforeClose = () => Promise.resolve();
  }
});

it('ends an export that its format cannot hold as failed, with the field and without the value', async () => {
  await bench.adopt('one_column', `create table app.one_column (id text primary key); insert into app.one_column values ('')`);
  const jobId = await requestExport(bench, 'one_column');
  const handle = await startExport(jobId);
  await expect(handle.result()).rejects.toThrow();
  expect(await bench.job(jobId)).toMatchObject({ state: 'failed', errorCode: 'EXPORT_UNWRITABLE', errorPlace: { field: 'id' } });
  await recordHistory(handle, 'failed-export', exportWorkflowType);
});
