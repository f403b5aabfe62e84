/**
 * What fault tests say often: a file with a known content, gates at which a step stops until the test lets it go on, and the one judgement:
 * whatever broke, the dataset, the books, the issues and the origins are those of an import that nothing disturbed, and nothing is left.
 */
import { randomUUID } from 'node:crypto';
import { appendFile, readFile } from 'node:fs/promises';
import pg from 'pg';
import { expect } from 'vitest';
import { makeImportFile } from '../../bench/make-import-data.ts';
import { balances, emptyBooks } from '../../contracts/books.ts';
import type { Books } from '../../contracts/books.ts';
import { isFinal } from '../../contracts/job-states.ts';
import type { JobState } from '../../contracts/job-states.ts';
import type { ParseOverrides } from '../../contracts/parse-options.ts';
import { waitUntil } from '../../temporal-config/wait-until.ts';
import { leftovers, startOperator, untilTrue } from './operator.ts';
import type { Operator } from './operator.ts';
import type { TestStack, TestStackOptions } from './stack.ts';

export interface JobRow {
  readonly state: JobState;
  readonly books: Books | null;
  readonly errorCode: string | null;
  readonly waitsFor: string | null;
  readonly committedAt: Date | null;
}

/** A step that the test can hold: it waits inside its transaction, with everything done that comes before. */
export type GateName = 'seal' | 'draft' | 'commit' | 'part';
export interface Gate {
  /** Steps that stand at the gate. */
  readonly waiting: () => Promise<number>;
  readonly untilWaiting: (least: number) => Promise<void>;
  readonly open: () => Promise<void>;
}

export interface StartOptions {
  readonly sha256?: string;
  readonly again?: boolean;
  readonly mode?: string;
  readonly map?: readonly { readonly columns: readonly string[]; readonly field: string }[];
  readonly parse?: ParseOverrides;
}

/** Where a fault is tried: a test's own stack, or one that `waybill up` keeps. */
export type FaultBed = Pick<Operator, 'sql' | 'json' | 'file'> & { readonly stack: Pick<TestStack, 'api' | 'token' | 'adminUrl' | 'log'> };

export interface FaultBench extends Operator, FaultTools {}

export interface FaultTools {
  readonly sha256: string;
  readonly upload: (content: string | Buffer) => Promise<string>;
  /** A dataset of its own for a test; its table is `registry.NAME`. */
  readonly dataset: (name: string) => Promise<void>;
  readonly start: (dataset: string, options?: StartOptions) => Promise<string>;
  readonly ask: <Data = Readonly<Record<string, unknown>>>(query: string, variables?: object) => Promise<Data>;
  readonly job: (jobId: string) => Promise<JobRow>;
  readonly staged: (jobId: string) => Promise<number>;
  readonly untilStaged: (jobId: string, least: number) => Promise<void>;
  readonly untilState: (jobId: string, ...states: readonly JobState[]) => Promise<void>;
  readonly untilEnded: (jobId: string) => Promise<JobRow>;
  readonly closeGate: (name: GateName) => Promise<Gate>;
  /** Completed, and like an import that nothing disturbed. */
  readonly expectWhole: (jobId: string, dataset: string) => Promise<void>;
  /** Ended without a commit: the dataset is empty or as `content` says, and nothing is left. */
  readonly expectUntouched: (jobId: string, dataset: string, content?: Content) => Promise<void>;
  readonly content: (dataset: string) => Promise<Content>;
  /** Printed for docs/failure-modes.md. */
  readonly figure: (what: string, sinceMs: number) => Promise<void>;
}

export interface Content { readonly records: number; readonly hash: string }
const nothing: Content = { records: 0, hash: '0' };

export const soundRows = 60_000;
const badRows = 40;
const doubledRows = 25;
export const expectedBooks: Books = {
  ...emptyBooks, read: soundRows + badRows + doubledRows * 2, created: soundRows + doubledRows, duplicate: doubledRows, quarantined: badRows,
};
const expectedIssues = badRows * 2;

const fields = [
  { name: 'record_id', type: 'text', required: true, key: true }, { name: 'full_name', type: 'text' }, { name: 'narrative', type: 'text' }, { name: 'status', type: 'text' },
  { name: 'occurred_on', type: 'date' }, { name: 'reported_on', type: 'date' }, { name: 'persons', type: 'integer' },
  { name: 'amount', type: 'number', precision: 12, scale: 2 }, { name: 'latitude', type: 'number', precision: 9, scale: 6 },
  { name: 'longitude', type: 'number', precision: 9, scale: 6 }, { name: 'phone', type: 'text' }, { name: 'municipality', type: 'text' },
];

const times = (count: number, make: (index: number) => string): string => Array.from({ length: count }, (_, index) => make(index)).join('');
const badRow = (index: number): string => `X${index},Some Body,"Bad, in two fields",open,2020-13-45,01/02/2020,several,1.00,1.000000,2.000000,+1 2,Gent\n`;
const doubledRow = (status: string) => (index: number): string => `D${index},Some Body,Twice in the file,${status},2020-01-31,01/02/2020,1,1.00,1.000000,2.000000,+1 2,Gent\n`;

/** Sound rows between bad ones and the two copies of doubled ones, so that both ends of the file matter. */
export const makeFaultFile = async (): Promise<string> => {
  const sound = await readFile((await makeImportFile(soundRows)).path, 'utf8');
  const header = sound.slice(0, sound.indexOf('\n') + 1);
  return header + times(badRows / 2, badRow) + times(doubledRows, doubledRow('open')) + sound.slice(header.length)
    + times(badRows / 2, (index) => badRow(index + 1_000)) + times(doubledRows, doubledRow('closed'));
};

/** Any numbers of our own, one a gate. */
const gateKeys: Readonly<Record<GateName, number>> = { seal: 7_001, draft: 7_002, commit: 7_003, part: 7_004 };
const gateSql = `
  create function public.test_gate() returns trigger language plpgsql as $$ begin perform pg_advisory_xact_lock_shared(tg_argv[0]::bigint); return null; end $$;
  create trigger test_gate before insert on waybill.chunk_ledger for each statement execute function public.test_gate('${gateKeys.seal}');
  create trigger test_gate before delete on waybill.duplicates for each statement execute function public.test_gate('${gateKeys.draft}');
  create trigger test_gate before insert on waybill.commits for each statement execute function public.test_gate('${gateKeys.commit}');
  create trigger test_gate before update on waybill.export_parts for each statement execute function public.test_gate('${gateKeys.part}');`;

const holdGate = async ({ stack, sql }: FaultBed, name: GateName): Promise<Gate> => {
  const key = gateKeys[name];
  const holder = new pg.Client({ connectionString: stack.adminUrl });
  // A server that is killed opens the gate.
  holder.on('error', () => undefined);
  await holder.connect();
  await holder.query('select pg_advisory_lock($1)', [key]);
  const waiting = async (): Promise<number> => {
    const [row] = await sql<{ n: string }>(
      `select count(*) as n from pg_locks where locktype = 'advisory' and objid = $1 and not granted and database = (select oid from pg_database where datname = current_database())`, [key]);
    return Number(row?.n ?? 0);
  };
  return { waiting, untilWaiting: (least) => untilTrue(`${least} at the gate ${name}`, async () => await waiting() >= least), open: () => holder.end() };
};

const uploadTo = async ({ stack }: FaultBed, content: string | Buffer): Promise<string> => {
  const response = await fetch(`${stack.api}/files`, { method: 'PUT', headers: { authorization: `Bearer ${stack.token}` }, body: content as BodyInit });
  expect(response.ok, `upload: ${response.status}`).toBe(true);
  return (await response.json() as { sha256: string }).sha256;
};

const askApi = async <Data>({ stack }: FaultBed, query: string, variables: object = {}): Promise<Data> => {
  const response = await fetch(`${stack.api}/graphql`, {
    method: 'POST', headers: { authorization: `Bearer ${stack.token}`, 'content-type': 'application/json' }, body: JSON.stringify({ query, variables }),
  });
  const { data, errors } = await response.json() as { data?: Data; errors?: unknown };
  if (data === undefined || data === null || errors !== undefined) expect.unreachable(`GraphQL: ${JSON.stringify(errors)}`);
  return data;
};

const readJob = async ({ sql }: FaultBed, jobId: string): Promise<JobRow> => {
  const [row] = await sql<JobRow>(
    `select state, books, error_code as "errorCode", waits_for as "waitsFor", committed_at as "committedAt" from waybill.jobs where job_id = $1`, [jobId]);
  return row ?? expect.unreachable('no such job');
};

const readContent = async ({ sql }: FaultBed, dataset: string): Promise<Content> => {
  const [row] = await sql<Content>(`select count(*)::int as records, coalesce(sum(hashtextextended(d::text, 0)::numeric), 0)::text as hash from registry.${dataset} d`);
  return row ?? nothing;
};

/** How a job ended, in numbers of which each must stand for every row once. */
const readTraces = async ({ sql }: FaultBed, jobId: string): Promise<Readonly<Record<string, number>>> => {
  const [row] = await sql<Readonly<Record<string, number>>>(
    `select (select count(*)::int from waybill.commits c where c.job_id = j.job_id) as commits,
       (select count(*)::int from waybill.record_origins o where o.job_no = j.job_no) as origins,
       (select count(distinct row_no)::int from waybill.record_origins o where o.job_no = j.job_no) as "originRows",
       (select count(*)::int from waybill.issues i where i.job_id = j.job_id) as issues,
       (select count(*)::int from waybill.quarantine q where q.job_id = j.job_id and q.raw is not null) as quarantined,
       (select coalesce(sum(rows_read), 0)::int from waybill.chunk_ledger l where l.job_id = j.job_id) as read,
       (select count(*)::int from waybill.chunk_ledger l where l.job_id = j.job_id) - j.chunks_planned as "chunksTooMany",
       (select count(*)::int from waybill.receipts r where r.job_id = j.job_id) as receipts,
       (select count(*)::int from waybill.audit_events a where a.job_id = j.job_id and a.action = 'import.committed') as "auditedCommits",
       (select count(*)::int from waybill.audit_events a where a.job_id = j.job_id and a.action = 'import.completed') as "auditedEnds"
     from waybill.jobs j where j.job_id = $1`, [jobId]);
  return row ?? {};
};

const wholeTraces = {
  commits: 1, origins: expectedBooks.created, originRows: expectedBooks.created, issues: expectedIssues, quarantined: badRows, read: expectedBooks.read,
  chunksTooMany: 0, receipts: 1, auditedCommits: 1, auditedEnds: 1,
};

const untilEnded = async (operator: FaultBed, jobId: string): Promise<JobRow> => {
  let row: JobRow | null = null;
  await untilTrue(`the end of job ${jobId}`, async () => {
    // The database may be away.
    row = await readJob(operator, jobId).catch(() => null);
    return row !== null && isFinal(row.state);
  }, 120_000);
  return readJob(operator, jobId);
};

/** A job that commits nothing is ended first and cleaned then. */
const expectNothingLeft = async (operator: FaultBed, jobId: string): Promise<void> => {
  let left: readonly string[] = [];
  await waitUntil(async () => { left = await leftovers(operator, jobId); return left.length === 0; }, 20_000);
  expect(left).toEqual([]);
};

const startJob = async (operator: FaultBed, sha256: string, dataset: string, options: StartOptions): Promise<string> => {
  const { startImport } = await askApi<{ startImport: { job: { id: string } } }>(
    operator, 'mutation ($input: StartImportInput!, $key: ID!) { startImport(input: $input, idempotencyKey: $key) { job { id } } }',
    { input: { sha256, fileName: 'fault.csv', dataset, ...options }, key: randomUUID() });
  return startImport.job.id;
};

const untilState = async (operator: FaultBed, jobId: string, states: readonly JobState[]): Promise<void> => {
  await untilTrue(`job ${jobId} is ${states.join(' or ')}`, async () => states.includes((await readJob(operator, jobId).catch(() => null))?.state ?? 'received'));
};

const countStaged = async ({ sql }: FaultBed, jobId: string): Promise<number> =>
  Number((await sql<{ n: string }>('select count(*) as n from waybill.chunk_ledger where job_id = $1', [jobId]))[0]?.n ?? 0);

export const faultChunkBytes = 256 * 1024;

export const startFaultBench = async (options: TestStackOptions = {}): Promise<FaultBench> => {
  const operator = await startOperator({ workers: 2, threads: 2, chunkBytes: faultChunkBytes, ...options });
  return { ...operator, ...await faultToolsOn(operator) };
};

export const faultToolsOn = async (operator: FaultBed): Promise<FaultTools> => {
  const { sql, stack } = operator;
  await sql(gateSql);
  const sha256 = await uploadTo(operator, await makeFaultFile());
  const dataset = async (name: string): Promise<void> => {
    await operator.json('dataset', 'apply', await operator.file(`${name}.json`, JSON.stringify({ name, table: { schema: 'registry', name }, fields })));
  };
  const undisturbed = async (): Promise<Content> => {
    await dataset('undisturbed');
    const row = await untilEnded(operator, await startJob(operator, sha256, 'undisturbed', {}));
    expect(row).toMatchObject({ state: 'completed_with_rejects', books: expectedBooks });
    return readContent(operator, 'undisturbed');
  };
  const reference = await undisturbed();
  return {
    sha256, dataset,
    upload: (content) => uploadTo(operator, content),
    start: (name, { sha256: other, ...rest } = {}) => startJob(operator, other ?? sha256, name, rest),
    ask: (query, variables) => askApi(operator, query, variables),
    job: (jobId) => readJob(operator, jobId),
    staged: (jobId) => countStaged(operator, jobId),
    untilStaged: (jobId, least) => untilTrue(`${least} chunks are staged`, async () => await countStaged(operator, jobId).catch(() => 0) >= least),
    untilState: (jobId, ...states) => untilState(operator, jobId, states),
    untilEnded: (jobId) => untilEnded(operator, jobId),
    closeGate: (name) => holdGate(operator, name),
    content: (name) => readContent(operator, name),
    expectWhole: async (jobId, name) => {
      const row = await untilEnded(operator, jobId);
      expect(row, await stack.log('worker-1')).toMatchObject({ state: 'completed_with_rejects', books: expectedBooks, errorCode: null, waitsFor: null });
      expect(balances(row.books ?? emptyBooks)).toBe(true);
      expect(await readContent(operator, name)).toEqual(reference);
      expect(await readTraces(operator, jobId)).toEqual(wholeTraces);
      await expectNothingLeft(operator, jobId);
    },
    expectUntouched: async (jobId, name, content = nothing) => {
      const row = await untilEnded(operator, jobId);
      expect(row.committedAt).toBeNull();
      expect(await readContent(operator, name)).toEqual(content);
      expect(await readTraces(operator, jobId)).toMatchObject({ commits: 0, origins: 0, auditedCommits: 0, auditedEnds: 0 });
      await expectNothingLeft(operator, jobId);
    },
    figure: async (what, sinceMs) => {
      const line = `${what}: ${((Date.now() - sinceMs) / 1000).toFixed(1)} s\n`;
      const file = process.env['WAYBILL_FAULT_FIGURES'];
      if (file !== undefined) await appendFile(file, line);
    },
  };
};
