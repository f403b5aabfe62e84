import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { WaybillError } from '../../contracts/errors.ts';
import { createPool, inTransaction, type Pool } from '../../db/connection.ts';
import { databaseErrorOf, sqlStateOf, toWaybillError } from '../../db/database-errors.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';

let database: TestDatabase;
let pool: Pool;
beforeAll(async () => {
  database = await createTestDatabase();
  pool = createPool({ url: database.adminUrl, max: 3, applicationName: 'test' });
  await pool.query(`
    create table public.people (id text constraint people_pkey primary key, age integer constraint people_age_check check (age < 200), name varchar(12));
    insert into public.people values ('VALUE-1', 1, 'x')`);
});
afterAll(async () => {
  await pool.end();
  await database.drop();
});

/** Everything an error could carry to a log or a workflow. */
const everythingOf = (error: WaybillError): string =>
  [error.message, error.stack, String(error), JSON.stringify(error), JSON.stringify(error.place), String(error.cause)].join('\n');
const caught = (statement: string, values: readonly unknown[]): Promise<WaybillError> =>
  pool.query(statement, [...values]).then(() => { throw new Error('it did not fail'); }, (error: unknown) => toWaybillError(error));

describe('toWaybillError', () => {
  it.each([
    ['a unique violation', 'insert into people values ($1, 1)', ['VALUE-1'], { sqlState: '23505', table: 'people', constraint: 'people_pkey' }],
    ['a check violation', `insert into people values ('k', $1)`, [98765], { sqlState: '23514', constraint: 'people_age_check' }],
    ['a value that is no number', `insert into people values ('k', $1)`, ['VALUE-2'], { sqlState: '22P02' }],
    ['a text that is too long', `insert into people values ('k', 1, $1)`, ['VALUE-3-that-is-too-long'], { sqlState: '22001' }],
    ['a missing key', `insert into people values ($1, 1, 'VALUE-4')`, [null], { sqlState: '23502', column: 'id' }],
  ])('keeps the names and never the value of %s', async (_, statement, values, place) => {
    const error = await caught(statement, values);
    expect(error).toMatchObject({ code: 'DATABASE_ERROR', retryable: false, place });
    expect(everythingOf(error)).not.toMatch(/VALUE|98765/);
  });

  it.each([
    ['40001', 'DATABASE_UNAVAILABLE'], ['40P01', 'DATABASE_UNAVAILABLE'], ['55P03', 'DATABASE_UNAVAILABLE'], ['57P01', 'DATABASE_UNAVAILABLE'],
    ['57P03', 'DATABASE_UNAVAILABLE'], ['08006', 'DATABASE_UNAVAILABLE'], ['53300', 'DATABASE_UNAVAILABLE'], ['53100', 'DATABASE_FULL'],
    ['42P01', 'DATABASE_ERROR'], ['22003', 'DATABASE_ERROR'], ['23503', 'DATABASE_ERROR'], ['P0001', 'DATABASE_ERROR'],
  ])('calls SQLSTATE %s %s', async (sqlState, code) => {
    const error = await caught(`do $$ begin raise exception 'VALUE' using errcode = '${sqlState}'; end $$`, []);
    expect(error).toMatchObject({ code, place: { sqlState } });
    expect(everythingOf(error)).not.toContain('VALUE');
  });

  it('calls a server that refuses the connection unavailable', async () => {
    const nowhere = createPool({ url: 'postgresql://u:hush@127.0.0.1:1/d', max: 1, applicationName: 'test' });
    const error = await nowhere.query('select 1').then(() => null, toWaybillError);
    await nowhere.end();
    expect(error).toMatchObject({ code: 'DATABASE_UNAVAILABLE', retryable: true });
  });

  it('leaves errors of our own as they are and keeps nothing but the kind of any other', () => {
    const own = new WaybillError('FILE_EMPTY', 'x');
    expect(toWaybillError(own)).toBe(own);
    const other = toWaybillError(new TypeError('VALUE is not a function'));
    expect(other.code).toBe('INTERNAL');
    expect(everythingOf(other)).not.toContain('VALUE');
    expect(other.stack).toContain('database-errors.test');
    expect(databaseErrorOf(new TypeError('x'))).toBeNull();
  });

  it('finds the SQLSTATE again in a scrubbed error', async () => {
    expect(sqlStateOf(await caught('select 1 / 0', []))).toBe('22012');
    expect(sqlStateOf({ code: 'EPIPE' })).toBeNull();
  });
});

describe('inTransaction', () => {
  it('commits what succeeds and rolls back what fails, scrubbed', async () => {
    await inTransaction(pool, (tx) => tx.query(`insert into people values ('kept', 1)`));
    const failure = inTransaction(pool, async (tx) => {
      await tx.query(`insert into people values ('lost', 1)`);
      await tx.query(`insert into people values ('VALUE-1', 1)`);
    });
    const error = await failure.then(() => { throw new Error('it did not fail'); }, (caughtError: unknown) => caughtError as WaybillError);
    expect(error).toMatchObject({ code: 'DATABASE_ERROR', place: { constraint: 'people_pkey' } });
    expect(everythingOf(error)).not.toContain('VALUE');
    expect((await pool.query(`select id from people where id in ('kept', 'lost')`)).rows).toEqual([{ id: 'kept' }]);
  });

  it('survives a backend that is terminated, in and out of a transaction, and does not use its connection again', async () => {
    const idleErrors: string[] = [];
    const small = createPool({ url: database.adminUrl, max: 1, applicationName: 'test', onIdleError: ({ code }) => idleErrors.push(code) });
    const backend = async (): Promise<number> => (await small.query<{ pid: number }>('select pg_backend_pid() as pid')).rows[0]?.pid ?? 0;
    const first = await backend();
    await pool.query('select pg_terminate_backend($1, 5000)', [first]);
    await expect.poll(() => idleErrors).toEqual(['DATABASE_UNAVAILABLE']);
    const lost = inTransaction(small, async (tx) => {
      const { rows: [row] } = await tx.query<{ pid: number }>('select pg_backend_pid() as pid');
      await pool.query('select pg_terminate_backend($1, 5000)', [row?.pid]);
      await tx.query('select 1');
    });
    await expect(lost).rejects.toMatchObject({ code: 'DATABASE_UNAVAILABLE', retryable: true });
    expect(await backend()).not.toBe(first);
    await small.end();
  });

  it('reads whole numbers exactly, dates as they are written, and never a number that a double would change', async () => {
    const { rows } = await pool.query(`select 42::bigint as small, 9007199254740993::bigint as large, date '2024-03-31' as day, timestamp '2024-03-31 02:30' as clock, 1.10::numeric as money`);
    expect(rows).toEqual([{ small: 42, large: '9007199254740993', day: '2024-03-31', clock: '2024-03-31 02:30:00', money: '1.10' }]);
  });
});

