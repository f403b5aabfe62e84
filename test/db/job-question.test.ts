/** What a job asks of a mapping, the answer in the database, and what both are worth for the next file: by the activities on a real database. */
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createAskMapping } from '../../activities/ask-mapping.ts';
import { createDetectSource } from '../../activities/detect-source.ts';
import { createEndJob } from '../../activities/end-job.ts';
import { createPlanImport } from '../../activities/plan-import.ts';
import { standingWishes } from '../../activities/read-job-wishes.ts';
import { createExpireQuestion, createReadQuestion, createRemindOperator } from '../../activities/wait-for-answer.ts';
import { localOperator } from '../../contracts/actor.ts';
import { datasetDefinitionSchema } from '../../contracts/dataset-definition.ts';
import { isWaybillError } from '../../contracts/errors.ts';
import { jobAnswerSchema, type JobQuestion } from '../../contracts/job-question.ts';
import { resolveAnswer, type SaidAnswer } from '../../core/mapping/resolve-answer.ts';
import { readAudit } from '../../db/audit.ts';
import { answerQuestion, openQuestionOf, questionOf } from '../../db/job-question.ts';
import { wishPause, wishResume } from '../../db/job-wishes.ts';
import { readLedgerProgress } from '../../db/ledger-progress.ts';
import { findPlan } from '../../db/plans.ts';
import { ImportBench, shortBooks, type ImportWish } from '../support/import-bench.ts';

let bench: ImportBench;
beforeAll(async () => { bench = await ImportBench.open(); });
afterAll(() => bench.close());

const page = readFileSync(new URL('../../docs/mapping.md', import.meta.url), 'utf8');
const block = (language: string, at: number): string => [...page.matchAll(new RegExp(`^\`\`\`${language}\n(.*?)^\`\`\``, 'gms'))][at]?.[1] ?? '';
const file = block('csv', 1);
const signal = new AbortController().signal;
const definition = (name: string, more: readonly object[] = []) => {
  const contacts = JSON.parse(block('json', 0)) as { readonly fields: readonly object[] };
  return { ...contacts, name, fields: [...contacts.fields, ...more] };
};

interface AskedJob { readonly jobId: string; readonly question: JobQuestion | null; readonly columns: readonly string[] }
const ask = async (dataset: string, content: string, wish: ImportWish = {}): Promise<AskedJob> => {
  const jobId = await bench.receive(dataset, content, { whenUnsure: 'ask', ...wish });
  expect(await createDetectSource(bench.deps)({ jobId }, signal)).toEqual({ mayAsk: true });
  await createAskMapping(bench.deps)({ jobId });
  const job = await bench.job(jobId);
  return { jobId, question: questionOf(job), columns: job.detection?.options.columns ?? [] };
};
const asked = async (dataset: string, content: string, wish: ImportWish = {}): Promise<AskedJob & { readonly question: JobQuestion }> => {
  const { question, ...job } = await ask(dataset, content, wish);
  return question === null ? expect.unreachable('nothing was asked') : { ...job, question };
};
const answer = async (dataset: string, { jobId, question, columns }: AskedJob & { readonly question: JobQuestion }, said: Partial<SaidAnswer>): Promise<{ readonly changed: boolean }> => {
  const full: SaidAnswer = { map: [], ignore: [], dateOrders: {}, acceptProposals: false, remember: true, ...said };
  const resolved = jobAnswerSchema.parse(resolveAnswer(full, { question, definition: datasetDefinitionSchema.parse(definition(dataset)), columns }));
  return answerQuestion(bench.pool, { jobId, actor: localOperator, answer: resolved });
};
const finish = async (jobId: string) => {
  const planned = await createPlanImport(bench.deps)({ jobId }, signal), staged = await bench.stagePlanned(jobId, planned);
  expect(staged.planEpoch).toBe(planned.planEpoch);
  return shortBooks(await bench.finish(staged));
};
const planOf = async (jobId: string) => findPlan(bench.pool, (await bench.job(jobId)).planHash ?? '');
const mappedBy = async (jobId: string): Promise<Readonly<Record<string, string>>> => {
  const plan = await planOf(jobId);
  return Object.fromEntries((plan?.mapping ?? []).map(({ field, columns }) => [plan?.parse.columns[columns[0] ?? -1] ?? '', field]));
};
const auditOf = async (jobId: string) => (await readAudit(bench.pool, { org: null, afterSeq: 0, limit: 10_000 })).filter((event) => event.jobId === jobId);
const refusal = async (work: () => Promise<unknown>): Promise<string> => {
  try { await work(); } catch (error) { if (isWaybillError(error)) return error.code; throw error; }
  return 'not refused';
};
const next = (rows: string): string => rows.replaceAll('C-18', 'C-28');

describe('the example of docs/mapping.md', () => {
  it('asks what the page shows, loads what was accepted, and has nothing to ask of the partner’s next file', async () => {
    await bench.make(definition('contacts'));
    const job = await asked('contacts', file, { partner: 'P1' });
    const named = (entries: readonly { readonly field: string; readonly columns: readonly number[] }[]) => Object.fromEntries(entries.map(({ field, columns }) => [field, columns.map((column) => job.columns[column])]));
    expect({ proposed: named(job.question.proposed), fields: job.question.fields, dateOrders: named(job.question.dateOrders) }).toEqual(JSON.parse(block('json', 2)));
    expect(await answer('contacts', job, { acceptProposals: true, dateOrders: { birth_date: 'dmy' } })).toEqual({ changed: true });
    expect(await finish(job.jobId)).toEqual({ created: 6 });
    expect(await mappedBy(job.jobId)).toEqual(JSON.parse(block('json', 3)));
    expect(await bench.sql(`select birth_date::text as born, email from registry.contacts where contact_id = 'C-1841'`)).toEqual([{ born: '1985-03-04', email: 'e.marchand@exemple.fr' }]);

    const second = await ask('contacts', next(file), { partner: 'P1' });
    expect(second.question).toBeNull();
    expect(await finish(second.jobId)).toEqual({ created: 6 });
    expect(await mappedBy(second.jobId)).toEqual(JSON.parse(block('json', 3)));
    expect((await planOf(second.jobId))?.mapping.find(({ field }) => field === 'birth_date')?.date).toEqual({ order: 'dmy', source: 'remembered' });
    expect(await bench.sql(`select birth_date::text as born from registry.contacts where contact_id = 'C-2841'`)).toEqual([{ born: '1985-03-04' }]);
    // Another partner's word is another one's.
    expect((await ask('contacts', next(file), { partner: 'P2' })).question?.dateOrders).toHaveLength(1);
  });
});

describe('a question', () => {
  it('is not asked where everything is sure', async () => {
    await bench.make(definition('sure'));
    const { jobId, question } = await ask('sure', block('csv', 0).replaceAll(/;Consentement courriel;Taille \(cm\)|;(?:oui|non);\d+/g, ''));
    expect(question).toBeNull();
    expect((await bench.job(jobId)).state).toBe('detecting');
    expect(await finish(jobId)).toEqual({ created: 6 });
  });

  it('holds no value, header or file name, and stands once however often the step is run', async () => {
    await bench.make(definition('discreet'));
    const { jobId, question } = await asked('discreet', file, { fileName: 'secret-name.csv' });
    expect(JSON.stringify(question)).not.toMatch(/Naissance|Zone|Marchand|exemple|secret/);
    expect((await createAskMapping(bench.deps)({ jobId })).question).toMatchObject({ no: 1, reminders: 3, remindEveryMs: 86_400_000 });
    const events = await auditOf(jobId);
    expect(events.map(({ action }) => action)).toEqual(['import.requested', 'mapping.asked']);
    expect(events.map(({ body }) => body).join()).not.toMatch(/Naissance|Zone|Marchand/);
    expect(await readLedgerProgress(bench.pool, { org: 'default', jobId })).toMatchObject({ state: 'awaiting_mapping', question: 'mapping', reminded: 0 });
  });

  it('is asked of a required field without a column, with what it could be, and of nothing else', async () => {
    await bench.make(definition('nameless'));
    const { question } = await asked('nameless', file.replace('Nom complet', 'ZQXVW').replaceAll(/\d\d\/\d\d\/(\d{4})/g, '$1-01-31').replace('Zone', 'Courriel'));
    expect(question.fields).toMatchObject([{ field: 'full_name', why: 'required', columns: [1] }]);
    expect(question.dateOrders).toEqual([]);
    expect(question.needed).toEqual(['contact_id', 'full_name']);
  });

  it('is asked of a key that only its name speaks for, and takes it when it is accepted', async () => {
    await bench.make(definition('repeats'));
    const repeated = block('csv', 0).replace('Nr.', 'contact_id').replaceAll(/C-184\d/g, 'C-1841');
    const job = await asked('repeats', repeated);
    expect(job.question.fields).toMatchObject([{ field: 'contact_id', why: 'key_by_name', columns: [0] }]);
    expect(job.question.taken.map(({ field }) => field)).not.toContain('contact_id');
    expect(await refusal(() => answer('repeats', job, {}))).toBe('MAPPING_REQUIRED_MISSING');
    await answer('repeats', job, { acceptProposals: true });
    expect(await finish(job.jobId)).toEqual({ created: 1, duplicate: 5 });
  });

  it('puts columns together that make a field only so, when that is accepted', async () => {
    await bench.make({ name: 'parts', description: 'Persons.', fields: [{ name: 'person_id', type: 'code', key: true }, { name: 'full_name', type: 'text', required: true, description: 'Whole name.' }, { name: 'birth_date', type: 'date', description: 'Date of birth.' }] });
    const rows = ['P-11;Anna;Smith;14;3;1985', 'P-12;Rui;Alves;2;11;1979', 'P-13;Uwe;Brandt;30;7;1968', 'P-14;Luc;Fontaine;19;1;1991', 'P-15;Ines;Vega;8;8;1973', 'P-16;Jean;Petit;25;12;1959'];
    const { jobId, question, columns } = await asked('parts', ['person_id;first name;last name;day;month;year', ...rows].join('\n'));
    expect(question.proposed.map(({ field, columns: of, transforms }) => [field, of.length, transforms?.[0]?.fn]).sort()).toEqual([['birth_date', 3, 'date_parts'], ['full_name', 2, 'join']]);
    const version = datasetDefinitionSchema.parse({ name: 'parts', fields: [{ name: 'person_id', type: 'code', key: true }, { name: 'full_name', type: 'text' }, { name: 'birth_date', type: 'date' }] });
    const resolved = resolveAnswer({ map: [], ignore: [], dateOrders: {}, acceptProposals: true, remember: true }, { question, definition: version, columns });
    await answerQuestion(bench.pool, { jobId, actor: localOperator, answer: jobAnswerSchema.parse(resolved) });
    expect(await finish(jobId)).toEqual({ created: 6 });
    expect(await bench.sql(`select full_name, birth_date::text as born from registry.parts where person_id = 'P-11'`)).toEqual([{ full_name: 'Anna Smith', born: '1985-03-14' }]);
  });

  it('is not asked of what nobody could mend: that is refused first', async () => {
    await bench.make(definition('hopeless'));
    const jobId = await bench.receive('hopeless', file, { whenUnsure: 'ask', zone: 'Nowhere/Atall' });
    await createDetectSource(bench.deps)({ jobId }, signal);
    expect(await refusal(() => createAskMapping(bench.deps)({ jobId }))).toBe('OPTION_INVALID');
    expect((await bench.job(jobId)).question).toBeNull();
  });
});

describe('an answer', () => {
  it('overrules what was sure, leaves out what is ignored, and is pinned as it was said', async () => {
    await bench.make(definition('overruled'));
    const job = await asked('overruled', file);
    await answer('overruled', job, { map: [{ columns: ['Zone'], field: 'remarks' }, { columns: ['Nom complet'], field: 'full_name', transforms: [{ fn: 'upper' }] }], ignore: ['#3'] });
    expect(await finish(job.jobId)).toEqual({ created: 6 });
    expect(await bench.sql(`select full_name, birth_date, email, remarks from registry.overruled where contact_id = 'C-1842'`)).toEqual([{ full_name: 'LUC FONTAINE', birth_date: null, email: null, remarks: 'luc.f@exemple.fr' }]);
    const { mappingReport } = await bench.job(job.jobId);
    expect((mappingReport as { unmapped: readonly object[] }).unmapped).toMatchObject([{ column: 2, fillRate: 1, candidates: [{ field: 'birth_date' }] }]);
    // What was ignored is not asked again; what was said is taken.
    const second = await ask('overruled', next(file));
    expect(second.question).toBeNull();
    expect(await finish(second.jobId)).toEqual({ created: 6 });
    expect(await mappedBy(second.jobId)).toEqual({ 'Nr.': 'contact_id', 'Nom complet': 'full_name', Zone: 'remarks' });
  });

  it('is refused with a code for a column or field that there is not, and changes nothing', async () => {
    await bench.make(definition('refusals'));
    const job = await asked('refusals', file);
    const of = (said: Partial<SaidAnswer>) => refusal(() => answer('refusals', job, said));
    expect(await of({ map: [{ columns: ['Nowhere'], field: 'email' }] })).toBe('MAPPING_INVALID');
    expect(await of({ map: [{ columns: ['Zone'], field: 'nothing' }] })).toBe('MAPPING_INVALID');
    expect(await of({ ignore: ['Nowhere'] })).toBe('MAPPING_INVALID');
    expect(await of({ map: [{ columns: ['Zone'], field: 'email' }], ignore: ['Zone'] })).toBe('MAPPING_INVALID');
    expect(await of({ ignore: ['Nom complet'] })).toBe('MAPPING_REQUIRED_MISSING');
    expect(await of({ dateOrders: { email: 'dmy' } })).toBe('OPTION_INVALID');
    expect(openQuestionOf(await bench.job(job.jobId))).not.toBeNull();
    expect((await auditOf(job.jobId)).map(({ action }) => action)).not.toContain('mapping.confirmed');
  });

  it('stands once, with who gave it; the same again is heard, another one refused', async () => {
    await bench.make(definition('twice'));
    const job = await asked('twice', file);
    expect(await standingWishes(bench.deps, job.jobId)).toEqual({ pause: false, cancel: false });
    expect(await answer('twice', job, { acceptProposals: true })).toEqual({ changed: true });
    expect(await answer('twice', job, { acceptProposals: true })).toEqual({ changed: false });
    expect(await refusal(() => answer('twice', job, {}))).toBe('JOB_STATE');
    expect(await standingWishes(bench.deps, job.jobId)).toEqual({ pause: false, cancel: false, answered: 1 });
    const row = await bench.job(job.jobId);
    expect([row.answeredBy, row.answeredAt instanceof Date]).toEqual(['local-operator', true]);
    const events = await auditOf(job.jobId);
    expect(events.map(({ action }) => action)).toEqual(['import.requested', 'mapping.asked', 'mapping.confirmed']);
    expect(events.map(({ body }) => body).join()).not.toMatch(/Naissance|Zone|Marchand/);
    expect((await createAskMapping(bench.deps)({ jobId: job.jobId })).question).toBeNull();
    expect((await readLedgerProgress(bench.pool, { org: 'default', jobId: job.jobId }))?.question).toBeNull();
    expect(await createExpireQuestion(bench.deps)({ jobId: job.jobId, questionNo: 1 })).toEqual({ answered: true });
  });

  it('is of this file only where that was said, or where nothing was written', async () => {
    await bench.make(definition('forgotten'));
    const job = await asked('forgotten', file);
    await answer('forgotten', job, { acceptProposals: true, dateOrders: { birth_date: 'dmy' }, remember: false });
    await finish(job.jobId);
    expect(await bench.sql(`select 1 from waybill.confirmed_mappings m join waybill.datasets d using (dataset_id) where d.name = 'forgotten'`)).toEqual([]);
    expect((await ask('forgotten', next(file))).question).not.toBeNull();
  });

  it('gives way to a later one that says otherwise of the same column', async () => {
    await bench.make(definition('changed'));
    const first = await asked('changed', file);
    await answer('changed', first, { ignore: ['Zone', 'Naissance'] });
    await finish(first.jobId);
    expect((await ask('changed', next(file))).question).toBeNull();
    await bench.load('changed', file.replaceAll('C-18', 'C-38'), { map: [{ columns: ['Zone'], field: 'email' }] });
    const names = await bench.sql(`select header, field from waybill.confirmed_mappings m join waybill.datasets d using (dataset_id) where d.name = 'changed' order by 1`);
    expect(names).toEqual([{ header: 'naissance', field: '' }, { header: 'zone', field: 'email' }]);
  });

  it('of an order of day and month gives way to a value that proves another', async () => {
    await bench.make(definition('proves'));
    const job = await asked('proves', file, { partner: 'P1' });
    await answer('proves', job, { acceptProposals: true, dateOrders: { birth_date: 'dmy' } });
    await finish(job.jobId);
    const second = await ask('proves', next(file).replace('02/11/1979', '02/28/1979'), { partner: 'P1' });
    expect(second.question).toBeNull();
    await finish(second.jobId);
    expect(await bench.sql(`select birth_date::text as born from registry.proves where contact_id in ('C-2841', 'C-2842') order by contact_id`)).toEqual([{ born: '1985-04-03' }, { born: '1979-02-28' }]);
  });
});

describe('while nobody answers', () => {
  it('a reminder counts once, is audited and shown, and stops with the answer', async () => {
    await bench.make(definition('reminded'));
    const job = await asked('reminded', file);
    const remind = (reminder: number) => createRemindOperator(bench.deps)({ jobId: job.jobId, questionNo: 1, reminder });
    expect([await remind(1), await remind(1), await remind(2)]).toEqual([{ reminded: true }, { reminded: false }, { reminded: true }]);
    expect(await readLedgerProgress(bench.pool, { org: 'default', jobId: job.jobId })).toMatchObject({ question: 'mapping', reminded: 2 });
    await answer('reminded', job, { acceptProposals: true });
    expect(await remind(3)).toEqual({ reminded: false });
    expect((await auditOf(job.jobId)).map(({ action }) => action)).toEqual(['import.requested', 'mapping.asked', 'mapping.reminded', 'mapping.reminded', 'mapping.confirmed']);
  });

  it('a pause stops the clock: nothing reminds, nothing expires, and its time is given on top', async () => {
    await bench.make(definition('paused'));
    const job = await asked('paused', file);
    const { jobId } = job, wish = { jobId, actor: localOperator };
    const expire = (expiresAt: number) => createExpireQuestion(bench.deps)({ jobId, questionNo: 1, expiresAt });
    const before = (await createReadQuestion(bench.deps)({ jobId })).question ?? expect.unreachable('nothing is asked');
    await wishPause(bench.pool, wish);
    expect(await createRemindOperator(bench.deps)({ jobId, questionNo: 1, reminder: 1 })).toEqual({ reminded: false });
    expect(await expire(before.expiresAt)).toEqual({ answered: false, question: before });
    await bench.sql(`update waybill.jobs set question = jsonb_set(question, '{heldSince}', to_jsonb(to_char(now() at time zone 'UTC' - interval '3 days', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'))) where job_id = $1`, [jobId]);
    await wishResume(bench.pool, wish);
    const after = (await createReadQuestion(bench.deps)({ jobId })).question ?? expect.unreachable('nothing is asked');
    expect([after.expiresAt - before.expiresAt, after.since - before.since].map((ms) => Math.round(ms / 3_600_000))).toEqual([72, 72]);
    expect(questionOf(await bench.job(jobId))?.since).toBe(job.question.since);
    // A workflow that heard neither the pause nor the resume is told, and one that knows ends the job.
    expect(await expire(before.expiresAt)).toEqual({ answered: false, question: after });
    expect(await expire(after.expiresAt)).toEqual({ answered: false });
    expect((await bench.job(jobId)).state).toBe('refused');
  });

  it('a question that is asked of a paused job does not begin to expire', async () => {
    await bench.make(definition('paused_before'));
    const jobId = await bench.receive('paused_before', file, { whenUnsure: 'ask' });
    await createDetectSource(bench.deps)({ jobId }, signal);
    await wishPause(bench.pool, { jobId, actor: localOperator });
    await createAskMapping(bench.deps)({ jobId });
    expect(questionOf(await bench.job(jobId))?.heldSince).toBeDefined();
    await wishResume(bench.pool, { jobId, actor: localOperator });
    expect(questionOf(await bench.job(jobId))).toMatchObject({ heldMs: expect.any(Number) as number });
  });

  it('the job is refused at last, and an answer that comes then with it', async () => {
    await bench.make(definition('expired'));
    const job = await asked('expired', file);
    expect(await createExpireQuestion(bench.deps)({ jobId: job.jobId, questionNo: 1 })).toEqual({ answered: false });
    expect(await refusal(() => answer('expired', job, { acceptProposals: true }))).toBe('JOB_STATE');
    expect(await createEndJob(bench.deps)({ jobId: job.jobId, state: 'refused', code: 'MAPPING_UNANSWERED', place: {} })).toEqual({ state: 'refused' });
    expect(await bench.job(job.jobId)).toMatchObject({ state: 'refused', errorCode: 'MAPPING_UNANSWERED' });
    expect((await auditOf(job.jobId)).map(({ action }) => action)).toEqual(['import.requested', 'mapping.asked', 'import.refused']);
    expect(await bench.sql('select 1 from waybill.receipts where job_id = $1', [job.jobId])).toHaveLength(1);
  });
});
