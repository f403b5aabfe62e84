/** Rules of rows, row filter and derived key through whole imports, and the same in a preview. */
import { createHash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { previewMappingOf } from '../../api/mapping/preview-mapping-of.ts';
import { parsePreviewRequest } from '../../api/mapping/parse-preview-request.ts';
import { withMessages } from '../../api/graphql/with-messages.ts';
import { reasonsOf } from '../../api/rejects/write-rejects.ts';
import { localOperator } from '../../contracts/actor.ts';
import { isWaybillError } from '../../contracts/errors.ts';
import { planDocumentSchema } from '../../contracts/plan-document.ts';
import { streamQuarantine } from '../../db/quarantine.ts';
import { pageIssues } from '../../db/issues.ts';
import { findPlan } from '../../db/plans.ts';
import { ImportBench, shortBooks, type ImportWish } from '../support/import-bench.ts';

let bench: ImportBench;
// Chunks of a few rows each, so that what is counted is counted over several.
beforeAll(async () => { bench = await ImportBench.open({ chunkBytes: 120 }); });
afterAll(() => bench.close());

const cases = (name: string) => ({
  name, fields: [
    { name: 'case_id', type: 'code', key: true, required: true }, { name: 'status', type: 'text' }, { name: 'reported_at', type: 'date' }, { name: 'closed_at', type: 'date' },
    { name: 'amount', type: 'number' }, { name: 'place', type: 'point' },
  ],
});
const header = 'case_id,status,reported_at,closed_at,amount,place,kind';
const file = [
  header, 'A1,open,2024-01-01,,10.50,"41.9,-87.6",case', 'A2,closed,2024-01-05,2024-01-04,1,,case', 'A3,clsd,2024-13-01,,-1,,case', 'A4,closed,2024-01-01,,5,"-87.6,41.9",case',
  'A5,N/A,1900-01-01,,3,,note', 'A6,open,never,,x,,note', 'A7,JosÃ©,2024-02-02,,7,,case', 'A1,open,2024-01-01,,11,,case', '',
].join('\n');
const rules: NonNullable<ImportWish['rules']> = [
  { kind: 'row', name: 'in_order', check: 'closed_at >= reported_at', field: 'closed_at', message: 'A case is closed on or after the day on which it was reported.' },
  { kind: 'row', name: 'closed_day', when: 'status == "closed"', check: 'has(closed_at)', severity: 'warning' },
  { kind: 'field', name: 'known_status', field: 'status', values: ['open', 'closed'], severity: 'info' },
  { kind: 'field', name: 'amount_band', field: 'amount', min: '0', max: '1000' },
  { kind: 'quality', name: 'area', check: 'swapped_coordinates', area: [-88.5, 41, -87, 42.5] },
  { kind: 'quality', name: 'misread', check: 'mojibake' },
];
const issuesOf = async (jobId: string): Promise<readonly string[]> => (await bench.sql('select row_no, field, code, severity, rule from waybill.issues where job_id = $1 order by row_no, column_no nulls last, code', [jobId]))
  .map((row) => [row['row_no'], row['field'] ?? '-', row['code'], row['severity'], row['rule'] ?? '-'].join(' '));

const found = [
  '2 closed_at RULE_BROKEN error in_order', '3 status ENUM_UNKNOWN info known_status', '3 reported_at DATE_IMPOSSIBLE error -', '3 amount RANGE_BELOW error amount_band',
  '4 place QUALITY_SWAPPED_COORDINATES warning area', '4 - RULE_BROKEN warning closed_day', '7 status ENUM_UNKNOWN info known_status', '7 status QUALITY_MOJIBAKE warning misread',
];

describe('an import with rules', () => {
  it('tells every reason of every row, loads what only warns, filters, and its books balance', async () => {
    await bench.make(cases('ruled'));
    const job = await bench.load('ruled', file, { rules, rowFilter: 'source["kind"] == "case"' });
    // A1 stands twice; A5 and A6 are notes, whatever their cells are.
    expect(shortBooks(job.books)).toEqual({ created: 3, duplicate: 1, filtered: 2, quarantined: 2 });
    expect(await issuesOf(job.jobId)).toEqual(found);
    expect((await bench.sql('select case_id, amount::text from registry.ruled order by 1')).map((row) => Object.values(row))).toEqual([['A1', '11'], ['A4', '5'], ['A7', '7']]);
    const [ledger] = await bench.sql('select count(*)::int as chunks, sum(rows_read)::int as read, sum(rows_filtered)::int as filtered from waybill.chunk_ledger where job_id = $1', [job.jobId]);
    expect(ledger).toMatchObject({ read: 8, filtered: 2 });
    expect(ledger?.['chunks']).toBeGreaterThan(1);
  });

  it('shows a rule’s own words where it has some, in the issues and in the file of rejected rows', async () => {
    await bench.make(cases('worded'));
    const job = await bench.load('worded', file, { rules, rowFilter: 'source["kind"] == "case"' });
    const { planHash } = await bench.job(job.jobId);
    const { issues } = await pageIssues(bench.pool, { jobId: job.jobId, actor: localOperator, purpose: 'test', limit: 100 });
    const told = await withMessages(bench.pool, planHash, issues);
    expect(told.find(({ rule }) => rule === 'in_order')?.message).toBe('A case is closed on or after the day on which it was reported.');
    expect(told.find(({ rule }) => rule === 'closed_day')?.message).toBe('The row breaks a rule of the import.');
    const plan = planDocumentSchema.parse(await findPlan(bench.pool, planHash ?? ''));
    const reasons: string[] = [];
    for await (const row of streamQuarantine(bench.pool, { jobId: job.jobId, actor: localOperator, purpose: 'test' })) reasons.push(reasonsOf(row.issues, plan.rules));
    expect(reasons[0]).toBe('RULE_BROKEN [closed_at, column 4]: A case is closed on or after the day on which it was reported.');
  });

  it('under onError warn loads what rules refuse, and not what types refuse', async () => {
    await bench.make(cases('warned'));
    const job = await bench.load('warned', file, { rules, rowFilter: 'source["kind"] == "case"', onError: 'warn' });
    expect(shortBooks(job.books)).toEqual({ created: 4, duplicate: 1, filtered: 2, quarantined: 1 });
    expect((await issuesOf(job.jobId)).filter((line) => line.includes('in_order'))).toEqual(['2 closed_at RULE_BROKEN warning in_order']);
  });

  it('shows the same in a preview', async () => {
    await bench.make(cases('previewed'));
    const { sourceSha256 } = await bench.job(await bench.receive('previewed', file));
    const request = parsePreviewRequest({ sha256: sourceSha256, dataset: 'previewed', rules, rowFilter: 'source["kind"] == "case"' });
    const { rows } = await previewMappingOf(bench.deps, localOperator, request);
    const shown = rows.flatMap(({ rowNo, cells, issues }) => [...cells.flatMap(({ field, issues: ofCell }) => ofCell.map((issue) => ({ ...issue, field }))), ...issues.map((issue) => ({ ...issue, field: '-' }))]
      .map(({ field, code, severity, rule }) => [rowNo, field, code, severity, rule ?? '-'].join(' ')));
    expect([...shown].sort()).toEqual([...found].sort());
    expect(rows.map(({ accepted, filtered }) => (filtered ? 'filtered' : accepted ? 'accepted' : 'rejected'))).toEqual(['accepted', 'rejected', 'rejected', 'accepted', 'filtered', 'filtered', 'accepted', 'accepted']);
  });

  it('that names a column which the file does not have is refused before anything is staged, without the name', async () => {
    await bench.make(cases('nameless'));
    const error: unknown = await bench.load('nameless', file, { rowFilter: 'source["Geheim"] == "x"' }).catch((caught: unknown) => caught);
    expect(isWaybillError(error) ? error.code : error).toBe('RULE_INVALID');
    expect(String(error)).toMatch(/rowFilter, character 8, cannot be used/);
    expect(String(error)).not.toContain('Geheim');
  });
});

describe('a list without an id and without a header', () => {
  const list = ['1,"DOE, John",individual,1985-03-14', '2,"ACME",vessel,', '3,"ROE, Jane",individual,1990-01-02', '4,"ROE, Jane",individual,1990-01-02', '5,"POE",individual,someday', ''].join('\n');
  const persons = (name: string) => ({ name, fields: [{ name: 'person_id', type: 'text', key: true, required: true }, { name: 'full_name', type: 'text', required: true }, { name: 'born', type: 'date' }] });
  const wish: ImportWish = {
    map: [{ columns: ['#2'], field: 'full_name' }, { columns: ['#4'], field: 'born' }], rowFilter: 'source["#3"] == "individual"', derivedKey: { field: 'person_id', of: ['full_name', 'born'] }, parse: { header: false },
  };

  it('is filtered by a column that feeds no field, and told apart by a derived key, in whatever order it comes', async () => {
    await bench.make(persons('people_of_rows'));
    const job = await bench.load('people_of_rows', list, wish);
    expect(shortBooks(job.books)).toEqual({ created: 2, duplicate: 1, filtered: 1, quarantined: 1 });
    expect((await bench.sql('select person_id, full_name from registry.people_of_rows order by 2')).map((row) => Object.values(row))).toEqual([
      [createHash('sha256').update('9:DOE, John10:1985-03-14').digest('hex'), 'DOE, John'], [createHash('sha256').update('9:ROE, Jane10:1990-01-02').digest('hex'), 'ROE, Jane']]);
    const again = await bench.load('people_of_rows', `9,"ROE, Jane",individual,1990-01-02\n8,"DOE, John",individual,1985-03-14\n7,"NEW",individual,\n`, wish);
    expect(shortBooks(again.books)).toEqual({ created: 1, unchanged: 2 });
  });

  it('is keyed by the derived field where the dataset has no key', async () => {
    const { fields, name } = persons('keyless_rows');
    await bench.make({ name, fields: fields.map((field) => ({ ...field, key: false, required: false })) });
    const job = await bench.load('keyless_rows', list, wish);
    expect(shortBooks(job.books)).toEqual({ created: 2, duplicate: 1, filtered: 1, quarantined: 1 });
    expect(shortBooks((await bench.load('keyless_rows', list, { ...wish, again: true })).books)).toEqual({ unchanged: 2, duplicate: 1, filtered: 1, quarantined: 1 });
  });
});
