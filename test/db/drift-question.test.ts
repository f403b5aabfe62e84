/** A file that differs from its template asks a person: what is asked, what an answer does, and that the template's treatment stays; by the activities on a real database. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createAskMapping } from '../../activities/ask-mapping.ts';
import { createDetectSource } from '../../activities/detect-source.ts';
import { createPlanImport } from '../../activities/plan-import.ts';
import { createExpireQuestion } from '../../activities/wait-for-answer.ts';
import type { ApiDeps } from '../../api/api-deps.ts';
import { describeQuestion } from '../../api/graphql/describe-question.ts';
import { confirmMapping, parseAnswer } from '../../api/jobs/confirm-mapping.ts';
import { mustFindTemplate, saveFromJob } from '../../api/templates/template-service.ts';
import { localOperator } from '../../contracts/actor.ts';
import { isWaybillError } from '../../contracts/errors.ts';
import type { DriftPolicy } from '../../contracts/template.ts';
import { readAudit } from '../../db/audit.ts';
import { questionOf } from '../../db/job-question.ts';
import { findPlan } from '../../db/plans.ts';
import { ImportBench, shortBooks, type ImportWish } from '../support/import-bench.ts';

let bench: ImportBench;
const dataset = 'members';
const header = ['Nr.', 'Nombre completo', 'Geburtsdatum', 'Nationalité', 'Zeugs'];
const days = ['14/03/1985', '02/11/1979', '30/07/1968', '19/01/1991', '08/08/1973', '25/12/1959'];
const rowsFrom = (from: number) => ['Anna Smith', 'Rui Alves', 'Uwe Brandt', 'Luc Fontaine', 'Ines Vega', 'Jean Petit']
  .map((name, index) => [`K-${from + index}`, name, days[index] ?? '', ['Spain', 'Portugal', 'Germany', 'France'][index % 4] ?? '', `note ${index}`]);
const csv = (head: readonly string[], cells: readonly (readonly string[])[]): string => [head, ...cells].map((row) => row.join(';')).join('\n');
const map = [{ columns: ['Nr.'], field: 'person_id' }, { columns: ['Zeugs'], field: 'remarks', transforms: [{ fn: 'upper' as const }] }];
const signal = new AbortController().signal;

beforeAll(async () => {
  bench = await ImportBench.open();
  await bench.make({
    name: dataset, description: 'Persons, one row each.',
    fields: [
      { name: 'person_id', type: 'code', key: true, required: true, description: 'Number in the source.' }, { name: 'full_name', type: 'text', required: true, description: 'Whole name.' },
      { name: 'birth_date', type: 'date', description: 'Date of birth.' }, { name: 'nationality', type: 'country', description: 'Nationality or citizenship.' }, { name: 'remarks', type: 'text', description: 'Anything else.' },
    ],
  });
  const rules = { rules: [{ kind: 'field' as const, name: 'short', field: 'remarks', maxLength: 6, severity: 'error' as const }], rowFilter: `full_name != 'Jean Petit'` };
  const save = async (name: string, from: number, drift: Partial<DriftPolicy>) =>
    saveFromJob(bench.deps, { actor: localOperator, name, fromJob: (await bench.load(dataset, csv(header, rowsFrom(from)), { map, noTemplate: true, ...rules })).jobId, drift });
  await save('asks', 100, { new: 'ask', missing: 'ask', renamed: 'ask', retyped: 'ask' });
  await save('lenient', 150, { missing: 'accept', renamed: 'accept', retyped: 'accept' });
  await save('strict', 160, { new: 'refuse', missing: 'refuse', renamed: 'refuse', retyped: 'refuse', moved: 'refuse' });
});
afterAll(() => bench.close());

/** Pinned by hand, as the API does for an import that names one. */
const detect = async (content: string, wish: ImportWish = {}, name = 'asks') => {
  const jobId = await bench.receive(dataset, content, { template: { name }, ...wish });
  const { templateId, version } = await mustFindTemplate(bench.deps, localOperator, { name });
  await bench.sql('update waybill.jobs set template_id = $2, template_version = $3 where job_id = $1', [jobId, templateId, version]);
  const { mayAsk } = await createDetectSource(bench.deps)({ jobId }, signal);
  return { jobId, mayAsk };
};
const ask = async (content: string, wish: ImportWish = {}, name = 'asks') => {
  const { jobId, mayAsk } = await detect(content, wish, name);
  if (mayAsk) await createAskMapping(bench.deps)({ jobId });
  const job = await bench.job(jobId);
  return { jobId, mayAsk, state: job.state, question: questionOf(job), shown: describeQuestion(job) as { readonly drift: readonly { readonly kind: string; readonly column: string | null; readonly was: string | null; readonly fields: readonly string[] }[] } | null };
};
const answer = (jobId: string, said: Readonly<Record<string, unknown>>) =>
  confirmMapping({ pool: bench.pool, engine: { sendAnswer: () => Promise.resolve('heard') } } as unknown as ApiDeps, { actor: localOperator, jobId, said: parseAnswer(said) });
const finish = async (jobId: string) => {
  const planned = await createPlanImport(bench.deps)({ jobId }, signal), staged = await bench.stagePlanned(jobId, planned);
  expect(staged.planEpoch).toBe(planned.planEpoch);
  return shortBooks(await bench.finish(staged));
};
const planOf = async (jobId: string) => findPlan(bench.pool, (await bench.job(jobId)).planHash ?? '');
const codeOf = async (work: () => Promise<unknown>): Promise<string> => { try { await work(); return 'none'; } catch (error) { return isWaybillError(error) ? error.code : String(error); } };
const renamed = (from: number) => csv(['Nr.', 'Nombre completo', 'Geburtstag', 'Nationalité', 'Zeugs'], rowsFrom(from));
const without = (column: number, from: number) => csv(header.filter((_, index) => index !== column), rowsFrom(from).map((row) => row.filter((_, index) => index !== column)));

describe('a file that differs from its template', () => {
  it('in a renamed column asks, with what the template would take; accepted, it is loaded as the template treats it', async () => {
    const { jobId, mayAsk, state, question, shown } = await ask(renamed(200));
    expect([mayAsk, state, question?.kind]).toEqual([true, 'awaiting_mapping', 'drift']);
    expect(question?.proposed).toEqual([{ field: 'birth_date', columns: [2], confidence: expect.any(Number) as number }]);
    expect(question?.proposed[0]?.confidence).toBeGreaterThan(0.5);
    expect(question?.columns).toMatchObject([{ column: 2, fillRate: 1, candidates: [{ field: 'birth_date', reasons: ['The name is another one; it and the values are alike.'] }] }]);
    expect(question?.taken.map(({ field }) => field)).toEqual(['person_id', 'full_name', 'nationality', 'remarks']);
    expect(JSON.stringify(question)).not.toMatch(/Geburt|Anna/);
    expect(shown?.drift).toMatchObject([{ kind: 'renamed', column: 'Geburtstag', was: 'Geburtsdatum', fields: ['birth_date'] }]);
    // Run again, it has asked already.
    expect((await createAskMapping(bench.deps)({ jobId })).question).toMatchObject({ no: 1 });
    await answer(jobId, { acceptProposals: true });
    expect(await finish(jobId)).toEqual({ created: 5, filtered: 1 });
    const plan = await planOf(jobId), template = (await mustFindTemplate(bench.deps, localOperator, { name: 'asks' })).document;
    expect(plan?.mapping.find(({ field }) => field === 'birth_date')).toMatchObject({ columns: [2], by: 'operator', date: { order: 'dmy' } });
    expect(plan).toMatchObject({ rules: template.rules, rowFilter: template.rowFilter, key: template.key });
    expect(await bench.sql(`select birth_date::text as born, remarks from registry.${dataset} where person_id = 'K-201'`)).toEqual([{ born: '1979-11-02', remarks: 'NOTE 1' }]);
    expect((await readAudit(bench.pool, { org: null, afterSeq: 0, limit: 10_000 })).filter((event) => event.jobId === jobId).map(({ action }) => action)).toEqual(expect.arrayContaining(['mapping.asked', 'mapping.confirmed']));
  });

  it('in a missing column asks; accepted, an optional field is left out', async () => {
    const { jobId, question, shown } = await ask(without(2, 210));
    expect(question).toMatchObject({ kind: 'drift', proposed: [], fields: [] });
    expect(shown?.drift).toMatchObject([{ kind: 'missing', column: null, was: 'Geburtsdatum', fields: ['birth_date'] }]);
    await answer(jobId, { acceptProposals: true });
    expect(await finish(jobId)).toEqual({ created: 5, filtered: 1 });
    expect((await planOf(jobId))?.mapping.map(({ field }) => field)).not.toContain('birth_date');
  });

  it('in the column of a needed field names it with what it could be, takes no answer without one, and no --accept makes it up', async () => {
    const content = csv(['Nr.', 'ZQXVW', 'Geburtsdatum', 'Nationalité', 'Zeugs'], rowsFrom(220));
    const { jobId, question } = await ask(content, {}, 'lenient');
    expect(question).toMatchObject({ kind: 'drift', fields: [{ field: 'full_name', why: 'required', columns: [1] }] });
    expect(question?.columns.find(({ column }) => column === 1)?.candidates[0]).toMatchObject({ field: 'full_name' });
    if (question?.proposed.length === 0) expect(await codeOf(() => answer(jobId, { acceptProposals: true }))).toBe('MAPPING_REQUIRED_MISSING');
    expect(await codeOf(() => answer(jobId, { ignore: ['ZQXVW'] }))).toBe('MAPPING_REQUIRED_MISSING');
    await answer(jobId, { map: [{ columns: ['ZQXVW'], field: 'full_name' }] });
    expect(await finish(jobId)).toEqual({ created: 5, filtered: 1 });
  });

  it('in a new column asks where the policy says so, and feeds nothing from it unless it is said', async () => {
    const { jobId, question, shown } = await ask(csv([...header, 'Neu'], rowsFrom(230).map((row) => [...row, 'x'])));
    expect(question?.proposed).toEqual([]);
    expect(question?.columns.map(({ column }) => column)).toEqual([5]);
    expect(shown?.drift).toMatchObject([{ kind: 'new', column: 'Neu', was: null }]);
    await answer(jobId, { acceptProposals: true });
    expect(await finish(jobId)).toEqual({ created: 5, filtered: 1 });
    expect((await planOf(jobId))?.mapping.flatMap(({ columns }) => columns)).not.toContain(5);
  });

  it('in the values of a column asks; another column takes its place with the transforms of the template', async () => {
    const words = csv([...header, 'Texto'], rowsFrom(240).map((row, index) => [...row.map((cell, column) => (column === 2 ? `early ${index}` : cell)), `more ${index}`]));
    const { jobId, question, shown } = await ask(words);
    expect(shown?.drift.map(({ kind }) => kind)).toEqual(['new', 'retyped']);
    expect(question?.proposed).toMatchObject([{ field: 'birth_date', columns: [2] }]);
    await answer(jobId, { map: [{ columns: ['Texto'], field: 'remarks' }], ignore: ['Geburtsdatum'] });
    expect(await finish(jobId)).toEqual({ created: 5, filtered: 1 });
    expect(await bench.sql(`select birth_date, remarks from registry.${dataset} where person_id = 'K-240'`)).toEqual([{ birth_date: null, remarks: 'MORE 0' }]);
  });
});

describe('a job with a template', () => {
  it('asks nothing where nothing differs, with --ask too, or where the policy takes it', async () => {
    expect(await ask(csv(header, rowsFrom(300)))).toMatchObject({ mayAsk: true, state: 'detecting', question: null });
    const sure = await ask(csv(header, rowsFrom(310)), { whenUnsure: 'ask' });
    expect(sure).toMatchObject({ mayAsk: true, question: null });
    expect(await finish(sure.jobId)).toEqual({ created: 5, filtered: 1 });
    expect(await ask(renamed(320), {}, 'lenient')).toMatchObject({ mayAsk: true, question: null });
  });

  it('whose drift is accepted beforehand is not asked; with --ask of a lost needed field all the same', async () => {
    const taken = await ask(renamed(330), { acceptDrift: true });
    expect(taken).toMatchObject({ mayAsk: false, question: null });
    expect(await finish(taken.jobId)).toEqual({ created: 5, filtered: 1 });
    expect(await ask(renamed(340), { acceptDrift: true, whenUnsure: 'ask' })).toMatchObject({ mayAsk: true, question: null });
    expect((await ask(without(1, 350), { acceptDrift: true, whenUnsure: 'ask' })).question).toMatchObject({ kind: 'drift', fields: [{ field: 'full_name' }] });
  });

  it('whose policy refuses is refused when it is planned, and never asks', async () => {
    const { jobId, mayAsk, question } = await ask(renamed(360), { whenUnsure: 'ask' }, 'strict');
    expect([mayAsk, question]).toEqual([true, null]);
    expect((await detect(renamed(370), {}, 'strict')).mayAsk).toBe(false);
    expect(await codeOf(() => createPlanImport(bench.deps)({ jobId }, signal))).toBe('TEMPLATE_DRIFT');
  });

  it('that nobody answers is refused', async () => {
    const { jobId } = await ask(renamed(380));
    expect(await createExpireQuestion(bench.deps)({ jobId, questionNo: 1 })).toEqual({ answered: false });
    expect(await bench.job(jobId)).toMatchObject({ state: 'refused', errorCode: 'MAPPING_UNANSWERED' });
  });
});

describe('an import that asks and has a derived key', () => {
  it('keeps the key through the answer', async () => {
    await bench.make({ name: 'keyless', description: 'Persons.', fields: [{ name: 'row_key', type: 'text' }, { name: 'full_name', type: 'text', required: true, description: 'Whole name.' }, { name: 'birth_date', type: 'date', description: 'Date of birth.' }] });
    const jobId = await bench.receive('keyless', csv(['Nombre completo', 'Naissance'], rowsFrom(400).map(([, name = ''], index) => [name, `0${index + 1}/03/1985`])), { whenUnsure: 'ask', derivedKey: { field: 'row_key', of: ['full_name'] } });
    await createDetectSource(bench.deps)({ jobId }, signal);
    await createAskMapping(bench.deps)({ jobId });
    expect(questionOf(await bench.job(jobId))).toMatchObject({ kind: 'mapping' });
    await answer(jobId, { acceptProposals: true, dateOrders: [{ field: 'birth_date', order: 'dmy' }] });
    expect(await finish(jobId)).toEqual({ created: 6 });
  });
});
