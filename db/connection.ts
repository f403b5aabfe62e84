/**
 * Connections to PostgreSQL. Promises: a lost idle connection never ends the process; an error that leaves a transaction here holds no
 * cell value; a connection whose transaction could not be rolled back is thrown away.
 */
import pg from 'pg';
import { databaseErrorOf, toWaybillError } from './database-errors.ts';
import type { WaybillError } from '../contracts/errors.ts';

/** Whatever runs a statement: the pool, or a client that is in a transaction. */
export type Queryable = Pick<pg.ClientBase, 'query'>;
export type Pool = pg.Pool;
export type PoolClient = pg.PoolClient;

export interface PoolOptions {
  readonly url: string;
  readonly max: number;
  readonly applicationName: string;
  /** Told about connections that broke while idle; scrubbed. */
  readonly onIdleError?: (error: WaybillError) => void;
}

const { builtins } = pg.types;
type Parser = (text: string) => unknown;
/** Counts and offsets are numbers; what a double cannot hold exactly stays text (design 10.11). */
const parseInt8 = (text: string): number | string => {
  const number = Number(text);
  return Number.isSafeInteger(number) ? number : text;
};
const asText = (text: string): string => text;
// pg reads date and timestamp in the zone of the process; their text is exact everywhere.
const ownParsers: ReadonlyMap<number, Parser> = new Map<number, Parser>([
  [builtins.INT8, parseInt8], [builtins.DATE, asText], [builtins.TIMESTAMP, asText],
]);

const types: pg.CustomTypesConfig = {
  // Nothing here asks for the binary format, so every value arrives as text.
  getTypeParser: (id: number): Parser => ownParsers.get(id) ?? (pg.types.getTypeParser(id, 'text') as Parser),
};

/** One way to open a connection: what pool, listener and migration share. */
export const clientConfig = (url: string, applicationName: string): pg.ClientConfig => ({
  connectionString: url,
  application_name: applicationName,
  connectionTimeoutMillis: 10_000,
  keepAlive: true,
  // A host that vanishes is noticed in minutes, not by the system's default of two hours.
  keepAliveInitialDelayMillis: 10_000,
  types,
});

export const createPool = ({ url, max, applicationName, onIdleError }: PoolOptions): Pool => {
  const pool = new pg.Pool({ ...clientConfig(url, applicationName), max, idleTimeoutMillis: 30_000 });
  pool.on('error', (error) => onIdleError?.(toWaybillError(error)));
  return pool;
};

/**
 * A process that froze in mid-transaction (a suspended machine, a cut network) holds its locks for so long and no longer: whoever was given
 * its work waits for them. Set a transaction and not a connection, because poolers refuse start parameters that they do not know.
 */
const begin = `begin; set local idle_in_transaction_session_timeout = '60s'`;

/** Runs `work` in one transaction. Errors of the database come out scrubbed; others as they are. */
export const inTransaction = async <Result>(pool: Pool, work: (client: PoolClient) => Promise<Result>): Promise<Result> => {
  const client = await pool.connect().catch((error: unknown) => { throw toWaybillError(error); });
  let broken = false;
  // Without a listener an error between two statements ends the process (node-postgres#1942).
  const onError = (): void => { broken = true; };
  client.on('error', onError);
  try {
    await client.query(begin);
    const result = await work(client);
    await client.query('commit');
    return result;
  } catch (error) {
    await client.query('rollback').catch(onError);
    throw databaseErrorOf(error) ?? error;
  } finally {
    client.off('error', onError);
    client.release(broken);
  }
};

/** A transaction of its own on a pool; part of the caller's when `db` is a client that is in one already. */
export const atomically = <Result>(db: Queryable, work: (client: Queryable) => Promise<Result>): Promise<Result> =>
  db instanceof pg.Pool ? inTransaction(db, work) : work(db);
