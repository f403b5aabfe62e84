/** An import whose columns are called otherwise than the fields: what evidence takes, what it only names, and what `waybill map` asks the API. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { isWaybillError } from '../../contracts/errors.ts';
import { createDetectSource } from '../../activities/detect-source.ts';
import { createPlanImport } from '../../activities/plan-import.ts';
import { localOperator } from '../../contracts/actor.ts';
import { heldValues } from '../../db/held-values.ts';
import { findDataset } from '../../db/datasets.ts';
import { proposeForSource } from '../../api/mapping/propose-for-source.ts';
import { ImportBench, shortBooks } from '../support/import-bench.ts';

let bench: ImportBench;
beforeAll(async () => { bench = await ImportBench.open(); });
afterAll(() => bench.close());

const people = (name: string, more: readonly object[] = []) => ({
  name, description: 'Persons, one row each.',
  fields: [
    { name: 'person_id', type: 'code', key: true, required: true, description: 'Number in the source.' }, { name: 'full_name', type: 'text', required: true, description: 'Whole name.' },
    { name: 'birth_date', type: 'date', description: 'Date of birth.' }, { name: 'nationality', type: 'country', description: 'Nationality or citizenship.' }, ...more,
  ],
});
const rows = [['K-11', 'Anna Smith', '14/03/1985', 'Spain'], ['K-12', 'Rui Alves', '02/11/1979', 'Portugal'], ['K-13', 'Uwe Brandt', '30/07/1968', 'Germany'], ['K-14', 'Luc Fontaine', '19/01/1991', 'France'], ['K-15', 'Ines Vega', '08/08/1973', 'Spain'], ['K-16', 'Jean Petit', '25/12/1959', 'France']];
const csv = (header: readonly string[], cells: readonly (readonly string[])[] = rows): string => [header, ...cells].map((row) => row.join(';')).join('\n');
const mappingOf = (report: unknown) => (report as { mapping: readonly { field: string; columns: readonly number[]; by: string }[] }).mapping.map(({ field, columns, by }) => `${field}<${columns.join('+')} ${by}`);

const refusal = async (work: () => Promise<unknown>): Promise<{ code: string; message: string; place: object }> => {
  try { await work(); } catch (error) { if (isWaybillError(error)) return { code: error.code, message: error.message, place: error.place }; throw error; }
  return expect.unreachable('not refused');
};

describe('an import of foreign names', () => {
  it('takes what is sure, loads it, and reports how it was mapped and what was not', async () => {
    await bench.make(people('foreign'));
    const job = await bench.load('foreign', csv(['person_id', 'Nombre completo', 'Geburtsdatum', 'Nationalité', 'Zeugs'], rows.map((row) => [...row, 'q'])));
    expect(shortBooks(job.books)).toEqual({ created: 6 });
    const { mappingReport } = await bench.job(job.jobId);
    expect(mappingOf(mappingReport)).toEqual(['person_id<0 exact_name', 'full_name<1 evidence', 'birth_date<2 evidence', 'nationality<3 evidence']);
    expect((mappingReport as { unmapped: readonly object[] }).unmapped).toMatchObject([{ column: 4, filled: 6, fillRate: 1 }]);
    expect((await bench.sql('select full_name, birth_date::text from registry.foreign order by person_id limit 1')).map((row) => Object.values(row))).toEqual([['Anna Smith', '1985-03-14']]);
  });

  it('does not touch what a name or the operator has taken', async () => {
    await bench.make(people('taken'));
    const job = await bench.load('taken', csv(['person_id', 'x', 'birth_date', 'Nationalité']), { map: [{ columns: ['Nationalité'], field: 'full_name' }] });
    expect(mappingOf((await bench.job(job.jobId)).mappingReport)).toEqual(['person_id<0 exact_name', 'full_name<3 operator', 'birth_date<2 exact_name']);
  });

  it('is refused where a required field is only guessed, and told which --map takes the guess, without a header', async () => {
    await bench.make(people('guessed', [{ name: 'occupation', type: 'text', description: 'Occupation.' }]));
    const jobId = await bench.receive('guessed', csv(['person_id', 'ZQXVW', 'Geburtsdatum', 'Nationalité']));
    const signal = new AbortController().signal;
    await createDetectSource(bench.deps)({ jobId }, signal);
    const { code, message, place } = await refusal(() => createPlanImport(bench.deps)({ jobId }, signal));
    expect(code).toBe('MAPPING_REQUIRED_MISSING');
    expect(place).toEqual({ fields: ['full_name'] });
    expect(message).toMatch(/^No column of the file feeds: full_name\. By the names and the values it may be: --map "#2=full_name" \(\d+ % sure\)\.$/);
    expect(message).not.toContain('ZQXVW');
  });

  it('puts latitude and longitude together where the dataset has one point', async () => {
    await bench.make({ name: 'places', description: 'Facilities.', fields: [{ name: 'place_id', type: 'code', key: true, required: true }, { name: 'location', type: 'point', description: 'Latitude and longitude as one value.' }] });
    const job = await bench.load('places', csv(['place_id', 'Latitud', 'Longitud'], ['41.88123', '41.90014', '41.77771', '41.65232', '41.88881'].map((latitude, index) => [`P${index}`, latitude, `-3.7123${index}`])));
    expect(mappingOf((await bench.job(job.jobId)).mappingReport)).toEqual(['place_id<0 exact_name', 'location<1+2 evidence']);
    expect(shortBooks(job.books)).toEqual({ created: 5 });
  });
});

describe('what an operator said', () => {
  const map = [{ columns: ['Qzz'], field: 'full_name' }];
  const more = (from: number) => rows.map((row, index) => [`K-${from + index}`, ...row.slice(1)]);
  const remembered = (dataset: string) => bench.sql('select m.partner_id, m.header, m.field, m.confirmations from waybill.confirmed_mappings m join waybill.datasets d using (dataset_id) where d.name = $1 order by 1, 2', [dataset]).then((found) => found.map((row) => Object.values(row)));

  it('is remembered when the import completes, and taken for the next file of the partner', async () => {
    await bench.make(people('remembered'));
    await bench.load('remembered', csv(['person_id', 'Qzz', 'birth_date', 'nationality'], more(100)), { map, partner: 'P1' });
    expect(await remembered('remembered')).toEqual([['P1', 'qzz', 'full_name', 1]]);
    const next = await bench.load('remembered', csv(['person_id', 'QZZ', 'birth_date', 'nationality'], more(200)), { partner: 'P1' });
    expect(mappingOf((await bench.job(next.jobId)).mappingReport)).toContain('full_name<1 remembered');
    expect(shortBooks(next.books)).toEqual({ created: 6 });
    // What is remembered is not said by an operator.
    expect(await remembered('remembered')).toEqual([['P1', 'qzz', 'full_name', 1]]);
    await bench.load('remembered', csv(['person_id', 'Qzz', 'birth_date', 'nationality'], more(300)), { map, partner: 'P1' });
    expect(await remembered('remembered')).toEqual([['P1', 'qzz', 'full_name', 2]]);
  });

  it('does not make values of another kind fit', async () => {
    await bench.make(people('unfit'));
    await bench.load('unfit', csv(['person_id', 'full_name', 'Qzz', 'nationality'], more(100)), { map: [{ columns: ['Qzz'], field: 'birth_date' }], partner: 'P1' });
    const next = await bench.load('unfit', csv(['person_id', 'full_name', 'Qzz', 'nationality'], more(200).map((row) => [row[0] ?? '', row[1] ?? '', 'no date', row[3] ?? ''])), { partner: 'P1' });
    expect(mappingOf((await bench.job(next.jobId)).mappingReport)).toEqual(['person_id<0 exact_name', 'full_name<1 exact_name', 'nationality<3 exact_name']);
  });

  it('of a file without names is nothing to remember', async () => {
    await bench.make(people('nameless'));
    await bench.load('nameless', rows.map((row) => row.join(';')).join('\n'), { parse: { header: false }, map: [{ columns: ['#1'], field: 'person_id' }, { columns: ['#2'], field: 'full_name' }] });
    expect(await remembered('nameless')).toEqual([]);
  });
});

describe('a proposal for a received file', () => {
  it('knows the file as an import would read it, and what the dataset holds', async () => {
    await bench.make({ name: 'colours', description: 'Things.', fields: [{ name: 'thing_id', type: 'code', key: true, required: true }, { name: 'mood', type: 'text' }] });
    await bench.load('colours', csv(['thing_id', 'mood'], Array.from({ length: 12 }, (_, index) => [`T${index}`, index % 2 === 0 ? 'grumpy' : 'merry'])));
    const dataset = await findDataset(bench.pool, { org: localOperator.org, name: 'colours' });
    if (dataset === null) return expect.unreachable('no dataset');
    const { definition } = dataset;
    const held = await heldValues(bench.pool, { definition, actor: localOperator, purpose: 'test' });
    expect([...held]).toEqual([['mood', new Set(['grumpy', 'merry'])]]);
    const jobId = await bench.receive('colours', csv(['No.', 'zzz'], Array.from({ length: 12 }, (_, index) => [`U${index}`, index % 2 === 0 ? 'merry' : 'grumpy'])));
    const { sourceSha256 } = await bench.job(jobId);
    const { columns, answer } = await proposeForSource(bench.deps.storage, { file: { sha256: sourceSha256 ?? '' }, overrides: {}, definition, held, confirmed: new Map() });
    expect(columns.map(({ no, column, field }) => [no, column, field])).toEqual([[1, 'No.', 'thing_id'], [2, 'zzz', 'mood']]);
    expect(columns[1]?.candidates[0]?.reasons).toContain('100 % of the values are ones that the dataset holds');
    expect(answer.mapping).toEqual({ 'No.': 'thing_id', zzz: 'mood' });
  });
});
