/** Templates on a real database: the treatment of a plan, taken by the next file of its shape, and what is done where that differs. */
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
const refusedPlan = async (dataset: string, content: string, wish: ImportWish = {}) => {
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
