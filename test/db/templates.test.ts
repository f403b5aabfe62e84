/** Templates on a real database: the treatment of a plan, taken by the next file of its shape, and what is done where that differs. */
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createDetectSource } from '../../activities/detect-source.ts';
import { createPlanImport } from '../../activities/plan-import.ts';
import { localOperator, type Actor } from '../../contracts/actor.ts';
import { isWaybillError } from '../../contracts/errors.ts';
import type { PlanDocument } from '../../contracts/plan-document.ts';
import { templateReportSchema, type DriftPolicy, type TemplateReport } from '../../contracts/template.ts';
import { applyTemplate, copyTemplate, mustFindTemplate, saveFromJob, templateFileOf } from '../../api/templates/template-service.ts';
import { removeTemplate, shareTemplate } from '../../db/change-templates.ts';
import { findPlan } from '../../db/plans.ts';
import { listTemplates } from '../../db/templates.ts';
import { ImportBench, shortBooks, type ImportWish } from '../support/import-bench.ts';

let bench: ImportBench;
beforeAll(async () => { bench = await ImportBench.open(); });
afterAll(() => bench.close());

const people = (name: string) => ({
  name, description: 'Persons, one row each.',
  fields: [
    { name: 'person_id', type: 'code', key: true, required: true, description: 'Number in the source.' }, { name: 'full_name', type: 'text', required: true, description: 'Whole name.' },
    { name: 'birth_date', type: 'date', description: 'Date of birth.' }, { name: 'nationality', type: 'country', description: 'Nationality or citizenship.' }, { name: 'remarks', type: 'text', description: 'Anything else.' },
  ],
});
const names = ['Anna Smith', 'Rui Alves', 'Uwe Brandt', 'Luc Fontaine', 'Ines Vega', 'Jean Petit'];
const days = ['14/03/1985', '02/11/1979', '30/07/1968', '19/01/1991', '08/08/1973', '25/12/1959'];
const rowsFrom = (from: number) => names.map((name, index) => [`K-${from + index}`, name, days[index] ?? '', ['Spain', 'Portugal', 'Germany', 'France'][index % 4] ?? '', `note ${from}`]);
const header = ['Nr.', 'Nombre completo', 'Geburtsdatum', 'Nationalité', 'Zeugs'];
const csv = (head: readonly string[] | null, cells: readonly (readonly string[])[]): string => [...(head === null ? [] : [head]), ...cells].map((row) => row.join(';')).join('\n');
const map = [{ columns: ['Nr.'], field: 'person_id' }, { columns: ['Zeugs'], field: 'remarks', transforms: [{ fn: 'upper' as const }] }];

const planOf = async (jobId: string): Promise<PlanDocument> => await findPlan(bench.pool, (await bench.job(jobId)).planHash ?? '') as PlanDocument;
/** What is not only this file's. */
const treatmentOf = async (jobId: string) => {
  const plan = await planOf(jobId);
  return { ...plan, parse: { ...plan.parse, dataStartByte: 0, dataStartLine: 0, compression: null } };
};
const reportOf = async (jobId: string): Promise<TemplateReport> => templateReportSchema.parse((await bench.job(jobId)).templateReport);
const save = (name: string, fromJob: string, { drift = {}, ...more }: { readonly drift?: Partial<DriftPolicy>; readonly actor?: Actor; readonly visibility?: 'private' | 'shared' } = {}) =>
  saveFromJob(bench.deps, { actor: localOperator, name, fromJob, drift, ...more });
const refusal = async (work: () => Promise<unknown>): Promise<{ code: string; message: string; place: object }> => {
  try { await work(); } catch (error) { if (isWaybillError(error)) return { code: error.code, message: error.message, place: error.place }; throw error; }
  return expect.unreachable('not refused');
};
const signal = new AbortController().signal;
/** Detects and plans; a refusal comes out. */
const plan = async (dataset: string, content: string | Buffer, wish: ImportWish = {}): Promise<string> => {
  const jobId = await bench.receive(dataset, content, wish);
  await createDetectSource(bench.deps)({ jobId }, signal);
  await createPlanImport(bench.deps)({ jobId }, signal);
  return jobId;
};
const refusedPlan = async (dataset: string, content: string | Buffer, wish: ImportWish = {}) => {
  const jobId = await bench.receive(dataset, content, wish);
  const refused = await refusal(async () => { await createDetectSource(bench.deps)({ jobId }, signal); await createPlanImport(bench.deps)({ jobId }, signal); });
  return { ...refused, jobId };
};

describe('a template', () => {
  it('saved from a job gives the next file of the same shape the same plan, by itself', async () => {
    await bench.make(people('plain'));
    const first = await bench.load('plain', csv(header, rowsFrom(100)), { map, zone: 'Europe/Madrid', maxErrorPercent: 5, duplicates: 'first', partner: 'P1', rules: [{ kind: 'field', name: 'named', field: 'full_name', minLength: 2 }] });
    const { template, changed } = await save('plain-people', first.jobId);
    expect([changed, template.version, template.partner, template.dataset]).toEqual([true, 1, 'P1', 'plain']);
    const next = await bench.load('plain', csv(header, rowsFrom(200)), {});
    expect(shortBooks(next.books)).toEqual({ created: 6 });
    expect(await treatmentOf(next.jobId)).toEqual(await treatmentOf(first.jobId));
    expect(await reportOf(next.jobId)).toEqual({ name: 'plain-people', version: 1, by: 'recognised', overruled: [], drift: [] });
    expect(await bench.job(next.jobId)).toMatchObject({ partner: 'P1', templateVersion: 1 });
    expect((await bench.sql(`select remarks from registry.plain where person_id = 'K-200'`))[0]).toEqual({ remarks: 'NOTE 200' });
    // Saved again it says the same.
    expect((await save('plain-people', next.jobId)).changed).toBe(false);
  });
});

describe('a file that differs from its template', () => {
  const dataset = 'drifting';
  const drifted = (head: readonly string[], cells: readonly (readonly string[])[] = rowsFrom(300), wish: ImportWish = {}) => refusedPlan(dataset, csv(head, cells), { template: { name: 'drift' }, ...wish });
  const kinds = ({ drift }: TemplateReport) => drift.map(({ kind, column, no, was, wasNo, fields, handling }) => [kind, no === null ? '' : `#${no} ${column ?? ''}`, wasNo === null ? '' : `#${wasNo} ${was ?? ''}`, fields.join(), handling]);
  /** Pinned by hand, as the API does for an import that names one. */
  const planned = async (content: string, wish: ImportWish = {}, name = 'drift') => {
    const jobId = await bench.receive(dataset, content, { template: { name }, ...wish });
    const { templateId, version } = await mustFindTemplate(bench.deps, localOperator, { name });
    await bench.sql('update waybill.jobs set template_id = $2, template_version = $3 where job_id = $1', [jobId, templateId, version]);
    const outcome = await refusal(async () => {
      await createDetectSource(bench.deps)({ jobId }, signal); await createPlanImport(bench.deps)({ jobId }, signal);
      throw Object.assign(new Error('accepted'), { accepted: true });
    }).catch((error: unknown) => { if (error instanceof Error && 'accepted' in error) return null; throw error; });
    return { jobId, outcome, report: await reportOf(jobId) };
  };
  beforeAll(async () => {
    await bench.make(people(dataset));
    await save('drift', (await bench.load(dataset, csv(header, rowsFrom(100)), { map })).jobId);
    await save('lenient', (await bench.load(dataset, csv(header, rowsFrom(150)), { map, noTemplate: true })).jobId, { drift: { missing: 'accept', renamed: 'accept', retyped: 'accept', new: 'refuse' } });
  });

  it('only in what feeds nothing, or in the order of its columns, is taken and named', async () => {
    const { outcome, report, jobId } = await planned(csv(['Geburtsdatum', 'Neu', 'nr', 'Nombre completo', 'Nationalité', 'Zeugs'], rowsFrom(200).map(([nr = '', name = '', day = '', country = '', note = '']) => [day, 'x', nr, name, country, note])));
    expect(outcome).toBeNull();
    expect(kinds(report)).toEqual([['new', '#2 Neu', '', '', 'accept'], ['moved', '#1 Geburtsdatum', '#3 Geburtsdatum', 'birth_date', 'accept']]);
    expect((await planOf(jobId)).mapping.map(({ field, columns }) => `${field}<${columns.join()}`)).toEqual(['person_id<2', 'full_name<3', 'birth_date<0', 'nationality<4', 'remarks<5']);
  });

  it('in a renamed column is asked about, by its place and without a header; taken once with --accept-drift, mapped on and told', async () => {
    const content = csv(['Nr.', 'Nombre completo', 'Geburtstag', 'Nationalité', 'Zeugs'], rowsFrom(210));
    const asked = await planned(content);
    expect(asked.outcome).toMatchObject({ code: 'TEMPLATE_DRIFT', place: { template: 'drift@1', columns: ['renamed #3 for birth_date'] } });
    expect(JSON.stringify(asked.outcome)).not.toContain('Geburt');
    expect(kinds(asked.report)).toEqual([['renamed', '#3 Geburtstag', '#3 Geburtsdatum', 'birth_date', 'ask']]);
    const taken = await planned(content, { acceptDrift: true });
    expect(taken.outcome).toBeNull();
    expect((await planOf(taken.jobId)).mapping.find(({ field }) => field === 'birth_date')?.columns).toEqual([2]);
    expect((await planned(content, {}, 'lenient')).outcome).toBeNull();
  });

  it('in a missing column is asked about; of an optional field it may be accepted, of a required one or the key never', async () => {
    const without = (column: number) => csv(header.filter((_, index) => index !== column), rowsFrom(220).map((row) => row.filter((_, index) => index !== column)));
    expect((await planned(without(2))).outcome).toMatchObject({ code: 'TEMPLATE_DRIFT', place: { columns: ['missing #3 of the template for birth_date'] } });
    const accepted = await planned(without(2), {}, 'lenient');
    expect(accepted.outcome).toBeNull();
    expect((await planOf(accepted.jobId)).mapping.map(({ field }) => field)).toEqual(['person_id', 'full_name', 'nationality', 'remarks']);
    for (const [column, field] of [[0, 'person_id'], [1, 'full_name']] as const)
      expect((await planned(without(column), {}, 'lenient')).outcome).toMatchObject({ code: 'TEMPLATE_DRIFT', place: { columns: [`missing #${column + 1} of the template for ${field}`] } });
    expect((await planned(without(1), { acceptDrift: true }, 'lenient')).outcome).toMatchObject({ code: 'MAPPING_REQUIRED_MISSING' });
    expect((await planned(without(1), { map: [{ columns: ['Zeugs'], field: 'full_name' }] }, 'lenient')).outcome).toBeNull();
  });

  it('in the values of a column is asked about: no dates any more, or day and month swapped', async () => {
    const withDays = (day: (row: number) => string) => csv(header, rowsFrom(230).map((row, index) => row.map((cell, column) => (column === 2 ? day(index) : cell))));
    const words = await planned(withDays((row) => `early ${row}`));
    expect(words.outcome).toMatchObject({ code: 'TEMPLATE_DRIFT', place: { columns: ['retyped #3 for birth_date'] } });
    expect(words.report.drift[0]?.why).toBe('The field reads 0 % of the sampled values.');
    const swapped = await planned(withDays((row) => `0${row + 1}/2${row}/1990`));
    expect(swapped.report.drift[0]?.why).toBe('Its dates have day and month in another order.');
    // Nothing decisive: the order that the first file proved.
    const open = await planned(withDays((row) => `0${row + 1}/0${row + 2}/1990`));
    expect(open.outcome).toBeNull();
    expect((await planOf(open.jobId)).mapping.find(({ field }) => field === 'birth_date')?.date).toEqual({ order: 'dmy', source: 'template' });
  });

  it('is refused where the policy refuses, --accept-drift or not', async () => {
    const more = csv([...header, 'Neu'], rowsFrom(240).map((row) => [...row, 'x']));
    expect((await planned(more, { acceptDrift: true }, 'lenient')).outcome).toMatchObject({ code: 'TEMPLATE_DRIFT', place: { columns: ['new #6'] } });
  });

  it('is known by what is left of the shape, and asks to choose where several templates are left', async () => {
    const content = csv(['Nr.', 'Nombre completo', 'Geburtstag', 'Nationalité', 'Zeugs'], rowsFrom(250));
    const several = await drifted(['Nr.', 'Nombre completo', 'Geburtstag', 'Nationalité', 'Zeugs']);
    expect(several).toMatchObject({ code: 'TEMPLATE_AMBIGUOUS', place: { templates: ['drift', 'lenient'] } });
    await removeTemplate(bench.pool, { actor: localOperator, name: 'lenient' });
    const one = await refusedPlan(dataset, content);
    expect(one).toMatchObject({ code: 'TEMPLATE_DRIFT', place: { template: 'drift@1' } });
    expect(await reportOf(one.jobId)).toMatchObject({ by: 'recognised' });
    // Who maps it anew, or wants none, begins anew.
    expect((await bench.job(await plan(dataset, content, { map: [{ columns: ['Nr.'], field: 'person_id' }] }))).templateId).toBeNull();
    expect((await bench.job(await plan(dataset, csv(header, rowsFrom(260)), { map, noTemplate: true }))).templateId).toBeNull();
  });
});

describe('a file without names', () => {
  it('is known by the number and the kinds of its columns, and read as the first one was', async () => {
    await bench.make(people('nameless'));
    const wish: ImportWish = { parse: { header: false }, map: [{ columns: ['#1'], field: 'person_id' }, { columns: ['#2'], field: 'full_name' }, { columns: ['#3'], field: 'birth_date' }] };
    const first = await bench.load('nameless', csv(null, rowsFrom(100)), wish);
    await save('nameless-list', first.jobId);
    const next = await bench.load('nameless', csv(null, rowsFrom(200)));
    expect(await treatmentOf(next.jobId)).toEqual(await treatmentOf(first.jobId));
    expect(await reportOf(next.jobId)).toMatchObject({ by: 'recognised', drift: [] });
    const shifted = await refusedPlan('nameless', csv(null, rowsFrom(300).map(([nr = '', name = '', day = '', ...rest]) => [nr, day, name, ...rest])), {});
    expect(shifted.code, 'dates where names were: another file').toBe('MAPPING_REQUIRED_MISSING');
  });
});

describe('templates', () => {
  const other: Actor = { ...localOperator, id: 'somebody-else' };
  let jobId = '';
  beforeAll(async () => {
    await bench.make(people('shares'));
    ({ jobId } = await bench.load('shares', csv(header, rowsFrom(100)), { map }));
    await save('mine', jobId);
  });
  const visibleTo = async (actor: Actor) => (await listTemplates(bench.pool, actor, { dataset: 'shares' })).map(({ name }) => name);

  it('that are private are seen by their owner only, and their names are taken all the same', async () => {
    expect(await visibleTo(other)).toEqual([]);
    expect(await refusal(() => mustFindTemplate(bench.deps, other, { name: 'mine' }))).toMatchObject({ code: 'TEMPLATE_UNKNOWN' });
    expect(await refusal(() => save('mine', jobId, { actor: other }))).toMatchObject({ code: 'TEMPLATE_NAME_TAKEN' });
    expect(await refusal(() => shareTemplate(bench.pool, { actor: other, name: 'mine', shared: true }))).toMatchObject({ code: 'TEMPLATE_UNKNOWN' });
    await shareTemplate(bench.pool, { actor: localOperator, name: 'mine', shared: true });
    expect(await visibleTo(other)).toEqual(['mine']);
    expect(await refusal(() => removeTemplate(bench.pool, { actor: other, name: 'mine' }))).toMatchObject({ code: 'FORBIDDEN' });
    await shareTemplate(bench.pool, { actor: localOperator, name: 'mine', shared: false });
    expect(await visibleTo(other)).toEqual([]);
    // Another organisation has names of its own.
    expect(await listTemplates(bench.pool, { ...localOperator, org: 'elsewhere' })).toEqual([]);
  });

  it('are versioned: what a job pinned stays, also when the template is gone', async () => {
    const second = await bench.load('shares', csv(header, rowsFrom(200)), { zone: 'Asia/Tokyo', said: ['zone'] });
    expect(await reportOf(second.jobId)).toMatchObject({ name: 'mine', version: 1, overruled: ['zone'] });
    expect((await planOf(second.jobId)).zone).toBe('Asia/Tokyo');
    expect((await save('mine', second.jobId)).template.version).toBe(2);
    expect((await mustFindTemplate(bench.deps, localOperator, { name: 'mine', version: 1 })).document.zone).toBe('UTC');
    expect((await bench.job(second.jobId)).templateVersion).toBe(1);
    for (const statement of [`update waybill.template_versions set document = '{}'`, 'delete from waybill.template_versions', 'delete from waybill.templates'])
      await expect(bench.pool.query(statement)).rejects.toThrow();
    expect((await bench.sql(`select count(*)::int as n from waybill.audit_events where action in ('template.saved', 'template.shared', 'template.unshared') and body like '%"mine"%'`))[0]).toEqual({ n: 4 });
  });

  it('are one JSON file, the same template in another database, and copies that part from it', async () => {
    const file = await templateFileOf(bench.deps, localOperator, { name: 'mine' });
    expect(file.versions.map(({ version }) => version)).toEqual([1, 2]);
    const elsewhere = await ImportBench.open();
    try {
      expect(await refusal(() => applyTemplate(elsewhere.deps, { actor: localOperator, file: JSON.parse(JSON.stringify(file)) }))).toMatchObject({ code: 'DATASET_UNKNOWN' });
      await elsewhere.make(people('shares'));
      const { template } = await applyTemplate(elsewhere.deps, { actor: localOperator, file: JSON.parse(JSON.stringify(file)) });
      expect({ ...template, templateId: 0, createdAt: null, fromJob: null }).toEqual({ ...await mustFindTemplate(bench.deps, localOperator, { name: 'mine' }), templateId: 0, createdAt: null, fromJob: null });
      expect(await templateFileOf(elsewhere.deps, localOperator, { name: 'mine' })).toEqual(file);
      expect((await applyTemplate(elsewhere.deps, { actor: localOperator, file })).changed).toBe(false);
      const loaded = await elsewhere.load('shares', csv(header, rowsFrom(300)));
      expect([shortBooks(loaded.books), (await elsewhere.job(loaded.jobId)).templateVersion]).toEqual([{ created: 6 }, 2]);
      const twisted = structuredClone(file) as unknown as { versions: { document: { mapping: { field: string }[] } }[] };
      const [entry] = twisted.versions[1]?.document.mapping ?? [];
      if (entry !== undefined) entry.field = 'nothing';
      expect(await refusal(() => applyTemplate(elsewhere.deps, { actor: localOperator, file: twisted }))).toMatchObject({ code: 'TEMPLATE_INVALID', place: { at: 'mapping[0].field' } });
      expect(await refusal(() => applyTemplate(elsewhere.deps, { actor: localOperator, file: { ...file, more: 1 } }))).toMatchObject({ code: 'TEMPLATE_INVALID' });
    } finally { await elsewhere.close(); }
    const { template: copy } = await copyTemplate(bench.deps, { actor: localOperator, from: { name: 'mine' }, as: 'theirs', partner: 'P2' });
    expect([copy.version, copy.partner, copy.document]).toEqual([1, 'P2', (await mustFindTemplate(bench.deps, localOperator, { name: 'mine' })).document]);
    // Two fit now: the partner chooses.
    expect(await refusedPlan('shares', csv(header, rowsFrom(400)))).toMatchObject({ code: 'TEMPLATE_AMBIGUOUS', place: { templates: ['mine', 'theirs'] } });
    expect(await reportOf(await plan('shares', csv(header, rowsFrom(400)), { partner: 'P2' }))).toMatchObject({ name: 'theirs' });
    expect(await reportOf(await plan('shares', csv(header, rowsFrom(410)), { partner: 'P3' }))).toMatchObject({ name: 'mine' });
  });
});

describe('a template of a file of another format', () => {
  const json = (from: number) => JSON.stringify({ data: { items: rowsFrom(from).map(([nr, name, day, country]) => ({ ref: nr, who: { full: name }, born: day, land: country })) } });
  const lines = (from: number) => rowsFrom(from).map(([nr, name, day]) => JSON.stringify({ ref: nr, who: name, born: day })).join('\n');
  const xml = (from: number) => `<list><made>today</made>${rowsFrom(from).map(([nr, name, day]) => `<p id="${nr}"><who>${name}</who><born>${day}</born></p>`).join('')}</list>`;
  const cases = [
    ['json', json, { map: [{ columns: ['ref'], field: 'person_id' }, { columns: ['who.full'], field: 'full_name' }, { columns: ['born'], field: 'birth_date' }], parse: { recordPath: 'data.items' } }],
    ['jsonl', lines, { map: [{ columns: ['ref'], field: 'person_id' }, { columns: ['who'], field: 'full_name' }] }],
    ['xml', xml, { map: [{ columns: ['#1'], field: 'person_id' }, { columns: ['who'], field: 'full_name' }, { columns: ['born'], field: 'birth_date' }] }],
    ['gzip', (from: number) => gzipSync(csv(header, rowsFrom(from))), { map }],
    ['delimiter', (from: number) => csv(header, rowsFrom(from)).replaceAll(';', '^'), { map, parse: { delimiter: '^' } }],
  ] as const satisfies readonly (readonly [string, (from: number) => string | Buffer, ImportWish])[];
  it.each(cases)('%s gives the next one the same plan', async (name, content, wish) => {
    await bench.make(people(`of_${name}`));
    const first = await bench.load(`of_${name}`, content(100), wish);
    expect(shortBooks(first.books)).toEqual({ created: 6 });
    await save(`of-${name}`, first.jobId);
    const next = await bench.load(`of_${name}`, content(200));
    expect(shortBooks(next.books)).toEqual({ created: 6 });
    expect(await reportOf(next.jobId)).toMatchObject({ name: `of-${name}`, by: 'recognised', drift: [] });
    expect(await treatmentOf(next.jobId)).toEqual(await treatmentOf(first.jobId));
    // The very file again is known as one that was loaded.
    expect(await refusedPlan(`of_${name}`, content(200))).toMatchObject({ code: 'SAME_FILE' });
  });
});

describe('a template of a file whose records name their values', () => {
  it('does without what most records never had, and asks about what they all had', async () => {
    await bench.make(people('sparse'));
    const lines = (from: number, more: (row: number) => object) => rowsFrom(from).map(([ref, who], row) => JSON.stringify({ ref, who, ...more(row) })).join('\n');
    const first = await bench.load('sparse', lines(100, (row) => ({ place: 'x', ...(row === 2 ? { note: 'rare' } : {}) })), { map: [{ columns: ['ref'], field: 'person_id' }, { columns: ['who'], field: 'full_name' }, { columns: ['place', 'note'], field: 'remarks', transforms: [{ fn: 'join', separator: ', ' }] }] });
    await save('sparse', first.jobId);
    const next = await bench.load('sparse', lines(200, () => ({ place: 'y' })));
    expect((await reportOf(next.jobId)).drift).toMatchObject([{ kind: 'missing', was: 'note', fields: ['remarks'], handling: 'accept' }]);
    expect(await bench.sql(`select distinct remarks from registry.sparse where person_id like 'K-20%'`)).toEqual([{ remarks: 'y' }]);
    expect(await refusedPlan('sparse', lines(300, () => ({})))).toMatchObject({ code: 'TEMPLATE_DRIFT', place: { columns: ['missing #3 of the template for remarks'] } });
  });
});

describe('a template of a list without an id', () => {
  it('has its derived key and its row filter', async () => {
    await bench.make(people('keyless'));
    const list = (from: number) => csv(['full_name', 'birth_date', 'nationality', 'Zeugs'], rowsFrom(from).map((row) => row.slice(1)));
    const first = await bench.load('keyless', list(100), { map: [{ columns: ['Zeugs'], field: 'remarks' }], derivedKey: { field: 'person_id', of: ['full_name', 'birth_date'] }, rowFilter: 'full_name != "Anna Smith"' });
    expect(shortBooks(first.books)).toEqual({ created: 5, filtered: 1 });
    await save('keyless', first.jobId);
    const next = await bench.load('keyless', list(200));
    expect(shortBooks(next.books)).toEqual({ updated: 5, filtered: 1 });
    expect(await treatmentOf(next.jobId)).toEqual(await treatmentOf(first.jobId));
  });
});
