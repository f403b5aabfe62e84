/** Rules, filters, derived keys and templates together: what one of them does must not undo what another promises. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createDetectSource } from '../../activities/detect-source.ts';
import { createPlanImport } from '../../activities/plan-import.ts';
import { saveFromJob } from '../../api/templates/template-service.ts';
import { localOperator } from '../../contracts/actor.ts';
import { isWaybillError } from '../../contracts/errors.ts';
import { templateReportSchema, type DriftPolicy } from '../../contracts/template.ts';
import { ImportBench, shortBooks, type ImportWish } from '../support/import-bench.ts';

let bench: ImportBench;
beforeAll(async () => { bench = await ImportBench.open(); });
afterAll(() => bench.close());

const people = (name: string) => ({
  name, description: 'Persons, one row each.',
  fields: [
    { name: 'person_id', type: 'text', key: true, required: true, description: 'Number in the source.' }, { name: 'full_name', type: 'text', description: 'Whole name.' },
    { name: 'town', type: 'text', description: 'Town.' }, { name: 'street', type: 'text', description: 'Street.' }, { name: 'other_id', type: 'text', description: 'Another number.' },
  ],
});
const signal = new AbortController().signal;
const refusal = async (dataset: string, content: string, wish: ImportWish = {}): Promise<{ code: string; place: object } | null> => {
  const jobId = await bench.receive(dataset, content, wish);
  try { await createDetectSource(bench.deps)({ jobId }, signal); await createPlanImport(bench.deps)({ jobId }, signal); return null; } catch (error) {
    if (isWaybillError(error)) return { code: error.code, place: error.place };
    throw error;
  }
};
const save = (name: string, fromJob: string, drift: Partial<DriftPolicy> = {}) => saveFromJob(bench.deps, { actor: localOperator, name, fromJob, drift });
const reportOf = async (jobId: string) => templateReportSchema.parse((await bench.job(jobId)).templateReport);
const words = ['north', 'south', 'east', 'west', 'upper', 'lower'];
const rows = (from: number) => words.map((word, row) => [`k${from + row}`, `${word} name`, `${word} town`, `${word} street`, `${word} note`]);
const csv = (lines: readonly (readonly string[])[]) => lines.map((line) => line.join(';')).join('\n');

describe('a file whose columns have no names', () => {
  it('asks about a column more or less, whatever is accepted: those behind it would feed other fields', async () => {
    await bench.make(people('placed'));
    const map = [{ columns: ['#1'], field: 'person_id' }, { columns: ['#2'], field: 'full_name' }, { columns: ['#3'], field: 'town' }, { columns: ['#4'], field: 'street' }];
    const { jobId } = await bench.load('placed', csv(rows(100)), { map, parse: { header: false } });
    await save('placed', jobId, { new: 'accept', missing: 'accept', moved: 'accept', retyped: 'accept', renamed: 'accept' });
    const wider = csv(rows(200).map((row) => row.toSpliced(2, 0, 'put in')));
    expect(await refusal('placed', wider)).toMatchObject({ code: 'TEMPLATE_DRIFT', place: { columns: ['new #6'] } });
    expect(await refusal('placed', csv(rows(300).map((row) => row.toSpliced(2, 1))))).toMatchObject({ code: 'TEMPLATE_DRIFT', place: { columns: ['missing #5 of the template'] } });
    // Who has looked at it takes it.
    expect(await refusal('placed', wider, { acceptDrift: true })).toBeNull();
    expect(await refusal('placed', csv(rows(400)))).toBeNull();
  });
});

describe('a template with a derived key', () => {
  const lines = (from: number, place: (row: number) => object) => rows(from).map(([, name], row) => JSON.stringify({ name, ...place(row) })).join('\n');
  const map = [{ columns: ['name'], field: 'full_name' }, { columns: ['place'], field: 'town' }];
  const derivedKey = { field: 'person_id', of: ['full_name', 'town'] };

  it('asks when a column of the key is gone, also where most records never had it: each record would be a new one', async () => {
    await bench.make(people('hashed'));
    const first = await bench.load('hashed', lines(100, (row) => (row === 2 ? { place: 'x' } : {})), { map, derivedKey });
    expect(shortBooks(first.books)).toEqual({ created: 6 });
    await save('hashed', first.jobId, { missing: 'accept' });
    expect(await refusal('hashed', lines(200, () => ({})))).toMatchObject({ code: 'TEMPLATE_DRIFT', place: { columns: ['missing #2 of the template for town'] } });
  });

  it('of which the import derives another field fills that one alone', async () => {
    await bench.make({ ...people('rederived'), fields: people('rederived').fields.map((field) => ({ ...field, key: false, required: false })) });
    const first = await bench.load('rederived', lines(100, (row) => ({ place: `p${row}` })), { map, derivedKey });
    await save('rederived', first.jobId);
    const next = await bench.load('rederived', lines(200, (row) => ({ place: `q${row}` })), { derivedKey: { field: 'other_id', of: ['full_name', 'town'] }, key: ['other_id'] });
    expect(await reportOf(next.jobId)).toMatchObject({ name: 'rederived', overruled: ['derivedKey', 'key'] });
    expect(await bench.sql('select count(distinct person_id)::int as first, count(distinct other_id)::int as second, count(*)::int as n from registry.rederived')).toEqual([{ first: 6, second: 6, n: 12 }]);
  });
});
