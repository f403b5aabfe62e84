/**
 * Turns what PostgreSQL and its driver throw into errors of ours. Promises: the SQLSTATE and the names of table, column and
 * constraint survive; message, DETAIL, HINT, CONTEXT and `cause` never do, because PostgreSQL repeats cell values in each of them
 * (design 10.12). Whether a retry helps is decided here, by SQLSTATE.
 */
import { WaybillError, isWaybillError, type ErrorCode, type ErrorPlace } from '../contracts/errors.ts';

/** By SQLSTATE, else by its class (two letters); whatever is not named is a DATABASE_ERROR and is not retried. */
const codeOfSqlState: Readonly<Record<string, ErrorCode>> = {
  '08': 'DATABASE_UNAVAILABLE', // connection exceptions
  '25006': 'DATABASE_UNAVAILABLE', // read-only transaction: a failover is under way
  '25P03': 'DATABASE_UNAVAILABLE', // idle in transaction for too long
  '40001': 'DATABASE_UNAVAILABLE', // serialization failure
  '40003': 'DATABASE_UNAVAILABLE', // statement completion unknown
  '40P01': 'DATABASE_UNAVAILABLE', // deadlock
  '53': 'DATABASE_UNAVAILABLE', // insufficient resources
  '53100': 'DATABASE_FULL', // no space left
  '55006': 'DATABASE_UNAVAILABLE', // object in use
  '55P03': 'DATABASE_UNAVAILABLE', // lock not available
  '57014': 'DATABASE_UNAVAILABLE', // statement cancelled, or its timeout
  '57P01': 'DATABASE_UNAVAILABLE', // terminated by an administrator
  '57P02': 'DATABASE_UNAVAILABLE', // another backend crashed
  '57P03': 'DATABASE_UNAVAILABLE', // starting up or shutting down
  '57P05': 'DATABASE_UNAVAILABLE', // idle session timeout
  '58000': 'DATABASE_UNAVAILABLE', // system error
  '58030': 'DATABASE_UNAVAILABLE', // input/output error
};

const networkCodes: ReadonlySet<string> = new Set([
  'ECONNREFUSED', 'ECONNRESET', 'ECONNABORTED', 'EPIPE', 'ETIMEDOUT', 'ENOTFOUND', 'EAI_AGAIN', 'EHOSTUNREACH', 'ENETUNREACH', 'EADDRNOTAVAIL',
]);

/** Messages of pg and pg-pool, which give no code of their own (pg 8.23 lib/client.js, pg-pool 3 index.js). */
const driverMessages: readonly string[] = [
  'Connection terminated', 'timeout exceeded when trying to connect', 'timeout expired', 'Client has encountered a connection error',
  'Client was closed', 'Cannot use a pool after calling end', 'Client has already been connected', 'server closed the connection',
];

const sqlStatePattern = /^[0-9A-Z]{5}$/;

type Fields = Readonly<Record<string, unknown>>;
const fieldsOf = (error: unknown): Fields => (typeof error === 'object' && error !== null ? error as Fields : {});
const textOf = (value: unknown): string | null => (typeof value === 'string' && value.length > 0 ? value : null);

/** SQLSTATE of a lock that was not had in time. */
export const lockNotAvailable = '55P03';

/** The SQLSTATE of an error that came from the server; null for everything else. */
export const sqlStateOf = (error: unknown): string | null => {
  if (isWaybillError(error)) return textOf(error.place['sqlState']);
  const { code, severity } = fieldsOf(error);
  const text = textOf(code);
  return text !== null && textOf(severity) !== null && sqlStatePattern.test(text) ? text : null;
};

/**
 * A refusal of what a row says: its data, a rule of the table, what a trigger raises (classes that SQL leaves to the user begin with 5–9 or I–Z,
 * of which PostgreSQL uses some), an index key that is too long. Not: lost connections, locks, resources, rights.
 */
export const isRowRefusal = (error: unknown): boolean => /^(22|23|27|38|39|44|45|P0|54000|[679IJ-OQ-WYZ])/.test(sqlStateOf(error) ?? '');

const isNetworkError = (error: unknown): boolean => {
  const { code, message, errors } = fieldsOf(error);
  if (typeof code === 'string' && networkCodes.has(code)) return true;
  // A missing socket file: the server does not run.
  if (code === 'ENOENT' && fieldsOf(error)['syscall'] === 'connect') return true;
  if (Array.isArray(errors) && errors.length > 0 && errors.every(isNetworkError)) return true;
  return typeof message === 'string' && driverMessages.some((known) => message.startsWith(known));
};

const codeOf = (sqlState: string, error: unknown): ErrorCode =>
  codeOfSqlState[sqlState] ?? codeOfSqlState[sqlState.slice(0, 2)]
  // The catalog's way to say "somebody else altered the same object at this moment"; it has no SQLSTATE of its own.
  ?? (sqlState === 'XX000' && fieldsOf(error)['message'] === 'tuple concurrently updated' ? 'DATABASE_UNAVAILABLE' : 'DATABASE_ERROR');

const fromServer = (sqlState: string, error: unknown): WaybillError => {
  const { schema, table, column, constraint } = fieldsOf(error);
  const names = { schema: textOf(schema), table: textOf(table), column: textOf(column), constraint: textOf(constraint) };
  const place: Record<string, string> = { sqlState };
  for (const [name, value] of Object.entries(names)) if (value !== null) place[name] = value;
  const where = Object.entries(place).map(([name, value]) => (name === 'sqlState' ? `SQLSTATE ${value}` : `${name} ${value}`)).join(', ');
  return new WaybillError(codeOf(sqlState, error), `PostgreSQL refused a statement (${where}).`, place satisfies ErrorPlace);
};

/** Frames only: the first lines of a stack repeat the message. */
const framesOf = (error: unknown): string =>
  (textOf(fieldsOf(error)['stack']) ?? '').split('\n').filter((line) => /^\s+at /.test(line)).join('\n');

/** A scrubbed error for everything that the database or the way to it threw; null when the error is of another kind. */
export const databaseErrorOf = (error: unknown): WaybillError | null => {
  const sqlState = sqlStateOf(error);
  if (sqlState !== null) return fromServer(sqlState, error);
  return isNetworkError(error) ? new WaybillError('DATABASE_UNAVAILABLE', 'The connection to PostgreSQL failed or was cut.') : null;
};

export const toWaybillError = (error: unknown): WaybillError => {
  if (isWaybillError(error)) return error;
  const known = databaseErrorOf(error);
  if (known !== null) return known;
  const name = error instanceof Error ? error.name : typeof error;
  const unknown = new WaybillError('INTERNAL', `An unexpected error of kind ${name} was met.`);
  unknown.stack = `${unknown.name}: ${unknown.message}\n${framesOf(error)}`;
  return unknown;
};
