import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { localOperator } from '../../contracts/actor.ts';
import { datasetDefinitionSchema } from '../../contracts/dataset-definition.ts';
import type { Issue } from '../../contracts/issue-codes.ts';
import { createPool, type Pool } from '../../db/connection.ts';
import { createDatasetTable } from '../../db/dataset-table.ts';
import { registerDataset } from '../../db/datasets.ts';
import { findJobForWorker } from '../../db/find-job.ts';
import { groupIssues, pageIssues, type IssueCursor } from '../../db/issues.ts';
import { noteJob } from '../../db/move-job.ts';
import { previewRecords } from '../../db/preview-records.ts';
import { streamQuarantine, type QuarantinedRow } from '../../db/quarantine.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';
import { makeJob } from '../support/registry-fixture.ts';

let database: TestDatabase;
let pool: Pool;
beforeAll(async () => {
  database = await createTestDatabase();
  pool = createPool({ url: database.runtimeUrl, max: 3, applicationName: 'test' });
});
afterAll(async () => {
  await pool.end();
  await database.drop();
});

const reader = { actor: localOperator, purpose: 'review' };
const addIssues = (jobId: string, values: string, planEpoch = 1): Promise<unknown> => pool.query(`
  insert into waybill.issues (job_id, round, plan_epoch, chunk_no, found_in, row_no, line_no, field, column_no, code, severity)
  select '${jobId}', 1, ${planEpoch}, 0, 'c', v.* from (${values}) v`);
const allIssues = async (jobId: string, limit: number): Promise<readonly Issue[]> => {
  const issues: Issue[] = [];
  for (let after: IssueCursor | null | undefined; after !== null;) {
    const page = await pageIssues(pool, { ...reader, jobId, limit, ...(after === undefined ? {} : { after }) });
    expect(page.issues.length).toBeLessThanOrEqual(limit);
    issues.push(...page.issues);
    after = page.next;
  }
  return issues;
};
const allRejects = async (jobId: string): Promise<readonly QuarantinedRow[]> => {
  const rows: QuarantinedRow[] = [];
  for await (const row of streamQuarantine(pool, { ...reader, jobId })) rows.push(row);
  return rows;
};

describe('issues', () => {
  it('come page by page, each once, also when one row has more of them than a page', async () => {
    const jobId = await makeJob(pool);
    await addIssues(jobId, `select r, r + 1, 'f' || f, f::integer, 'NUMBER_INVALID', 'error' from generate_series(1, 40) r, generate_series(1, 7) f
      union all select 41, 42, null, null, 'ROW_TOO_FEW_CELLS', 'error' from generate_series(1, 12)`);
    for (const limit of [1, 5, 1000]) {
      const issues = await allIssues(jobId, limit);
      expect(issues).toHaveLength(40 * 7 + 12);
      expect(issues[0]).toEqual({ rowNo: 1, lineNo: 2, field: 'f1', columnNo: 1, code: 'NUMBER_INVALID', severity: 'error', rule: null });
      expect(new Set(issues.slice(0, 280).map(({ rowNo, field }) => `${rowNo}/${field}`)).size).toBe(280);
      expect(issues.at(-1)).toMatchObject({ rowNo: 41, field: null, columnNo: null });
    }
    expect(await groupIssues(pool, jobId)).toHaveLength(8);
    expect(await groupIssues(pool, jobId)).toContainEqual({ code: 'ROW_TOO_FEW_CELLS', field: null, severity: 'error', rule: null, count: 12, rows: 1, firstRow: 41, lastRow: 41 });
  });

  it('of an epoch that was disproved are not shown', async () => {
    const jobId = await makeJob(pool);
    await addIssues(jobId, `select 1, 2, 'f', 1, 'DATE_INVALID', 'error'`);
    await addIssues(jobId, `select 9, 10, 'f', 1, 'DATE_AMBIGUOUS', 'error'`, 2);
    await noteJob(pool, { jobId, patch: { planEpoch: 2 } });
    expect((await allIssues(jobId, 10)).map(({ rowNo }) => rowNo)).toEqual([9]);
    expect((await groupIssues(pool, jobId)).map(({ code }) => code)).toEqual(['DATE_AMBIGUOUS']);
  });

  it('are not shown to another organisation', async () => {
    const jobId = await makeJob(pool);
    await expect(pageIssues(pool, { jobId, actor: { ...localOperator, org: 'elsewhere' }, purpose: 'x', limit: 1 })).rejects.toMatchObject({ code: 'JOB_UNKNOWN' });
  });
});

describe('quarantine', () => {
  it('gives each rejected row of the current epoch with its bytes and all its reasons, in order', async () => {
    const jobId = await makeJob(pool);
    await pool.query(`
      insert into waybill.quarantine (job_id, round, plan_epoch, chunk_no, found_in, row_no, line_no, outcome, raw)
      select $1::uuid, 1, 2, 0, 'c'::"char", n, n + 1, case when n % 2 = 0 then 'unreadable' else 'quarantined' end, '\\xff00'::bytea from generate_series(1, 1203) n
      union all select $1::uuid, 1, 1, 0, 'c'::"char", 5000, 5001, 'quarantined', null`, [jobId]);
    await addIssues(jobId, `select 3, 4, unnest(array['b', 'a']), unnest(array[2, 1]), 'NUMBER_INVALID', 'error'`, 2);
    await noteJob(pool, { jobId, patch: { planEpoch: 2 } });
    const rows = await allRejects(jobId);
    expect(rows.map(({ rowNo }) => rowNo)).toEqual(Array.from({ length: 1203 }, (_, n) => n + 1));
    expect(rows[1]).toEqual({ rowNo: 2, lineNo: 3, outcome: 'unreadable', raw: Buffer.from([0xff, 0]), issues: [] });
    expect(rows[2]?.issues.map(({ field }) => field)).toEqual(['a', 'b']);
    expect(rows[2]?.issues[0]).toEqual({ rowNo: 3, lineNo: 4, field: 'a', columnNo: 1, code: 'NUMBER_INVALID', severity: 'error', rule: null });
  });

  it('goes on past rows that are larger than a page', async () => {
    const jobId = await makeJob(pool);
    await pool.query(`
      insert into waybill.quarantine (job_id, round, plan_epoch, chunk_no, found_in, row_no, line_no, outcome, raw)
      select $1, 1, 1, 0, 'c', n, n, 'quarantined', convert_to(repeat('x', 9000000), 'UTF8') from generate_series(1, 3) n`, [jobId]);
    expect((await allRejects(jobId)).map(({ rowNo, raw }) => [rowNo, raw?.length])).toEqual([[1, 9_000_000], [2, 9_000_000], [3, 9_000_000]]);
  });
});

describe('records of a job', () => {
  it.each([
    ['one field', ['id']],
    ['several fields of several types', ['id', 'part']],
  ])('are found by their origins with a key of %s', async (title, key) => {
    const name = `of_job_${key.length}`;
    const { definition, fingerprint } = await createDatasetTable(pool, datasetDefinitionSchema.parse({
      name, fields: [{ name: 'id', type: 'code', key: true, required: true }, { name: 'part', type: 'integer', key: key.length > 1, required: true }, { name: 'note', type: 'text' }] }));
    const { datasetId } = await registerDataset(pool, { actor: localOperator, definition, fingerprint });
    const jobId = await makeJob(pool, { dataset: name });
    const job = await findJobForWorker(pool, jobId);
    await pool.query(`insert into registry.${name} values ('b"1', 1, 'x'), ('other', 2, 'y'), ('a', 3, 'z')`);
    const text = key.length === 1 ? 'id::text' : 'jsonb_build_array(id::text, part::text)::text';
    await pool.query(`create table waybill_staging.d as select ${job?.jobNo}::bigint as job_no, ${datasetId} as dataset_id, 1 as round, row_number() over (order by part desc) as row_no,
      ${text} as record_key, 'c'::"char" as kind from registry.${name} where note <> 'y'`);
    await pool.query(`select waybill.adopt_origins($1, 'd')`, [jobId]);
    const records = await previewRecords(pool, { ...reader, definition, limit: 3, importedBy: jobId });
    expect(records, title).toEqual([{ id: 'a', part: '3', note: 'z' }, { id: 'b"1', part: '1', note: 'x' }]);
    expect(await previewRecords(pool, { ...reader, definition, limit: 1, importedBy: jobId })).toHaveLength(1);
  });
});
