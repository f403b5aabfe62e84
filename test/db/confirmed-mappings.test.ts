/** What a person confirmed of a partner's file, whole, for its next one: columns, transforms and value maps, by the activities on a real database. */
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createAskMapping } from '../../activities/ask-mapping.ts';
import { createDetectSource } from '../../activities/detect-source.ts';
import { localOperator } from '../../contracts/actor.ts';
import type { ImportRequestInput } from '../../contracts/import-request.ts';
import { confirmationsOf } from '../../core/mapping/confirmed-names.ts';
import { findConfirmedMappings } from '../../db/confirmed-mappings.ts';
import { findDataset, registerDataset } from '../../db/datasets.ts';
import { introspectTable } from '../../db/introspect-table.ts';
import { questionOf } from '../../db/job-question.ts';
import { proposeForSource } from '../../api/mapping/propose-for-source.ts';
import { ImportBench, shortBooks, type ImportWish } from '../support/import-bench.ts';

let bench: ImportBench;
beforeAll(async () => { bench = await ImportBench.open(); });
afterAll(() => bench.close());

type Map = NonNullable<ImportRequestInput['map']>;
const page = readFileSync(new URL('../../docs/mapping.md', import.meta.url), 'utf8');
const block = (title: string): string => new RegExp(`^\`\`\`\\w+ ${title}\n(.*?)^\`\`\``, 'ms').exec(page)?.[1] ?? '';
const definition = (name: string, change: (field: { readonly name: string }) => object | null = (field) => field) => {
  const { fields } = JSON.parse(block('remembered-dataset')) as { readonly fields: readonly { readonly name: string }[] };
  return { name, fields: fields.flatMap((field) => change(field) ?? []) };
};
const { map } = JSON.parse(block('remembered-mapping')) as { readonly map: Map };
const first = block('remembered-first'), second = block('remembered-second'), third = block('remembered-third');
/** Other keys, so that it is no file that was imported before. */
const again = (file: string, letter: string): string => file.replaceAll('R-', `${letter}-`);

interface Note { readonly field: string; readonly columns: readonly number[]; readonly transforms: readonly string[]; readonly taken: boolean; readonly why: string }
interface Report { readonly mapping: readonly { readonly field: string; readonly columns: readonly number[]; readonly by: string }[]; readonly remembered?: readonly Note[] }
const reportOf = async (jobId: string): Promise<Report> => (await bench.job(jobId)).mappingReport as Report;
const told = async (jobId: string): Promise<readonly string[]> => {
  const { detection } = await bench.job(jobId), { remembered = [] } = await reportOf(jobId);
  const named = (columns: readonly number[]): string => columns.map((column) => detection?.options.columns[column]).join(' + ');
  return remembered.map(({ field, columns, transforms, taken, why }) => (taken ? [`${field} < ${named(columns)}`, ...transforms].join(', ') : `${field}: ${why}`));
};
const mappedBy = async (jobId: string): Promise<Readonly<Record<string, string>>> => Object.fromEntries((await reportOf(jobId)).mapping.map(({ field, by }) => [field, by]));
const records = async (dataset: string, where: string): Promise<readonly string[]> =>
  (await bench.sql(`select case_id, opened_on::text, location::text, status, cost::text from registry.${dataset} where ${where} order by case_id`)).map((row) => Object.values(row).filter((value): value is string => typeof value === 'string').join(' '));
const start = async (dataset: string, wish: ImportWish = {}): Promise<void> => {
  await bench.make(definition(dataset));
  await bench.load(dataset, first, { map, partner: 'north', ...wish });
};
const kept = async (dataset: string): Promise<readonly string[]> =>
  (await bench.sql('select m.partner_id, m.header, m.field from waybill.confirmed_mappings m join waybill.datasets d using (dataset_id) where d.name = $1 order by 1, 2, 3', [dataset])).map((row) => Object.values(row).join(' '));
const proposalFor = async (name: string, content: string, partner: string) => {
  const dataset = await findDataset(bench.pool, { org: localOperator.org, name });
  if (dataset === null) return expect.unreachable('no dataset');
  const { sourceSha256 } = await bench.job(await bench.receive(name, content));
  const confirmed = confirmationsOf(await findConfirmedMappings(bench.pool, { org: localOperator.org, datasetId: dataset.datasetId, partner }));
  return proposeForSource(bench.deps.storage, { file: { sha256: sourceSha256 ?? '' }, overrides: {}, definition: dataset.definition, held: new Map(), confirmed });
};

describe('the example of docs/mapping.md', () => {
  it('is mapped in its second delivery as it was confirmed in the first, with transforms, several columns and codes', async () => {
    await start('example');
    expect(await records('example', 'true')).toEqual(['R-1 2026-03-04 (11.5755,48.1374) open 1234.50', 'R-2 2026-03-17 (11.5602,48.1401) closed 980.00']);
    const next = await bench.load('example', second, { partner: 'north' });
    const found = (await bench.found(next.jobId)).map((each) => each.replace(/^(\d+)/, 'row $1:'));
    expect([...await told(next.jobId), ...await records('example', `case_id in ('R-3', 'R-4')`), ...found]).toEqual(block('remembered-second-outcome').trim().split('\n'));
    expect(await mappedBy(next.jobId)).toEqual({ case_id: 'remembered', opened_on: 'remembered', location: 'remembered', status: 'remembered', cost: 'remembered' });
  });

  it('takes no group of which a column is missing, and says so', async () => {
    await start('lacking');
    const next = await bench.load('lacking', third, { partner: 'north' });
    expect([...await told(next.jobId), ...(await records('lacking', `case_id = 'R-5'`)).map((row) => row.replace(/ \(.*\)/, ''))]).toEqual(block('remembered-third-outcome').trim().split('\n'));
    expect(await mappedBy(next.jobId)).not.toHaveProperty('opened_on');
  });
});

describe('what was confirmed', () => {
  it('is of its partner alone: of another one’s file only the names are evidence', async () => {
    await start('alone');
    const next = await bench.load('alone', again(second, 'S').replaceAll(/zu|ruht/g, 'closed').replaceAll('2.000,25', '7'), { partner: 'south', map: [{ columns: ['Ref'], field: 'case_id' }] });
    expect((await reportOf(next.jobId)).remembered).toBeUndefined();
    expect((await reportOf(next.jobId)).mapping.some(({ by }) => by === 'remembered')).toBe(false);
    expect(await records('alone', `case_id = 'S-3'`)).toEqual([expect.stringMatching(/closed 7$/)]);
  });

  it('is shown by a proposal, which asks only of codes that it does not know, and keeps its steps', async () => {
    await start('proposed');
    const { answer, remembered, valueMaps } = await proposalFor('proposed', again(second, 'T'), 'north');
    expect(answer.combine).toEqual({ opened_on: ['Tag', 'Monat', 'Jahr'], location: ['Breite', 'Länge'] });
    expect(answer).toMatchObject({ mapping: { Ref: 'case_id', Stand: 'status', cost: 'cost', Tag: 'opened_on', Breite: 'location' }, unmapped: [] });
    expect(Object.values(answer.auto)).toEqual(Array.from({ length: 8 }, () => true));
    expect(remembered.map(({ field, columns, transforms, taken }) => [field, columns, transforms, taken])).toContainEqual(['opened_on', ['Tag', 'Monat', 'Jahr'], ['date_parts'], true]);
    expect(valueMaps).toMatchObject([{ field: 'status', codes: [{ code: 'ruht', to: null }], transforms: [{ fn: 'map', unknown: 'quarantine', table: { offen: 'open', zu: 'closed', open: 'open', closed: 'closed' } }] }]);
    expect(await proposalFor('proposed', again(second, 'U'), 'south')).toMatchObject({ remembered: [] });
  });

  it('gives way to a later word of the field or the columns, and to what the import itself says', async () => {
    await start('later');
    const said: Map = [{ columns: ['cost'], field: 'cost', transforms: [{ fn: 'replace', pattern: '^', with: '1' }, { fn: 'number', locale: 'de' }] }];
    const next = await bench.load('later', again(second, 'V').replaceAll('ruht', 'zu'), { partner: 'north', map: said });
    expect((await reportOf(next.jobId)).remembered?.map(({ field }) => field)).toEqual(['case_id', 'opened_on', 'location', 'status']);
    expect(await kept('later')).toEqual(['north breite+lange location', 'north cost cost', 'north ref case_id', 'north stand status', 'north tag+monat+jahr opened_on']);
    const following = await bench.load('later', again(second, 'W').replaceAll('ruht', 'zu'), { partner: 'north' });
    expect(await told(following.jobId)).toContain('cost < cost, replace, number');
    expect(await records('later', `case_id = 'W-3'`)).toEqual([expect.stringMatching(/closed 12000.25/)]);
    const last = await bench.load('later', again(second, 'X').replaceAll('ruht', 'zu'), { partner: 'north', map: [{ columns: ['Stand', 'Tag'], field: 'status', transforms: [{ fn: 'coalesce' }, { fn: 'map', table: { zu: 'closed' }, unknown: 'null' }] }] });
    expect(await told(last.jobId)).toContain('opened_on: it was confirmed in an earlier import of the partner and is left out: the import itself says what feeds the field, or what its columns are for');
    expect(await kept('later')).toEqual(['north breite+lange location', 'north cost cost', 'north ref case_id', 'north stand+tag status']);
  });

  it('stays for the files that have its columns, where another kind of file was said otherwise of one of them', async () => {
    await start('kinds');
    const other = 'Ref;Tag\nA-1;2026-05-06\nA-2;2026-05-07';
    await bench.load('kinds', other, { partner: 'north', map: [{ columns: ['Tag'], field: 'opened_on' }, { columns: ['Ref'], field: 'case_id' }] });
    expect(await told((await bench.load('kinds', again(second, 'B'), { partner: 'north' })).jobId)).toContain('opened_on < Tag + Monat + Jahr, date_parts');
    const next = await bench.load('kinds', again(other, 'C').replaceAll('A-', 'C-'), { partner: 'north' });
    expect(await told(next.jobId)).toContain('opened_on < Tag');
    expect(await records('kinds', `case_id = 'C-1'`)).toEqual(['C-1 2026-05-06']);
  });

  it('is left out with its reason where the field is gone, its type has changed, or a step is refused now; the import goes on', async () => {
    await start('changed');
    await bench.sql(`alter table registry.changed drop column location, drop column cost, add column cost date, drop column status, add column status text`);
    const { definition: found, fingerprint } = await introspectTable(bench.pool, { schema: 'registry', table: 'changed', name: 'changed' });
    const fields = found.fields.map((field) => (field.name === 'status' ? { ...field, type: 'enum' as const, values: ['live', 'done'] } : field));
    await registerDataset(bench.pool, { actor: localOperator, definition: { ...found, fields }, fingerprint });
    await bench.sql(`update waybill.confirmed_mappings m set transforms = '[{"fn": "of_long_ago"}]' from waybill.datasets d where d.dataset_id = m.dataset_id and d.name = 'changed' and m.field = 'opened_on'`);
    const next = await bench.load('changed', 'Ref;Tag;Monat;Jahr;Breite;Länge;Stand;cost\nD-1;1;2;2026;1.5;2.5;live;2026-01-02', { partner: 'north' });
    expect(shortBooks(next.books)).toEqual({ created: 1 });
    const why = async (field: string) => (await reportOf(next.jobId)).remembered?.find((note) => note.field === field && !note.taken)?.why;
    expect(await why('location')).toContain('the dataset has no such field any more');
    expect(await why('status')).toContain('transforms[0] cannot be used: it has a value that the field does not take (ENUM_UNKNOWN)');
    expect(await why('cost')).toContain('transforms[0] cannot be used: it gives a number, and the field\'s type is date.');
    expect(await why('opened_on')).toContain('it has a step that cannot be used any more');
    expect(await mappedBy(next.jobId)).toMatchObject({ case_id: 'remembered', cost: 'exact_name' });
  });

  it('is asked of, where it cannot be done and the import asks', async () => {
    await start('asking');
    const jobId = await bench.receive('asking', again(third, 'E').replace('3,20', 'free'), { partner: 'north', whenUnsure: 'ask' });
    await createDetectSource(bench.deps)({ jobId }, new AbortController().signal);
    await createAskMapping(bench.deps)({ jobId });
    const question = questionOf(await bench.job(jobId));
    expect(question?.taken.map(({ field }) => field)).toEqual(['case_id', 'location', 'status']);
    expect(question?.proposed).toContainEqual(expect.objectContaining({ field: 'cost', columns: [6] }));
    expect(JSON.stringify(question)).not.toMatch(/free|Kosten/);
  });

  it('keeps the fields that one column makes together, and a constant for files with the same columns', async () => {
    await bench.make({ name: 'split', fields: [{ name: 'id', type: 'code', key: true }, { name: 'family', type: 'text' }, { name: 'given', type: 'text' }, { name: 'source', type: 'text', required: true }] });
    const said: Map = [
      { columns: ['Who'], field: 'family', transforms: [{ fn: 'name', part: 'family' }] }, { columns: ['Who'], field: 'given', transforms: [{ fn: 'name', part: 'given' }] },
      { columns: [], field: 'source', transforms: [{ fn: 'constant', value: 'north list' }] },
    ];
    await bench.load('split', 'id,Who\n1,"Vega, Ines"\n2,"Petit, Jean"', { partner: 'north', map: said });
    const next = await bench.load('split', 'Who,id\n"Brandt, Uwe",3', { partner: 'north' });
    expect(await mappedBy(next.jobId)).toEqual({ id: 'exact_name', family: 'remembered', given: 'remembered', source: 'remembered' });
    expect(await bench.sql('select family, given, source from registry.split where id = $1', ['3'])).toEqual([{ family: 'Brandt', given: 'Uwe', source: 'north list' }]);
    const other = await bench.load('split', 'id,source\n4,mine', { partner: 'north' });
    expect(await mappedBy(other.jobId)).toEqual({ id: 'exact_name', source: 'exact_name' });
  });

  it('is no dry run’s, and stands nowhere but in the database', async () => {
    await bench.make(definition('dry'));
    const job = await bench.stage('dry', first, { map, partner: 'north', dryRun: true });
    await bench.draft(job);
    expect(await kept('dry')).toEqual([]);
    await start('silent');
    const events = await bench.sql(`select body::text as body from waybill.audit_events`);
    expect(events.length).toBeGreaterThan(0);
    expect(JSON.stringify(events)).not.toMatch(/offen|Stand/);
  });
});
