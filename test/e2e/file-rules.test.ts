/** One file of each outcome that rules of the file and limits know, as an operator meets them: exit code, what is said, what is kept. */
import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { readEngineWorkflows } from '../support/engine-history.ts';
import { startOperator } from '../support/operator.ts';
import type { ImportAnswer, Operator } from '../support/operator.ts';

let operator: Operator;
beforeAll(async () => {
  operator = await startOperator({ threads: 1 });
  await operator.table('gifts', 'id int primary key, donor text, amount numeric(30,2)');
});
afterAll(() => operator.close());

interface Judged {
  readonly fileFindings: readonly { readonly rule: string; readonly verdict: string; readonly measured: string | null }[];
  readonly exceededLimits: readonly { readonly limit: string; readonly name: string | null; readonly count: number; readonly read: number }[];
  readonly draft: { readonly created: number; readonly updated: number; readonly fields: readonly object[] } | null;
}
const judgedOf = ({ jobId }: ImportAnswer): Promise<Judged> => operator.json<Judged>('job', jobId);
const records = async (): Promise<readonly object[]> => operator.sql('select id, donor, amount::text from registry.gifts order by id');
const treatment = (name: string, document: object): Promise<string> => operator.file(`${name}.json`, JSON.stringify(document));
const total = '987654321012345.67';

it('a file that keeps its rules is imported, and its verdicts stand with the job and in the receipt', async () => {
  const rules = await treatment('sound', { rules: [{ kind: 'sum', name: 'control_total', field: 'amount', equals: total }, { kind: 'row_count', name: 'a_day', min: 5, severity: 'warning' }] });
  const path = await operator.file('sound.csv', 'id,donor,amount\n1,ada,987654321012345.60\n2,bob,0.07\n');
  const answer = await operator.load(path, 'gifts', '--rules', rules);
  expect(answer.code, answer.stdout + answer.stderr).toBe(0);
  expect((await judgedOf(answer)).fileFindings).toMatchObject([{ rule: 'control_total', verdict: 'holds', measured: total }, { rule: 'a_day', verdict: 'broken', measured: '2' }]);
  const receipt = await readFile(answer.receipt ?? '', 'utf8');
  expect((JSON.parse(receipt) as { body: unknown }).body).toMatchObject({ fileRules: [{ rule: 'control_total', severity: 'error', verdict: 'holds' }, { rule: 'a_day', severity: 'warning', verdict: 'broken' }] });
  expect(receipt).not.toContain(total);
  expect((await operator.stack.waybill('receipt', 'verify', answer.receipt ?? '')).code).toBe(0);
  const said = await operator.stack.waybill('job', answer.jobId);
  expect(said.stdout).toMatch(/a_day +\(file\) +broken \(warning\) +2 +at least 5/);
});

it('a file that breaks a rule is refused before a record is written: which rule, measured against expected, and what to do', async () => {
  const before = await records();
  const rules = await treatment('broken', { rules: [{ kind: 'sum', name: 'control_total', field: 'amount', equals: '1.00' }, { kind: 'columns', name: 'agreed', expected: ['id'] }] });
  const path = await operator.file('broken.csv', `id,donor,amount\n3,eve,${total}\n`);
  const answer = await operator.load(path, 'gifts', '--rules', rules);
  expect(answer).toMatchObject({ code: 6, state: 'refused', error: { code: 'FILE_RULES_BROKEN', place: { rules: ['control_total'] } } });
  const said = await operator.stack.waybill('import', path, '--dataset', 'gifts', '--rules', rules);
  expect(said.code).toBe(6);
  expect(said.stderr).toMatch(/^FILE_RULES_BROKEN: .*control_total.*; .{10,}$/m);
  expect(said.stdout).toMatch(/control_total +amount +broken +987654321012345\.67 +exactly 1\.00/);
  expect(said.stdout).toContain('Compare the control total with the sender’s.');
  expect(await records()).toEqual(before);

  const short = await operator.load(path, 'gifts', '--rules', await treatment('columns', { rules: [{ kind: 'columns', name: 'agreed', expected: ['id', 'given'], others: 'refuse' }] }));
  expect(short).toMatchObject({ code: 6, error: { code: 'FILE_RULES_BROKEN', place: { rules: ['agreed'] } } });
  expect((await judgedOf(short)).fileFindings).toMatchObject([{ rule: 'agreed', verdict: 'broken', columns: ['given', '#2', '#3'] }]);
});

it('a limit of one rule stops the job and is named with its count', async () => {
  const before = await records();
  const rules = await treatment('limited', { rules: [{ kind: 'unique', name: 'one_gift', fields: ['donor'], severity: 'warning' }], limits: [{ rule: 'one_gift', max: 1 }] });
  const path = await operator.file('limited.csv', 'id,donor\n4,zoe\n5,zoe\n6,zoe\n');
  const answer = await operator.load(path, 'gifts', '--rules', rules);
  expect(answer).toMatchObject({ code: 4, state: 'stopped_by_limits' });
  expect((await judgedOf(answer)).exceededLimits).toMatchObject([{ limit: 'rule', name: 'one_gift', count: 2, read: 3 }]);
  expect((await operator.stack.waybill('job', answer.jobId)).stdout).toMatch(/rows that break the rule one_gift +2 +3 +1/);
  expect(await records()).toEqual(before);

  const aborted = await operator.load(await operator.file('aborted.csv', 'id,amount\n7,x\n'), 'gifts', '--on-error', 'abort');
  expect(aborted).toMatchObject({ code: 4, state: 'stopped_by_limits' });
  expect((await judgedOf(aborted)).exceededLimits).toMatchObject([{ limit: 'first_error', count: 1, read: 1 }]);
});

it('a dry run says what an import would change, field by field, and changes nothing', async () => {
  const before = await records();
  const path = await operator.file('dry.csv', 'id,donor,amount\n1,ada,\n2,BOB,0.07\n9,new,1\n');
  const said = await operator.stack.waybill('import', path, '--dataset', 'gifts', '--dry-run');
  expect(said.code, said.stdout + said.stderr).toBe(0);
  expect(said.stdout).toContain('The draft creates 1 record and updates 2 records; of these change');
  expect(said.stdout).toMatch(/donor +1 +0 +0/);
  expect(said.stdout).toMatch(/amount +1 +0 +1/);
  expect((await judgedOf(await operator.load(path, 'gifts', '--dry-run'))).draft).toEqual({
    created: 1, updated: 2, fields: [{ field: 'donor', changed: 1, filled: 0, emptied: 0 }, { field: 'amount', changed: 1, filled: 0, emptied: 1 }],
  });
  expect(await records()).toEqual(before);
});

it('no total reaches the engine or a log', async () => {
  const workflows = await readEngineWorkflows(operator.stack.temporalAddress);
  expect(workflows.length).toBeGreaterThan(5);
  expect(workflows.filter(({ text }) => text.includes(total) || text.includes('987654321012345'))).toEqual([]);
  for (const name of ['api', 'worker-1'] as const) expect(await operator.stack.log(name)).not.toContain('987654321012345');
});
