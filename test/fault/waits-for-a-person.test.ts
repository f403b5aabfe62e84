/** A job that waits for a person, while processes die: the question and the answer stand in the database, the wait in the engine. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { leftovers, startOperator, untilTrue } from '../support/operator.ts';
import type { Operator } from '../support/operator.ts';

const definition = {
  name: 'persons', description: 'Persons, one row each.', fields: [
    { name: 'person_id', type: 'code', key: true, description: 'Number in the source.' }, { name: 'full_name', type: 'text', required: true, description: 'Whole name.' },
    { name: 'birth_date', type: 'date', description: 'Date of birth.' },
  ],
};
const csv = (from: number): string => ['person_id;ZQXVW;birth_date', ...['Anna Smith', 'Rui Alves', 'Uwe Brandt', 'Luc Fontaine', 'Ines Vega', 'Jean Petit'].map((name, index) => `K-${from + index};${name};19${60 + index}-01-31`)].join('\n');

let operator: Operator;
beforeAll(async () => {
  operator = await startOperator({ env: { WAYBILL_ASK_REMIND_SECONDS: '1', WAYBILL_ASK_REMINDERS: '1000', WAYBILL_ASK_EXPIRE_SECONDS: '600' } });
  await operator.json('dataset', 'apply', await operator.file('persons.json', JSON.stringify(definition)));
});
afterAll(async () => { await operator.close(); });

const stateOf = async (jobId: string): Promise<string> => (await operator.sql<{ state: string }>('select state from waybill.jobs where job_id = $1', [jobId]))[0]?.state ?? '';

const remindedOf = async (jobId: string): Promise<number> => (await operator.sql<{ reminded: number }>('select reminded from waybill.jobs where job_id = $1', [jobId]))[0]?.reminded ?? 0;
const asking = async (from: number): Promise<string> => {
  const { jobId } = await operator.load(await operator.file(`${from}.csv`, csv(from)), 'persons', '--ask', '--detach', '--partner', `P${from}`);
  await untilTrue('the job asks', async () => await stateOf(jobId) === 'awaiting_mapping');
  return jobId;
};
const confirm = async (jobId: string): Promise<string> => (await operator.json<{ answer: string }>('confirm', jobId, '--map', 'ZQXVW=full_name')).answer;
const loaded = async (from: number): Promise<number> => (await operator.sql<{ n: number }>(`select count(*)::int as n from registry.persons where person_id between $1 and $2 and full_name is not null`, [`K-${from}`, `K-${from + 5}`]))[0]?.n ?? 0;
const expectWhole = async (jobId: string, from: number): Promise<void> => {
  await untilTrue('the job ends', async () => await stateOf(jobId) === 'completed');
  expect(await loaded(from)).toBe(6);
  const confirmed = await operator.sql(`select 1 from waybill.audit_events where job_id = $1 and action = 'mapping.confirmed'`, [jobId]);
  expect(confirmed).toHaveLength(1);
  await untilTrue('nothing is left', async () => (await leftovers(operator, jobId)).length === 0);
};

describe('a job that waits for a person', () => {
  it('goes on waiting and reminding after its worker was killed, and is loaded when it is answered', async () => {
    const jobId = await asking(100);
    await operator.stack.kill('worker');
    await operator.stack.start('worker');
    const before = await remindedOf(jobId);
    await untilTrue('it reminds again', async () => await remindedOf(jobId) > before);
    expect(await confirm(jobId)).toBe('heard');
    await expectWhole(jobId, 100);
  });

  it('takes an answer while no worker runs, and goes on as soon as one is back', async () => {
    const jobId = await asking(200);
    await operator.stack.kill('worker');
    expect(await confirm(jobId)).toBe('no_worker');
    expect(await confirm(jobId)).toBe('no_worker');
    expect(await stateOf(jobId)).toBe('awaiting_mapping');
    await operator.stack.start('worker');
    await expectWhole(jobId, 200);
  });

  it('takes an answer whose API and engine die right after it', async () => {
    const jobId = await asking(300);
    await operator.stack.kill('worker');
    expect(await confirm(jobId)).toBe('no_worker');
    await operator.stack.kill('api');
    await operator.stack.kill('engine');
    for (const part of ['engine', 'worker', 'api'] as const) await operator.stack.start(part);
    await expectWhole(jobId, 300);
  });
});
