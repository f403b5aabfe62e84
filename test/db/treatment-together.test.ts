/** Rules, filters, derived keys and templates together: what one of them does must not undo what another promises. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createDetectSource } from '../../activities/detect-source.ts';
import { createPlanImport } from '../../activities/plan-import.ts';
import { downloadRejects } from '../../api/rejects/download-rejects.ts';
import { applyTemplate, mustFindTemplate, saveFromJob } from '../../api/templates/template-service.ts';
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

  it('asks so too where the dataset has no key of its own, and the derived field becomes it', async () => {
    const { fields, ...dataset } = people('keyless');
    await bench.make({ ...dataset, fields: fields.map((field) => (field.name === 'person_id' ? { ...field, key: false, required: false } : field)) });
    const first = await bench.load('keyless', lines(100, (row) => (row === 2 ? { place: 'x' } : {})), { map, derivedKey });
    await save('keyless', first.jobId, { missing: 'accept' });
    expect(await refusal('keyless', lines(200, () => ({})))).toMatchObject({ code: 'TEMPLATE_DRIFT', place: { columns: ['missing #2 of the template for town'] } });
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

describe('rejected rows that were corrected', () => {
  /** As somebody downloads them and mends what stands in them. */
  const corrected = async (jobId: string, mend: (text: string) => string): Promise<string> =>
    mend(await (await downloadRejects(bench.pool, { actor: localOperator, job: await bench.job(jobId), purpose: 'review' })).text());
  const pinned = async (dataset: string, content: string, name: string): Promise<string> => {
    const jobId = await bench.receive(dataset, content, { template: { name } });
    const { templateId, version } = await mustFindTemplate(bench.deps, localOperator, { name });
    await bench.sql('update waybill.jobs set template_id = $2, template_version = $3 where job_id = $1', [jobId, templateId, version]);
    return jobId;
  };
  const treatment: ImportWish = {
    derivedKey: { field: 'person_id', of: ['full_name', 'town'] }, rowFilter: 'street != "skip"', loadPolicy: { empty: 'keep' },
    rules: [{ kind: 'field', name: 'long_name', field: 'full_name', minLength: 3 }, { kind: 'row_count', name: 'whole', min: 4 }, { kind: 'drift', name: 'usual', of: 'row_count', maxChangePercent: 10, atLeast: 1 }],
  };
  const people4 = [['Anna Smith', 'A', '1'], ['X', 'B', '2'], ['Rui Alves', 'C', 'skip'], ['Luc Petit', 'D', '4'], ['Eva Pardo', 'E', '5'], ['Iva Soto', 'F', '6'], ['Ida Lund', 'G', '7'], ['Uwe Brandt', 'H', '8']];
  const json = JSON.stringify({ list: people4.map(([name, town, street]) => ({ name, at: { town, street } })) });
  const cases = [
    ['json', json, { map: [{ columns: ['name'], field: 'full_name' }, { columns: ['at.town'], field: 'town' }, { columns: ['at.street'], field: 'street' }] }],
    ['nameless', csv(people4), { parse: { header: false }, map: [{ columns: ['#1'], field: 'full_name' }, { columns: ['#2'], field: 'town' }, { columns: ['#3'], field: 'street' }] }],
    ['caret', csv([['name', 'where', 'road'], ...people4]).replaceAll(';', '^'), { parse: { delimiter: '^' }, map: [{ columns: ['name'], field: 'full_name' }, { columns: ['where'], field: 'town' }, { columns: ['road'], field: 'street' }] }],
  ] as const satisfies readonly (readonly [string, string, ImportWish])[];

  it.each(cases)('of a %s file are treated by its template, asked for or recognised, and are no delivery', async (name, content, wish) => {
    const dataset = `mended_${name}`;
    await bench.make(people(dataset));
    const first = await bench.load(dataset, content, { ...treatment, ...wish });
    expect(shortBooks(first.books)).toEqual({ created: 6, filtered: 1, quarantined: 1 });
    await save(`mended-${name}`, first.jobId);
    const file = await corrected(first.jobId, (text) => text.replace(/^X,/m, 'Xan Ros,'));
    const asked = await bench.stageReceived(await pinned(dataset, file, `mended-${name}`));
    expect((await reportOf(asked.jobId)).drift).toEqual([]);
    const next = await bench.load(dataset, file.replace('Xan Ros', 'Xan Roi'));
    expect(await reportOf(next.jobId)).toMatchObject({ name: `mended-${name}`, by: 'recognised', drift: [] });
    expect(shortBooks(next.books)).toEqual({ created: 1 });
    await expect(save(`mended-${name}`, next.jobId)).rejects.toMatchObject({ code: 'JOB_STATE' });
    expect(await bench.sql(`select full_name, town, street, length(person_id) as key from registry.${dataset} where town = 'B'`)).toEqual([{ full_name: 'Xan Roi', town: 'B', street: '2', key: 64 }]);
    expect(await bench.sql('select file_findings #>> \'{0,verdict}\' as verdict, file_findings #>> \'{1,verdict}\' as usual from waybill.judgements where job_id = $1', [next.jobId])).toEqual([{ verdict: 'not_judged', usual: 'not_judged' }]);
    expect(await bench.sql('select count(*)::int as n from waybill.deliveries d join waybill.jobs j using (job_id) where j.dataset_id = (select dataset_id from waybill.datasets where name = $1)', [dataset])).toEqual([{ n: 1 }]);
  });
});

describe('many templates', () => {
  it('hide none that is for files of the format, however many there are for others', async () => {
    await bench.make(people('many'));
    const content = (from: number) => csv([['nr', 'who', 'where'], ...rows(from).map((row) => row.slice(0, 3))]).replaceAll(';', '^');
    const { jobId } = await bench.load('many', content(100), { parse: { delimiter: '^', quote: "'" }, map: [{ columns: ['nr'], field: 'person_id' }, { columns: ['who'], field: 'full_name' }, { columns: ['where'], field: 'town' }] });
    const { document } = (await save('zz-caret', jobId)).template;
    for (const name of ['a', 'b', 'c', 'd', 'e', 'f', 'g'])
      await applyTemplate(bench.deps, { actor: localOperator, file: { kind: 'waybill-template', schemaVersion: 1, name: `${name}-json`, versions: [{ version: 1, document: { ...document, source: { ...document.source, format: 'json' }, parse: { format: 'json', recordPath: name } } }] } });
    const next = await bench.load('many', content(200));
    expect(await reportOf(next.jobId)).toMatchObject({ name: 'zz-caret', by: 'recognised', drift: [] });
  });
});

describe('a rule of uniqueness under a load policy', () => {
  const rules = [{ kind: 'unique' as const, name: 'one_number', fields: ['other_id'] }];
  const head = 'person_id,full_name,other_id\n';
  const asked = async (dataset: string, content: string, wish: ImportWish) => {
    await bench.make(people(dataset));
    await bench.load(dataset, `${head}1,Ana,a\n2,Rui,b\n3,Eva,c\n`);
    const { jobId, books } = await bench.load(dataset, head + content, { rules, ...wish });
    return [shortBooks(books), await bench.found(jobId), (await bench.sql(`select string_agg(coalesce(other_id, '-'), '' order by person_id) as ids from registry.${dataset}`))[0]?.['ids']];
  };

  it('compares records as they will be: two that swap their numbers repeat nothing', async () => {
    expect(await asked('swaps', '1,Ana,b\n2,Rui,a\n', { loadPolicy: { empty: 'keep' } })).toEqual([{ updated: 2 }, [], 'bac']);
  });
  it('does not ask about a value that the record does not take', async () => {
    expect(await asked('keeps', '1,Anna,c\n2,Rui,c\n', { loadPolicy: { fields: { other_id: { conflict: 'dataset' } } } })).toEqual([{ updated: 1, unchanged: 1 }, [], 'abc']);
  });
  it('finds the value that an empty cell leaves where it is, and what the clear token frees', async () => {
    expect(await asked('stays', '1,Anna,\n4,Uwe,a\n', { loadPolicy: { empty: 'keep' } })).toEqual([{ updated: 1, quarantined: 1 }, ['2 UNIQUE_VIOLATED other_id'], 'abc']);
    expect(await asked('frees', '1,Anna,(none)\n4,Uwe,a\n', { loadPolicy: { empty: 'keep', clearToken: '(none)' } })).toEqual([{ created: 1, updated: 1 }, [], '-bca']);
  });
  it('is asked of rejected rows in the same way', async () => {
    expect(await asked('rejects', '1,A,a\n2,R,\n4,U,b\n5,Ida,d\n', { loadPolicy: { empty: 'keep' }, rules: [...rules, { kind: 'field', name: 'long', field: 'full_name', minLength: 2 }] }))
      .toEqual([{ created: 1, quarantined: 3 }, ['1 TEXT_TOO_SHORT full_name', '2 TEXT_TOO_SHORT full_name', '3 TEXT_TOO_SHORT full_name', '3 UNIQUE_VIOLATED other_id'], 'abcd']);
  });
});
