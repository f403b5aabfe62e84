/** docs/validation.md says what happens: each of its examples of rules over a whole file is imported. */
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createCloseJob } from '../../activities/close-job.ts';
import { isWaybillError } from '../../contracts/errors.ts';
import { findJudgement } from '../../db/judgements.ts';
import { ImportBench, shortBooks, type ImportWish } from '../support/import-bench.ts';

const page = readFileSync(new URL('../../docs/validation.md', import.meta.url), 'utf8');
interface Treatment { readonly rules: NonNullable<ImportWish['rules']>; readonly limits?: NonNullable<ImportWish['limitsBy']>; readonly loadPolicy?: NonNullable<ImportWish['loadPolicy']> }
interface Example { readonly heading: string; readonly treatment: Treatment; readonly file: string; readonly outcome: readonly string[] }

const examples: readonly Example[] = [...page.matchAll(/```json file-rules\n(.*?)```\n```text file\n(.*?)```\n```text outcome\n(.*?)```/gs)].map(({ 1: json = '', 2: file = '', 3: outcome = '', index }) => ({
  heading: page.slice(0, index).split(/^#+ /m).at(-1)?.split('\n')[0] ?? '', treatment: JSON.parse(json) as Treatment, file, outcome: outcome.trim().split('\n'),
}));

let bench: ImportBench;
beforeAll(async () => { bench = await ImportBench.open({ chunkBytes: 32 }); });
afterAll(() => bench.close());

const deliverBefore = async (name: string): Promise<void> => {
  for (const rows of [3, 3, 4]) await bench.load(name, `id,donor\n${Array.from({ length: rows }, (_, at) => `${at + 100},d${at}\n`).join('')}`, { again: true });
};

interface Found { readonly row_no: string; readonly code: string; readonly field: string; readonly rule: string | null; readonly severity: string }

const outcomeOf = async (name: string, { treatment, file, heading }: Example): Promise<readonly string[]> => {
  if (heading === 'Drift') await deliverBefore(name);
  const jobId = await bench.receive(name, file, { rules: treatment.rules, ...(treatment.limits === undefined ? {} : { limitsBy: treatment.limits }), ...(treatment.loadPolicy === undefined ? {} : { loadPolicy: treatment.loadPolicy }) });
  const ending = await run(jobId);
  const { fileFindings } = await findJudgement(bench.pool, jobId);
  const issues = await bench.sql('select row_no, code, field, rule, severity from waybill.issues where job_id = $1 order by row_no, code, field', [jobId]) as unknown as readonly Found[];
  return [
    ...fileFindings.map(({ rule, field, verdict, measured, expected }) => `${rule}${field === null ? '' : ` ${field}`}: ${verdict}, ${measured ?? 'nothing'} against ${expected}`),
    ...issues.map(({ row_no: row, code, field, rule, severity }) => `row ${row}: ${code} ${field} (${rule === null ? '' : `${rule}, `}${severity})`),
    ending,
  ];
};

const run = async (jobId: string): Promise<string> => {
  try {
    const staged = await bench.stageReceived(jobId);
    const drafted = await bench.reconcile(staged);
    if (drafted.kind !== 'drafted') return drafted.kind;
    const { exceededLimits } = await findJudgement(bench.pool, jobId);
    if (drafted.exceeded) return `stopped_by_limits: ${exceededLimits.map(({ limit, name, count, read }) => `${limit} ${name ?? ''}, ${count} of ${read} rows`).join('; ')}`;
    await bench.commit(staged);
    const { state } = await createCloseJob(bench.deps)({ jobId, books: drafted.books });
    return `${state}: ${Object.entries(shortBooks(drafted.books)).map((entry) => entry.join(' ')).join(', ')}`;
  } catch (error) {
    if (isWaybillError(error)) return `refused: ${error.code} ${String(error.place['rules'])}`;
    throw error;
  }
};

describe('docs/validation.md', () => {
  it('has an example of every kind', () => {
    const kinds = examples.flatMap(({ treatment }) => treatment.rules.map(({ kind }) => kind));
    expect([...new Set(kinds)].sort()).toEqual(['columns', 'drift', 'duplicate_share', 'fill_rate', 'quality', 'reference', 'row_count', 'sum', 'unique']);
  });

  it.each(examples.map((example, index) => [example.heading, index, example] as const))('%s (%i)', async (_, index, example) => {
    const name = `gifts_${index}`;
    await bench.adopt(name, `create table app.${name} (id int primary key, donor text, amount numeric, given date); insert into app.${name} (id, donor) values (9, 'ada@x.org')`);
    if (index === 0) await bench.adopt('donors', `create table app.donors (mail text primary key); insert into app.donors values ('ada@x.org'), ('bob@x.org')`);
    expect(await outcomeOf(name, example)).toEqual(example.outcome);
  });
});
