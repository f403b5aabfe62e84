/* eslint-disable @typescript-eslint/no-unsafe-member-access, @typescript-eslint/no-unsafe-assignment, @typescript-eslint/no-unsafe-argument -- what a test reads is what its own query asked for */
/** A job's question and its answer over GraphQL, without an engine: the answer stands all the same, and the sweep repeats it. */
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ActivityDeps } from '../../activities/activity-deps.ts';
import { createAskMapping } from '../../activities/ask-mapping.ts';
import { createDetectSource } from '../../activities/detect-source.ts';
import { createRemindOperator } from '../../activities/wait-for-answer.ts';
import type { AnsweredJob, ImportEngine } from '../../api/engine/import-engine.ts';
import { JobSweeper } from '../../api/job-sweeper.ts';
import { createApiBench, startMutation, uploadText, type ApiBench } from '../support/api-bench.ts';

let bench: ApiBench;
let told: AnsweredJob[] = [];
let answer: 'heard' | 'no_worker' = 'no_worker';
beforeAll(async () => {
  bench = await createApiBench({
    change: ({ engine }) => ({
      engine: Object.assign(Object.create(engine) as ImportEngine, { sendAnswer: async (answered: AnsweredJob) => { told.push(answered); return answer; }, startImport: async () => undefined, workflowState: async () => 'running' as const }),
    }),
  });
  const definition = { name: 'cases', description: 'Cases.', fields: [{ name: 'case_id', type: 'code', key: true, required: true }, { name: 'full_name', type: 'text', required: true, description: 'Whole name.' }, { name: 'opened_on', type: 'date', description: 'Date of opening.' }] };
  await bench.ask('mutation ($d: JSON!) { applyDataset(definition: $d) { changed } }', { d: definition });
});
afterAll(() => bench.close());

const text = (from: number): string => ['case_id;ZQXVW;opened_on;Zeugs', ...Array.from({ length: 6 }, (_, row) => `K-${from + row};Anna Smith;0${row + 1}/03/2020;q`)].join('\n');
const activityDeps = (): ActivityDeps => ({ pool: bench.deps.pool, storage: bench.deps.storage }) as ActivityDeps;
const asking = async (from: number): Promise<string> => {
  const input = { sha256: await uploadText(bench, text(from)), fileName: 'secret-name.csv', dataset: 'cases', whenUnsure: 'ask' };
  const jobId = (await bench.ask(startMutation, { input, key: randomUUID() })).data.startImport.job.id as string;
  await createDetectSource(activityDeps())({ jobId }, new AbortController().signal);
  await createAskMapping(activityDeps())({ jobId });
  return jobId;
};
const confirm = `mutation ($id: ID!, $map: [MapEntry!], $dates: [FieldDateOrder!], $ignore: [String!], $accept: Boolean) {
  confirmMapping(jobId: $id, map: $map, dateOrders: $dates, ignore: $ignore, acceptProposals: $accept) { answer job { id state question { answeredBy answeredAt } } } }`;
const codeOf = (response: { readonly errors: readonly { readonly extensions?: Readonly<Record<string, unknown>> }[] }): unknown => response.errors[0]?.extensions?.['code'];
const map = [{ columns: ['ZQXVW'], field: 'full_name' }];

describe('a question over GraphQL', () => {
  it('names columns as the file does, with candidates, reasons, doubts and times; progress says that there is one', async () => {
    const id = await asking(100);
    await createRemindOperator(activityDeps())({ jobId: id, questionNo: 1, reminder: 1 });
    const { data, errors } = await bench.ask(`query ($id: ID!) { job(id: $id) { state reminded progress { state question reminded } question {
      kind since expiresAt answeredAt answeredBy taken { field columns by } proposed { field columns transforms confidence }
      columns { no column fillRate candidates { field confidence reasons } } fields { field why columns confidence } dateOrders { field columns } } } }`, { id });
    expect(errors).toEqual([]);
    expect(data.job).toMatchObject({
      state: 'awaiting_mapping', reminded: 1, progress: { state: 'awaiting_mapping', question: 'mapping', reminded: 1 },
      question: {
        kind: 'mapping', answeredAt: null, answeredBy: null, taken: [{ field: 'case_id', columns: ['case_id'], by: 'exact_name' }, { field: 'opened_on', columns: ['opened_on'], by: 'exact_name' }],
        fields: [{ field: 'full_name', why: 'required', columns: ['ZQXVW'] }], dateOrders: [{ field: 'opened_on', columns: ['opened_on'] }],
      },
    });
    expect(data.job.question.columns).toContainEqual({ no: 4, column: 'Zeugs', fillRate: 1, candidates: expect.any(Array) as unknown });
    expect(Date.parse(data.job.question.expiresAt) - Date.parse(data.job.question.since)).toBe(14 * 86_400_000);
    expect((await bench.ask(`{ jobs(filter: { states: [awaiting_mapping] }) { jobs { id reminded } } }`)).data.jobs.jobs).toContainEqual({ id, reminded: 1 });
  });

  it('is answered by a mutation whose answer holds without a worker, and is repeated by the sweep until one hears it', async () => {
    const id = await asking(200);
    told = [];
    const { data, errors } = await bench.ask(confirm, { id, map, dates: [{ field: 'opened_on', order: 'dmy' }] });
    expect(errors).toEqual([]);
    expect(data.confirmMapping).toMatchObject({ answer: 'no_worker', job: { id, state: 'awaiting_mapping', question: { answeredBy: 'local-operator' } } });
    expect((await bench.ask('query ($id: ID!) { job(id: $id) { progress { question } } }', { id })).data.job.progress.question).toBeNull();
    const sweeper = new JobSweeper({ ...bench.deps, ...bench.signing });
    await sweeper.sweep();
    answer = 'heard';
    await sweeper.sweep();
    await sweeper.sweep();
    answer = 'no_worker';
    expect(told.filter(({ jobId }) => jobId === id).map(({ questionNo, actor }) => `${questionNo} ${actor}`)).toEqual(['1 local-operator', '1 waybill', '1 waybill']);
  });

  it('is not answered by what does not fit, each with its code', async () => {
    const id = await asking(300);
    const of = async (variables: object): Promise<unknown> => codeOf(await bench.ask(confirm, { id, ...variables }));
    expect(await of({})).toBe('MAPPING_REQUIRED_MISSING');
    expect(await of({ map: [{ columns: ['Nowhere'], field: 'full_name' }] })).toBe('MAPPING_INVALID');
    expect(await of({ map: [{ columns: ['ZQXVW'], field: 'nothing' }] })).toBe('MAPPING_INVALID');
    expect(await of({ map: [{ columns: ['ZQXVW'], field: 'full_name', transforms: [{ fn: 'nothing' }] }] })).toBe('TRANSFORM_INVALID');
    expect(await of({ map, ignore: ['#9'] })).toBe('MAPPING_INVALID');
    expect(await of({ map, dates: [{ field: 'full_name', order: 'dmy' }] })).toBe('OPTION_INVALID');
    expect(codeOf(await bench.ask(confirm, { id: randomUUID(), map }))).toBe('JOB_UNKNOWN');
    expect(codeOf(await bench.ask(confirm, { id: 'nothing', map }))).toBe('JOB_UNKNOWN');
    const other = (await bench.ask(startMutation, { input: { sha256: await uploadText(bench, text(400)), fileName: 'x.csv', dataset: 'cases' }, key: randomUUID() })).data.startImport.job.id as string;
    expect(codeOf(await bench.ask(confirm, { id: other, map }))).toBe('JOB_STATE');
    expect(await of({ map })).toBeUndefined();
    expect(await of({ map })).toBeUndefined();
    expect(await of({ map, ignore: ['Zeugs', 'opened_on'] })).toBe('JOB_STATE');
  });

  it('writes no header, value or file name into the log', () => {
    expect(bench.logLines.join('\n')).not.toMatch(/ZQXVW|Zeugs|Anna|secret-name/);
  });
});
