/** The durable wait as an operator meets it: `import --ask`, the question in words, `confirm`, and the partner's next file without one. */
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startOperator, untilTrue } from '../support/operator.ts';
import type { Operator } from '../support/operator.ts';

const page = readFileSync(new URL('../../docs/mapping.md', import.meta.url), 'utf8');
const block = (language: string, at: number): string => [...page.matchAll(new RegExp(`^\`\`\`${language}\n(.*?)^\`\`\``, 'gms'))][at]?.[1] ?? '';
const file = block('csv', 1);

let operator: Operator;
beforeAll(async () => {
  operator = await startOperator({ env: { WAYBILL_ASK_REMIND_SECONDS: '2', WAYBILL_ASK_REMINDERS: '1', WAYBILL_ASK_EXPIRE_SECONDS: '600' } });
  for (const name of ['contacts', 'refused', 'watched']) await operator.json('dataset', 'apply', await operator.file(`${name}.json`, JSON.stringify({ ...JSON.parse(block('json', 0)) as object, name })));
});
afterAll(async () => { await operator.close(); });

interface JobView {
  readonly state: string;
  readonly reminded: number;
  readonly question: { readonly proposed: readonly { readonly field: string; readonly columns: readonly string[] }[]; readonly answeredBy: string | null } | null;
  readonly progress: { readonly question: string | null };
}
const view = (jobId: string) => operator.json<JobView>('job', jobId);
const state = async (jobId: string): Promise<string> => (await view(jobId)).state;
const detach = async (name: string, dataset: string, ...more: readonly string[]): Promise<string> => {
  const { jobId, code } = await operator.load(await operator.file(name, file), dataset, '--ask', '--detach', ...more);
  expect(code).toBe(0);
  await untilTrue('the job asks', async () => await state(jobId) === 'awaiting_mapping');
  return jobId;
};

describe('an import that asks', () => {
  it('waits with its question in words, is reminded of, goes on when it is answered, and asks no more of the partner’s next file', async () => {
    const jobId = await detach('first.csv', 'contacts', '--partner', 'P1');
    const shown = await operator.stack.waybill('job', jobId);
    expect(shown.stdout).toContain('The job waits for a person since');
    expect(shown.stdout).toMatch(/Zone +email +\d+ % +.*the values are e-mail addresses/);
    expect(shown.stdout).toMatch(/Dates that can be read with the day or the month first\n.*\n +Naissance +birth_date/);
    expect(shown.stdout).toContain(`waybill confirm ${jobId} --accept --date-format "birth_date=DMY"`);
    expect(shown.stdout).not.toContain('marchand@');
    const before = await view(jobId);
    expect(before.progress.question).toBe('mapping');
    expect(before.question?.proposed).toMatchObject([{ field: 'birth_date', columns: ['Naissance'] }, { field: 'email', columns: ['Zone'] }]);
    await untilTrue('it is reminded of', async () => (await view(jobId)).reminded === 1);
    expect((await operator.stack.waybill('jobs', '--state', 'awaiting_mapping')).stdout).toContain('awaiting_mapping (reminded)');

    expect(await operator.json('confirm', jobId, '--accept', '--date-format', 'birth_date=DMY')).toMatchObject({ answer: 'heard', job: { id: jobId } });
    const { code } = await operator.stack.waybill('watch', jobId, '--json');
    expect(code).toBe(0);
    expect(await view(jobId)).toMatchObject({ state: 'completed', question: { answeredBy: 'local-operator' }, progress: { question: null } });
    expect(await operator.sql(`select birth_date::text as born from registry.contacts where contact_id = 'C-1841'`)).toEqual([{ born: '1985-03-04' }]);

    const next = await operator.load(await operator.file('second.csv', file.replaceAll('C-18', 'C-28')), 'contacts', '--ask', '--partner', 'P1');
    expect([next.state, next.books.created]).toEqual(['completed', 6]);
    expect((await view(next.jobId)).question).toBeNull();
    const audit = await operator.sql<{ action: string }>(`select action from waybill.audit_events where job_id = $1 order by seq`, [jobId]);
    expect(audit.map(({ action }) => action)).toEqual(expect.arrayContaining(['mapping.asked', 'mapping.reminded', 'mapping.confirmed', 'import.completed']));
  });

  it('is followed on by the command that started it, which prints the question and ends as the job does', async () => {
    const watching = operator.begin('import', await operator.file('third.csv', file), '--dataset', 'watched', '--ask');
    await untilTrue('the question is printed', () => watching.stderr().includes('To answer:'));
    const jobId = /Job ([0-9a-f-]{36})/.exec(watching.stderr())?.[1] ?? '';
    expect(watching.stderr()).toContain('waits for a mapping');
    await operator.json('confirm', jobId, '--map', 'Zone=email', '--ignore', 'Naissance');
    const { code, stdout } = await watching.ended;
    expect(code).toBe(0);
    expect(stdout).toContain(`Job ${jobId} completed`);
    expect(await operator.sql('select count(*)::int as records, count(birth_date)::int as born, count(email)::int as mails from registry.watched')).toEqual([{ records: 6, born: 0, mails: 6 }]);
  });

  it('refuses answers that do not fit, each with its code, waits on, and can be cancelled', async () => {
    const jobId = await detach('fourth.csv', 'refused');
    const code = async (...args: readonly string[]): Promise<string> => {
      const { stdout } = await operator.stack.waybill('confirm', jobId, ...args, '--json');
      return (JSON.parse(stdout) as { error?: { code: string } }).error?.code ?? 'taken';
    };
    expect(await code('--map', 'Nowhere=email')).toBe('MAPPING_INVALID');
    expect(await code('--map', 'Zone=nothing')).toBe('MAPPING_INVALID');
    expect(await code('--ignore', 'Nom complet')).toBe('MAPPING_REQUIRED_MISSING');
    expect(await code('--accept', '--date-format', 'email=DMY')).toBe('OPTION_INVALID');
    expect((await operator.stack.waybill('confirm', jobId)).code).toBe(2);
    expect(await state(jobId)).toBe('awaiting_mapping');
    await operator.json('cancel', jobId);
    await untilTrue('it is cancelled', async () => await state(jobId) === 'cancelled');
    expect(await code('--accept')).toBe('JOB_STATE');
  });
});
