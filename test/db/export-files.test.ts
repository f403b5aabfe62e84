/** The finished files of exports: what stands beside them, how long they are kept, and the receipt of an export that the sweeper failed. */
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { assembleFiles } from '../../activities/assemble-files.ts';
import { exportOfJob } from '../../activities/export-of-job.ts';
import { downloadExport } from '../../api/exports/download-export.ts';
import { removeExpiredExports } from '../../api/exports/remove-expired-exports.ts';
import { failJob } from '../../api/jobs/fail-job.ts';
import { localOperator } from '../../contracts/actor.ts';
import { exportFileName } from '../../contracts/export-request.ts';
import type { FileWriter } from '../../core/formats/file-writer.ts';
import { verifyReceipt } from '../../core/receipt/receipt-signing.ts';
import { findJobForWorker } from '../../db/find-job.ts';
import type { Job } from '../../db/job.ts';
import { findReceipt } from '../../db/receipts.ts';
import { exportPrefix } from '../../storage/storage-keys.ts';
import { ImportBench } from '../support/import-bench.ts';
import { close, freeze, readFiles, requestExport, runExport, writeParts } from '../support/export-run.ts';

let bench: ImportBench;
beforeAll(async () => {
  bench = await ImportBench.open();
  await bench.adopt('people', `create table app.people (id int primary key, name text); insert into app.people select n, 'Name ' || n from generate_series(1, 50) n`);
});
afterAll(async () => { await bench.close(); });

const signal = new AbortController().signal;
const mustFind = async (jobId: string): Promise<Job> => await findJobForWorker(bench.pool, jobId) ?? expect.unreachable('no job');
const keys = async (jobId: string): Promise<readonly string[]> => {
  const found: string[] = [];
  for await (const { key } of bench.deps.storage.list(exportPrefix(jobId))) found.push(key);
  return found;
};
const withSchema: FileWriter = {
  companions: [{ extension: 'xsd', bytes: Buffer.from('<schema/>') }], guardedCells: 0, writeLines: null, assemblesInOrder: true,
  writePart: () => { throw new TypeError('the parts are written'); },
  async *assemble(parts) { for (const part of parts) yield* part.read(); },
};

describe('a file beside the records', () => {
  it('is one for all files of a split export: numbered after them, hashed, in the receipt and the audit, under a name of its own', async () => {
    const jobId = await requestExport(bench, 'people', { splitRows: 20 });
    await writeParts(bench, jobId, await freeze(bench, jobId));
    for (let run = 0; run < 2; run += 1) await assembleFiles(bench.deps, await exportOfJob(bench.pool, jobId), { fileCount: 3, signal, writerOf: () => withSchema });
    await bench.sql(`update waybill.jobs set state = 'closing' where job_id = $1`, [jobId]);
    await close(bench, jobId);
    const { files, contents } = await readFiles(bench, jobId);
    const sha256 = createHash('sha256').update('<schema/>').digest('hex');
    expect(files.map(({ fileNo, rows, extension }) => [fileNo, rows, extension])).toEqual([[1, 20, null], [2, 20, null], [3, 10, null], [4, 0, 'xsd']]);
    expect([files[3]?.sha256, contents[3]?.toString()]).toEqual([sha256, '<schema/>']);
    const receipt = await findReceipt(bench.pool, { jobId });
    expect(receipt?.body).toMatchObject({ rows: 50, files: [{ no: 1 }, { no: 2 }, { no: 3 }, { no: 4, extension: 'xsd', rows: 0, sha256 }] });
    expect(verifyReceipt(receipt, { trustedKeyId: bench.deps.signingKey.keyId })).toMatchObject({ valid: true });
    const [event] = await bench.sql(`select body from waybill.audit_events where job_id = $1 and action = 'export.completed'`, [jobId]);
    expect(JSON.stringify(event)).toContain('xsd');
    const asked = { dataset: 'people', format: 'csv', compress: 'none', splitRows: 20 } as const;
    expect(files.map((file) => exportFileName(asked, file))).toEqual(['people-0001.csv', 'people-0002.csv', 'people-0003.csv', 'people.xsd']);
  });
});

describe('files of a finished export', () => {
  it('are removed when their time is over, marked and audited once; the receipt stays, and a download says why there is none', async () => {
    const old = (await runExport(bench, 'people')).jobId;
    const young = (await runExport(bench, 'people')).jobId;
    await bench.sql(`update waybill.jobs set finished_at = now() - interval '8 days' where job_id = $1`, [old]);
    expect(await removeExpiredExports(bench.deps, 0)).toBe(0);
    expect(await removeExpiredExports(bench.deps, 7)).toBe(1);
    expect(await removeExpiredExports(bench.deps, 7)).toBe(0);
    expect([await keys(old), (await keys(young)).length]).toEqual([[], 1]);
    expect((await bench.sql('select removed_at is not null as removed from waybill.export_files where job_id = any($1) order by removed desc', [[old, young]])).map((row) => row['removed'])).toEqual([true, false]);
    expect((await bench.sql(`select job_id from waybill.audit_events where action = 'export.expired'`)).map((row) => row['job_id'])).toEqual([old]);
    expect((await findReceipt(bench.pool, { jobId: old }))?.body).toMatchObject({ state: 'completed', files: [{ rows: 50 }] });
    const download = async (jobId: string): Promise<Response> => downloadExport(bench.deps, { actor: localOperator, job: await mustFind(jobId), purpose: 'test', fileNo: 1 });
    await expect(download(old)).rejects.toMatchObject({ code: 'EXPORT_EXPIRED' });
    expect((await (await download(young)).text()).split('\r\n').length).toBe(52);
  });

  it('are marked by the next round when the process died after it had removed them', async () => {
    const { jobId } = await runExport(bench, 'people');
    await bench.sql(`update waybill.jobs set finished_at = now() - interval '8 days' where job_id = $1`, [jobId]);
    await bench.deps.storage.remove(exportPrefix(jobId));
    expect(await removeExpiredExports(bench.deps, 7)).toBe(1);
  });
});

describe('an export that no workflow can end any more', () => {
  it('is failed with a signed receipt that names what was asked for, in the database and as a file', async () => {
    const jobId = await requestExport(bench, 'people', { filter: `name = 'Name 7'`, fields: [{ field: 'id', as: 'Id' }] });
    await writeParts(bench, jobId, await freeze(bench, jobId));
    await failJob(bench.deps, await mustFind(jobId), 'WORKFLOW_LOST');
    await failJob(bench.deps, await mustFind(jobId), 'WORKFLOW_LOST');
    const receipt = await findReceipt(bench.pool, { jobId });
    expect(verifyReceipt(receipt, { trustedKeyId: bench.deps.signingKey.keyId })).toMatchObject({ valid: true, trusted: true });
    expect(receipt?.body).toMatchObject({ kind: 'export', state: 'failed', errorCode: 'WORKFLOW_LOST', files: [], fields: [{ field: 'id', as: 'Id' }], filterFields: ['name'] });
    expect(JSON.stringify(receipt)).not.toContain('Name 7');
    expect(JSON.parse(await readFile(join(bench.deps.receiptsFolder, `${jobId}.json`), 'utf8'))).toEqual(receipt);
    expect([await keys(jobId), (await mustFind(jobId)).state]).toEqual([[], 'failed']);
  });
});
