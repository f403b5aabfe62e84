/** Promise 4 for exports: what a killed process leaves is finished at the part, and the file is the one that nothing disturbed. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { randomUUID } from 'node:crypto';
import * as sheetjs from '@e965/xlsx';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { waitUntil } from '../../temporal-config/wait-until.ts';
import { startFaultBench } from '../support/fault-bench.ts';
import type { FaultBench } from '../support/fault-bench.ts';
import { leftovers, untilTrue } from '../support/operator.ts';
import { readParquet } from '../support/read-parquet.ts';

let bench: FaultBench;
let undisturbed = '';
const wanted = 1_000;

const start = async (options: object = {}): Promise<string> => {
  const { startExport } = await bench.ask<{ startExport: { job: { id: string } } }>('mutation ($input: StartExportInput!, $key: ID!) { startExport(input: $input, idempotencyKey: $key) { job { id } } }',
    { input: { dataset: 'undisturbed', format: 'csv', sort: [{ field: 'record_id' }], purpose: 'faults', ...options }, key: randomUUID() });
  return startExport.job.id;
};

const written = async (jobId: string): Promise<number> =>
  Number((await bench.sql<{ n: string }>('select count(*) as n from waybill.export_parts where job_id = $1 and written_at is not null', [jobId]))[0]?.n ?? 0);

interface Times { readonly partNo: number; readonly writtenAt: string }
const timesOf = (jobId: string): Promise<readonly Times[]> =>
  bench.sql<Times>('select part_no as "partNo", written_at::text as "writtenAt" from waybill.export_parts where job_id = $1 and written_at is not null order by part_no', [jobId]);

/** Byte for byte the undisturbed file. */
const isUndisturbed = (content: Buffer): void => { expect(content.toString('utf8') === undisturbed).toBe(true); };

/** Completed once, with a file that holds what it shall, and nothing is left. */
const expectWhole = async (jobId: string, judge: (content: Buffer) => unknown = isUndisturbed): Promise<void> => {
  expect((await bench.untilEnded(jobId)).state, await bench.stack.log('worker-1')).toBe('completed');
  const file = join(bench.folder, `${jobId}.out`);
  await bench.json('download', jobId, '--to', file);
  await judge(readFileSync(file));
  const [counts] = await bench.sql(`select (select count(*)::int from waybill.receipts where job_id = $1) as receipts,
    (select count(*)::int from waybill.audit_events where job_id = $1 and action = 'export.completed') as ends`, [jobId]);
  expect(counts).toEqual({ receipts: 1, ends: 1 });
  let left: readonly string[] = [''];
  await waitUntil(async () => { left = await leftovers(bench, jobId); return left.length === 0; }, 20_000);
  expect(left).toEqual([]);
};

beforeAll(async () => {
  bench = await startFaultBench({ ownPostgres: true, chunkBytes: 512 * 1024 });
  const file = join(bench.folder, 'undisturbed.csv');
  await bench.json('export', 'undisturbed', '--to', file, '--sort', 'record_id');
  undisturbed = readFileSync(file, 'utf8');
  expect(undisturbed.length).toBeGreaterThan(wanted);
});
afterAll(async () => { await bench.close(); });

const parquetRows = async (content: Buffer): Promise<string> => JSON.stringify((await readParquet(content)).rows.map(({ cells }) => cells));
const sheetRows = (content: Buffer): string => {
  const { Sheets, SheetNames } = sheetjs.read(content, { type: 'buffer', dense: true });
  return SheetNames.map((name) => sheetjs.utils.sheet_to_csv(Sheets[name] ?? {})).join('\n');
};
const otherFormats: readonly (readonly [string, (content: Buffer) => string | Promise<string>])[] = [['parquet', parquetRows], ['xlsx', sheetRows]];

const killedInMidPart = async (options: object, judge?: (content: Buffer) => unknown): Promise<void> => {
  const jobId = await start(options);
  await untilTrue('three parts are written', async () => await written(jobId) >= 3);
  const gate = await bench.closeGate('part');
  await gate.untilWaiting(2);
  const before = await timesOf(jobId);
  await bench.stack.kill('worker');
  await gate.open();
  // What stood at the gate was written whole, and its statement may have gone through without its worker.
  await bench.stack.start('worker');
  await expectWhole(jobId, judge);
  const after = new Map((await timesOf(jobId)).map(({ partNo, writtenAt }) => [partNo, writtenAt]));
  expect(before.length).toBeGreaterThanOrEqual(3);
  for (const { partNo, writtenAt } of before) expect(after.get(partNo)).toBe(writtenAt);
};

describe('an export whose worker is killed', () => {
  it('in mid-part goes on at the part: what was written before is not written again', () => killedInMidPart({}));

  it.each(otherFormats)('in mid-part of a file of %s goes on at the part, and the file holds every row once', async (format, rowsOf) => {
    const file = join(bench.folder, `undisturbed.${format}`);
    await bench.json('export', 'undisturbed', '--to', file, '--format', format, '--sort', 'record_id');
    const expected = await rowsOf(readFileSync(file));
    expect(expected.length).toBeGreaterThan(undisturbed.length / 2);
    await killedInMidPart({ format }, async (content) => { expect(await rowsOf(content) === expected).toBe(true); });
  });

  it('while one of two lives is finished by the other', async () => {
    const jobId = await start();
    const gate = await bench.closeGate('part');
    await gate.untilWaiting(2);
    await bench.stack.kill('worker-1');
    await gate.open();
    await expectWhole(jobId);
    await bench.stack.start('worker-1');
  });
});

describe('an export', () => {
  it('outlives a crash of PostgreSQL, which empties what was frozen: it is frozen anew, at a later moment', async () => {
    const jobId = await start();
    const gate = await bench.closeGate('part');
    await gate.untilWaiting(2);
    await bench.stack.kill('postgres');
    await untilTrue('the server is started', () => bench.stack.start('postgres').then(() => true, () => false));
    await expectWhole(jobId);
    expect(await bench.sql('select plan_epoch as epoch from waybill.jobs where job_id = $1', [jobId])).toEqual([{ epoch: 2 }]);
  });

  it('outlives the API and the engine', async () => {
    const jobId = await start();
    const gate = await bench.closeGate('part');
    await gate.untilWaiting(1);
    await bench.stack.kill('api');
    await bench.stack.kill('engine');
    await gate.open();
    await bench.stack.start('engine');
    await bench.stack.start('api');
    await expectWhole(jobId);
  });

  it('that is paused writes no further part, and goes on when it is resumed', async () => {
    const gate = await bench.closeGate('part');
    const jobId = await start();
    await gate.untilWaiting(2);
    await bench.json('pause', jobId);
    await gate.open();
    await untilTrue('it stands', async () => { const before = await written(jobId); await new Promise((resolve) => { setTimeout(resolve, 1_000); }); return before > 0 && await written(jobId) === before; });
    expect((await bench.job(jobId)).state).toBe('staging');
    await bench.json('resume', jobId);
    await expectWhole(jobId);
  });
});
