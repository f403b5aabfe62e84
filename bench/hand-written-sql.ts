/**
 * The same work by hand, as a competent DBA would do it: COPY into text columns of an unlogged table, cast, upsert with the last of each
 * key. Every way is measured. The baseline is the quickest in three steps (copy, cast, upsert); the quickest of all is told beside it.
 * No check, no issue, no origin, no books.
 */
import { createReadStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import pg from 'pg';
import { from as copyFrom } from 'pg-copy-streams';
import { WaybillError } from '../contracts/errors.ts';
import { changedEvery, importColumns } from './make-import-data.ts';
import type { ImportData, ImportDataFile } from './make-import-data.ts';

export interface StepSeconds {
  readonly copy: number;
  /** 0 when the cast is part of the upsert. */
  readonly cast: number;
  readonly upsert: number;
  readonly total: number;
}

/** `table`: CREATE TABLE AS (which may run in parallel), then the upsert; `inline`: both in one statement. */
export const castForms = ['table', 'inline'] as const;
export type CastForm = (typeof castForms)[number];
/** `all`: DO UPDATE of every row that exists; `changed`: … WHERE it IS DISTINCT FROM what stands there. */
export const updateForms = ['all', 'changed'] as const;
export type UpdateForm = (typeof updateForms)[number];
export type FormName = `cast ${CastForm}, update ${UpdateForm}`;

export type FormTimes = Readonly<Partial<Record<FormName, StepSeconds>>>;

export interface HandWrittenTimes {
  readonly first: FormTimes;
  readonly delta: FormTimes;
}

export interface FormResult {
  readonly form: FormName;
  readonly times: StepSeconds;
}

const schema = 'bench_by_hand';
const key = 'record_id';
const names = importColumns.map(({ name }) => name);
const others = names.filter((name) => name !== key);
const list = (columns: readonly string[], prefix = ''): string => columns.map((column) => `${prefix}${column}`).join(', ');

const castOf = ({ name, pgType }: (typeof importColumns)[number]): string => {
  if (name === 'reported_on') return `to_date(${name}, 'DD/MM/YYYY') as ${name}`;
  return pgType === 'text' ? name : `${name}::${pgType} as ${name}`;
};
const casts = importColumns.map(castOf).join(', ');

/** The row's place in the file costs nothing: COPY fills a new table in the file's order, so `ctid` is that order. */
const newestOfEachKey = (form: CastForm): string => (form === 'table'
  ? `select distinct on (${key}) ${list(names)} from ${schema}.typed order by ${key}, source_row desc`
  : `select distinct on (${key}) ${casts} from ${schema}.incoming order by ${key}, ctid desc`);

const upsertStatement = (target: string, castForm: CastForm, updateForm: UpdateForm): string =>
  `insert into ${schema}.${target} as existing (${list(names)}) ${newestOfEachKey(castForm)}
   on conflict (${key}) do update set ${others.map((name) => `${name} = excluded.${name}`).join(', ')}
   ${updateForm === 'changed' ? `where (${list(others, 'existing.')}) is distinct from (${list(others, 'excluded.')})` : ''}`;

const seconds = async (work: () => Promise<unknown>): Promise<number> => {
  const started = performance.now();
  await work();
  return (performance.now() - started) / 1000;
};

/**
 * Before a side is timed: the table is as the server's own autovacuum leaves it (a delivery comes days after the one before), and nothing of
 * what went before waits to be written. The checkpoint needs pg_checkpoint or superuser; without it the figures are noisier, not wrong.
 */
export const settle = async (client: pg.Client, table: string): Promise<void> => {
  await client.query(`vacuum (analyze) ${table}`);
  await client.query('checkpoint').catch((error: unknown) => {
    if (!(error instanceof pg.DatabaseError) || error.code !== '42501') throw error;
  });
};

const makeTarget = (client: pg.Client, target: string): Promise<unknown> => client.query(`
  drop table if exists ${schema}.${target};
  create table ${schema}.${target} (${importColumns.map(({ name, pgType }) => `${name} ${pgType}`).join(', ')}, primary key (${key}))`);

/** One load: the timed steps only, staging made before and dropped after. */
const load = async (
  client: pg.Client, file: ImportDataFile, { target, castForm, updateForm }: { readonly target: string; readonly castForm: CastForm; readonly updateForm: UpdateForm },
): Promise<StepSeconds> => {
  await client.query(`drop table if exists ${schema}.incoming, ${schema}.typed`);
  await client.query(`create unlogged table ${schema}.incoming (${names.map((name) => `${name} text`).join(', ')})`);
  await settle(client, `${schema}.${target}`);
  const copy = await seconds(() =>
    pipeline(createReadStream(file.path, { highWaterMark: 1 << 20 }), client.query(copyFrom(`copy ${schema}.incoming from stdin with (format csv, header)`))));
  const cast = castForm === 'inline' ? 0 : await seconds(() =>
    client.query(`create unlogged table ${schema}.typed as select ctid as source_row, ${casts} from ${schema}.incoming`));
  const upsert = await seconds(() => client.query(upsertStatement(target, castForm, updateForm)));
  await client.query(`drop table if exists ${schema}.incoming, ${schema}.typed`);
  return { copy, cast, upsert, total: copy + cast + upsert };
};

const entriesOf = (times: FormTimes): readonly FormResult[] =>
  (Object.entries(times) as [FormName, StepSeconds][]).map(([form, steps]) => ({ form, times: steps }));

const quickest = (results: readonly FormResult[]): FormResult => {
  const [best] = [...results].sort((left, right) => left.times.total - right.times.total);
  if (best === undefined) throw new WaybillError('INTERNAL', 'Nothing was measured by hand.');
  return best;
};

export const quickestForm = (times: FormTimes): FormResult => quickest(entriesOf(times));
/** In three steps: copy, cast into a table, upsert. */
export const baselineForm = (times: FormTimes): FormResult => quickest(entriesOf(times).filter(({ form }) => form.startsWith('cast table')));

/** Both sides must have done the work that they are compared by. */
const checkTarget = async (client: pg.Client, target: string, { rows, changed }: { readonly rows: number; readonly changed: number }): Promise<void> => {
  const found = await client.query<{ rows: number; changed: number }>(
    `select (select count(*)::int from ${schema}.${target}) as rows,
       (select count(*)::int from ${schema}.${target} t join ${schema}.loaded l using (${key})
        where (${list(others, 't.')}) is distinct from (${list(others, 'l.')})) as changed`);
  const [counts] = found.rows;
  if (counts?.rows !== rows || counts.changed !== changed)
    throw new WaybillError('INTERNAL', 'The load by hand did not give what it should.', { rows: counts?.rows ?? 0, changed: counts?.changed ?? 0 });
};

const measureFirst = async (client: pg.Client, file: ImportDataFile): Promise<FormTimes> => {
  const times: Partial<Record<FormName, StepSeconds>> = {};
  for (const castForm of castForms) {
    await makeTarget(client, 'loaded');
    times[`cast ${castForm}, update all`] = await load(client, file, { target: 'loaded', castForm, updateForm: 'all' });
    await checkTarget(client, 'loaded', { rows: file.rows, changed: 0 });
  }
  return times;
};

/** Each form meets the same table: a fresh copy of the first load, in the order in which the first load wrote it. */
const measureDelta = async (client: pg.Client, file: ImportDataFile): Promise<FormTimes> => {
  const times: Partial<Record<FormName, StepSeconds>> = {};
  for (const updateForm of updateForms)
    for (const castForm of castForms) {
      await makeTarget(client, 'again');
      await client.query(`insert into ${schema}.again select * from ${schema}.loaded order by ${key}`);
      await client.query(`vacuum analyze ${schema}.again`);
      times[`cast ${castForm}, update ${updateForm}`] = await load(client, file, { target: 'again', castForm, updateForm });
      await checkTarget(client, 'again', { rows: file.rows, changed: Math.floor(file.rows / changedEvery) });
    }
  return times;
};

const withClient = async <T>(url: string, work: (client: pg.Client) => Promise<T>): Promise<T> => {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    await client.query(`create schema if not exists ${schema}`);
    // What a DBA gives a session of their own.
    await client.query(`set work_mem = '256MB'; set datestyle = 'ISO, YMD'`);
    return await work(client);
  } finally {
    await client.query(`drop schema if exists ${schema} cascade`).finally(() => client.end());
  }
};

export const measureByHand = (url: string, data: ImportData): Promise<HandWrittenTimes> => withClient(url, async (client) => {
  const first = await measureFirst(client, data.first);
  return { first, delta: await measureDelta(client, data.delta) };
});

const mergeForms = (runs: readonly FormTimes[]): FormTimes => {
  const merged: Partial<Record<FormName, StepSeconds>> = {};
  for (const { form, times } of runs.flatMap(entriesOf))
    if (times.total < (merged[form]?.total ?? Infinity)) merged[form] = times;
  return merged;
};

/** The quickest of several runs, form by form: noise only ever adds. */
export const quickestRuns = (runs: readonly HandWrittenTimes[]): HandWrittenTimes =>
  ({ first: mergeForms(runs.map(({ first }) => first)), delta: mergeForms(runs.map(({ delta }) => delta)) });
