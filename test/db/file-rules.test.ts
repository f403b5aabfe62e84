/** Rules of the file as a whole, judged on a real database before anything is written. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createCloseJob } from '../../activities/close-job.ts';
import { createEndJob } from '../../activities/end-job.ts';
import { emptyBooks } from '../../contracts/books.ts';
import { isWaybillError } from '../../contracts/errors.ts';
import { findJudgement } from '../../db/judgements.ts';
import { ImportBench, shortBooks, type ImportWish } from '../support/import-bench.ts';

let bench: ImportBench;
beforeAll(async () => {
  bench = await ImportBench.open({ chunkBytes: 64 });
  await bench.adopt('payments', 'create table app.payments (id int primary key, amount numeric(20,4), mail text, paid date)');
});
afterAll(() => bench.close());

type Rules = NonNullable<ImportWish['rules']>;
const verdictsOf = async (jobId: string): Promise<readonly string[]> => (await findJudgement(bench.pool, jobId)).fileFindings
  .map(({ rule, field, verdict, measured, expected }) => `${rule}${field === null ? '' : ` ${field}`}: ${verdict}, ${measured ?? '-'} against ${expected}`);

interface Judged { readonly refused: string | null; readonly verdicts: readonly string[]; readonly jobId: string; readonly records: number }
const judge = async (file: string, rules: Rules, wish: ImportWish = {}): Promise<Judged> => {
  const staged = await bench.stage('payments', file, { rules, again: true, ...wish });
  const refused = await bench.finish(staged).then(() => null, (error: unknown) => {
    if (isWaybillError(error)) return `${error.code} ${JSON.stringify(error.place)}`;
    throw error;
  });
  if (refused !== null) await createEndJob(bench.deps)({ jobId: staged.jobId, state: 'refused', code: 'FILE_RULES_BROKEN', place: {} });
  const [records = -1] = await bench.numbers('select count(*) from app.payments');
  return { refused, verdicts: await verdictsOf(staged.jobId), jobId: staged.jobId, records };
};
const refusalOf = async (rules: Rules, more: ImportWish = {}): Promise<string> => bench.stage('payments', 'id,amount\n1,1\n', { rules, again: true, ...more }).then(() => 'accepted', (error: unknown) => {
  if (isWaybillError(error)) return `${error.code} ${String(error.place['at'])}: ${error.message}`;
  throw error;
});

const file = 'id,amount,mail,paid\n1,10.0001,a@x.org,2024-01-05\n2,20.25,,2024-01-06\n3,x,c@x.org,\n4,0.7499,d@x.org,\n4,1.0000,e@x.org,\n5,,,\n';

describe('a file rule', () => {
  it('that holds is told with what was measured, over the rows that stand', async () => {
    const { refused, verdicts } = await judge(file, [
      { kind: 'row_count', name: 'rows', min: 5, max: 6 },
      { kind: 'fill_rate', name: 'mails', field: 'mail', min: 0.5 },
      { kind: 'duplicate_share', name: 'doubles', max: 0.2 },
      { kind: 'sum', name: 'total', field: 'amount', equals: '31.2501' },
      { kind: 'columns', name: 'agreed', expected: ['ID', 'amount', 'mail', 'paid'], others: 'refuse' },
    ]);
    expect(refused).toBeNull();
    expect(verdicts).toEqual([
      'rows: holds, 6 against at least 5, at most 6', 'mails mail: holds, 0.5 against at least 0.5', 'doubles: holds, 0.166667 against at most 0.2',
      'total amount: holds, 31.2501 against exactly 31.2501', 'agreed: holds, 4 of 4 columns, 0 others against all 4 columns, no others',
    ]);
  });

  it('that is broken refuses the file before a record is written, and names every broken rule', async () => {
    const before = await bench.sql('select * from app.payments order by id');
    const { refused, verdicts, jobId } = await judge('id,amount\n1,99\n7,0.1\n7,0.2\n', [
      { kind: 'row_count', name: 'rows', max: 2 }, { kind: 'fill_rate', name: 'mails', field: 'mail', min: 0.5, message: 'Mails are needed.' },
      { kind: 'duplicate_share', name: 'doubles', max: 0.3 }, { kind: 'sum', name: 'total', field: 'amount', min: '99.21', max: '100' }, { kind: 'sum', name: 'fine', field: 'amount', max: '99.2' },
    ]);
    expect(refused).toBe('FILE_RULES_BROKEN {"rules":["rows","mails","doubles","total"]}');
    expect(verdicts).toEqual([
      'rows: broken, 3 against at most 2', 'mails mail: broken, 0 against at least 0.5', 'doubles: broken, 0.333333 against at most 0.3',
      'total amount: broken, 99.2 against at least 99.21, at most 100', 'fine amount: holds, 99.2 against at most 99.2',
    ]);
    expect(await bench.sql('select * from app.payments order by id')).toEqual(before);
    expect((await bench.job(jobId)).books).toMatchObject({ read: 3, duplicate: 1 });
    const { fileFindings } = await findJudgement(bench.pool, jobId);
    expect(fileFindings[1]).toMatchObject({ message: 'Mails are needed.', remedy: expect.stringContaining('column') as string });
  });

  it.each([[{ severity: 'warning' }, {}], [{ severity: 'info' }, {}], [{}, { onError: 'warn' }]] as const)('that is broken with %j under %j is told and stops nothing', async (severity, wish) => {
    const { refused, verdicts } = await judge('id,amount\n1,1\n', [{ kind: 'row_count', name: 'rows', min: 2, ...severity }, { kind: 'columns', name: 'agreed', expected: ['id', 'gone'], ...severity }], wish);
    expect([refused, verdicts]).toEqual([null, ['rows: broken, 1 against at least 2', 'agreed: broken, 1 of 2 columns, 1 others against all 2 columns']]);
  });

  it('of columns is judged at planning: nothing is staged in vain', async () => {
    const jobId = await bench.receive('payments', 'id,amount,extra\n1,1,2\n');
    const rules: Rules = [{ kind: 'row_count', name: 'rows', min: 1 }, { kind: 'columns', name: 'agreed', expected: ['id', 'mail'], others: 'refuse' }];
    await bench.sql(`update waybill.jobs set request = request || jsonb_build_object('rules', $2::jsonb) where job_id = $1`, [jobId, JSON.stringify(rules)]);
    const error: unknown = await bench.plan(jobId).catch((reason: unknown) => reason);
    expect(error).toMatchObject({ code: 'FILE_RULES_BROKEN', place: { rules: ['agreed'] } });
    expect((await findJudgement(bench.pool, jobId)).fileFindings).toMatchObject([{ rule: 'agreed', verdict: 'broken', columns: ['mail', '#2', '#3'] }]);
    expect(await bench.numbers(`select count(*) from pg_class where relname like $1`, [`%${jobId.replaceAll('-', '')}%`])).toEqual([0]);
  });

  it('counts rejected duplicates as duplicates, and says what it cannot judge', async () => {
    const { verdicts } = await judge('id,amount\n1,1\n1,2\n', [{ kind: 'duplicate_share', name: 'doubles', max: 0.5, severity: 'info' }, { kind: 'fill_rate', name: 'filled', field: 'amount', min: 1 }], { duplicates: 'reject' });
    expect(verdicts).toEqual(['doubles: broken, 1 against at most 0.5', 'filled amount: not_judged, - against at least 1']);
  });

  it('of a sum is exact where doubles are not', async () => {
    const rows = Array.from({ length: 30 }, (_, at) => `${at + 100},${at === 0 ? '1234567890123456.0001' : '0.1'}`).join('\n');
    const { verdicts } = await judge(`id,amount\n${rows}\n`, [{ kind: 'sum', name: 'total', field: 'amount', equals: '1234567890123458.9001' }]);
    expect(verdicts).toEqual(['total amount: holds, 1234567890123458.9001 against exactly 1234567890123458.9001']);
  });
});

describe('drift', () => {
  const rows = (count: number, mail = 'm@x.org'): string => `id,mail\n${Array.from({ length: count }, (_, at) => `${at + 1000},${at % 10 === 0 ? '' : mail}`).join('\n')}\n`;
  const rules: Rules = [
    { kind: 'drift', name: 'size', of: 'row_count', maxChangePercent: 20, atLeast: 2, last: 3 },
    { kind: 'drift', name: 'fill', of: 'fill_rate', maxChangePercent: 5, atLeast: 2, last: 3 },
  ];
  const deliver = (content: string, wish: ImportWish = {}): Promise<Judged> => judge(content, rules, { partner: 'north', ...wish });

  it('is silent until there are deliveries enough of the partner, and then compares with their median', async () => {
    for (const count of [100, 110]) expect((await deliver(rows(count))).verdicts[0]).toMatch(/^size: not_judged, - against 2 earlier deliveries; there are [01]$/);
    expect((await deliver(rows(120))).verdicts).toEqual(['size: holds, 120 against 105 as in the last 2 deliveries, within 20 %', 'fill: holds, - against fill rates as in the last 2 deliveries, within 5 points']);
    const short = await deliver(rows(80));
    expect(short.refused).toBe('FILE_RULES_BROKEN {"rules":["size"]}');
    expect(short.verdicts[0]).toBe('size: broken, 80 against 110 as in the last 3 deliveries, within 20 %');
    const empty = await deliver(rows(110, ''));
    expect([empty.refused, empty.verdicts[1]]).toEqual(['FILE_RULES_BROKEN {"rules":["fill"]}', 'fill mail: broken, 0 against 0.9 as in the last 3 deliveries, within 5 points']);
    expect((await deliver(rows(110).replaceAll(/,.*$/gm, ''))).refused).toBe('FILE_RULES_BROKEN {"rules":["fill"]}');
    expect((await deliver(rows(9), { partner: 'south' })).verdicts[0]).toContain('not_judged');
  });

  it('is judged by numbers alone, kept with each commit and by no dry run', async () => {
    const kept = await bench.sql(`select rows_read::int, fill_rates, duplicate_share, issue_counts from waybill.deliveries where partner_id = 'north' order by delivered_at`);
    expect(kept).toEqual([100, 110, 120].map((count) => ({ rows_read: count, fill_rates: { id: 1, mail: 0.9 }, duplicate_share: 0, issue_counts: {} })));
    const staged = await bench.stage('payments', rows(100), { dryRun: true, partner: 'north', again: true });
    await createCloseJob(bench.deps)({ jobId: staged.jobId, books: await bench.draft(staged) });
    expect(await bench.numbers(`select count(*) from waybill.deliveries where partner_id = 'north'`)).toEqual([3]);
  });
});

describe('a definition that cannot be used is refused at its place', () => {
  it.each([
    ['a sum of texts', { kind: 'sum', name: 'r', field: 'mail', equals: '1' }, /whole and exact numbers/],
    ['a sum without a bound', { kind: 'sum', name: 'r', field: 'amount' }, /needs `equals`/],
    ['a bound that is no number', { kind: 'sum', name: 'r', field: 'amount', equals: '1e5' }, /not a number/],
    ['a band upside down', { kind: 'row_count', name: 'r', min: 5, max: 4 }, /greater/],
    ['a band of nothing', { kind: 'fill_rate', name: 'r', field: 'mail' }, /`min` or a `max`/],
    ['a drift that is never judged', { kind: 'drift', name: 'r', of: 'row_count', last: 2, atLeast: 3, maxChangePercent: 1 }, /never be judged/],
    ['columns twice', { kind: 'columns', name: 'r', expected: ['a', 'a'] }, /twice/],
    ['an unknown dataset', { kind: 'reference', name: 'r', field: 'mail', dataset: 'nowhere', of: 'x' }, /no dataset/],
    ['a reference of another type', { kind: 'reference', name: 'r', field: 'mail', dataset: 'payments', of: 'id' }, /type text with one of type integer/],
    ['a reference to an unknown field', { kind: 'reference', name: 'r', field: 'mail', dataset: 'payments', of: 'nothing' }, /does not have the field/],
    ['outliers of texts', { kind: 'quality', name: 'r', check: 'outlier', fields: ['mail'] }, /outliers/],
  ] as const)('%s', async (_, rule, why) => {
    const refusal = await refusalOf([{ kind: 'row_count', name: 'first', min: 0 }, rule] as unknown as Rules);
    expect(refusal).toMatch(/^RULE_INVALID rules\[1\]: /);
    expect(refusal).toMatch(why);
  });

  it('duplicates without a key, and limits of nothing', async () => {
    const rules: Rules = [{ kind: 'duplicate_share', name: 'r', max: 0.1 }];
    expect(await refusalOf(rules, { mode: 'append', key: [] })).toMatch(/^RULE_INVALID rules\[0\]: .*no key/);
    expect(await refusalOf(rules, { limitsBy: [{ rule: 'r', max: 0 }] })).toMatch(/^RULE_INVALID limitsBy\[0\]: .*severity/);
    expect(await refusalOf(rules, { limitsBy: [{ code: 'RULE_BROKEN', max: 0 }, { code: 'NOTHING', max: 0 }] })).toMatch(/^RULE_INVALID limitsBy\[1\]/);
    expect(await refusalOf(rules, { limitsBy: [{ severity: 'error' }] })).toMatch(/^RULE_INVALID limitsBy\[0\]/);
  });
});

describe('a limit', () => {
  const limited = async (content: string, wish: ImportWish): Promise<object> => {
    const staged = await bench.stage('payments', content, { again: true, ...wish });
    const result = await bench.reconcile(staged);
    await createEndJob(bench.deps)({ jobId: staged.jobId, state: 'stopped_by_limits', code: null, place: {} });
    return { exceeded: result.kind === 'drafted' && result.exceeded, limits: (await findJudgement(bench.pool, staged.jobId)).exceededLimits.map(({ limit, name, count, read }) => [limit, name, count, read].join(' ')) };
  };
  const bad = 'id,amount,mail\n1,x,a\n2,y,b\n3,3,a\n4,4,b\n5,5,c\n';
  const rules: Rules = [{ kind: 'unique', name: 'one_mail', fields: ['mail'], severity: 'warning' }];

  it.each([
    ['of the first error', { onError: 'abort' }, ['first_error  2 5']],
    ['over all, by count', { maxErrors: 1 }, ['max_errors  2 5']],
    ['over all, by share', { maxErrorPercent: 39.9 }, ['max_error_percent  2 5']],
    ['of a rule', { rules, limitsBy: [{ rule: 'one_mail', max: 1 }] }, ['rule one_mail 2 5']],
    ['of a code', { limitsBy: [{ code: 'NUMBER_INVALID', maxPercent: 20 }, { code: 'NUMBER_INVALID', maxPercent: 40 }] }, ['code NUMBER_INVALID 2 5']],
    ['of a severity', { rules, limitsBy: [{ severity: 'warning', max: 1 }, { severity: 'error', max: 2 }, { severity: 'info', max: 0 }] }, ['severity warning 2 5']],
  ] as const)('%s', async (_, wish, limits) => {
    expect(await limited(bad, wish as ImportWish)).toEqual({ exceeded: true, limits });
  });

  it.each([
    ['that is kept: quarantine and go on', { rules, maxErrors: 2, maxErrorPercent: 40, limitsBy: [{ rule: 'one_mail', max: 2 }] }, { quarantined: 2 }],
    ['of rules that only warn: the rows are loaded', { rules: [{ kind: 'unique', name: 'one_mail', fields: ['mail'] }], onError: 'warn' }, { quarantined: 2 }],
  ] as const)('%s', async (_, wish, books) => {
    const job = await bench.load('payments', bad, { again: true, ...wish as ImportWish });
    expect(shortBooks(job.books)).toMatchObject(books);
    expect((await findJudgement(bench.pool, job.jobId)).exceededLimits).toEqual([]);
    expect(await bench.found(job.jobId)).toEqual(['1 NUMBER_INVALID amount', '1 UNIQUE_VIOLATED mail', '2 NUMBER_INVALID amount', '2 UNIQUE_VIOLATED mail']);
  });

  it('of the first error names the rows that were read until then', async () => {
    const { jobId } = await bench.stage('payments', bad, { onError: 'abort', again: true });
    await createEndJob(bench.deps)({ jobId, state: 'stopped_by_limits', code: null, place: {} });
    expect((await findJudgement(bench.pool, jobId)).exceededLimits).toEqual([{ limit: 'first_error', name: null, count: 2, read: 5, max: 0, maxPercent: null }]);
  });
});

it('a dry run says field by field what would change', async () => {
  await bench.adopt('people', `create table app.people (id int primary key, name text, town text, born date, place point); insert into app.people values
    (1, 'a', 'x', '2000-01-01', '(1,2)'), (2, 'b', null, null, null), (3, 'c', 'z', null, null), (4, 'd', 'z', null, null)`);
  const staged = await bench.stage('people', 'id,name,town,born,place\n1,A,x,2000-01-02,\n2,b,y,,\n3,c,,,\n4,d,z,,\n5,e,,,\n', { dryRun: true });
  expect(shortBooks(await bench.draft(staged))).toEqual({ created: 1, updated: 3, unchanged: 1 });
  expect((await bench.job(staged.jobId)).draft).toMatchObject({
    created: 1, updated: 3, fields: [
      { field: 'name', changed: 1, filled: 0, emptied: 0 }, { field: 'town', changed: 2, filled: 1, emptied: 1 },
      { field: 'born', changed: 1, filled: 0, emptied: 0 }, { field: 'place', changed: 1, filled: 0, emptied: 1 },
    ],
  });
  await createCloseJob(bench.deps)({ jobId: staged.jobId, books: emptyBooks });
  const wet = await bench.stage('people', 'id,name\n1,B\n');
  await bench.draft(wet);
  expect((await bench.job(wet.jobId)).draft).not.toHaveProperty('fields');
});
