/** Every error that leaves over HTTP has this one shape; what is not a WaybillError is masked and logged. */
import { WaybillError, isWaybillError, type ErrorCode } from '../../contracts/errors.ts';
import { toWaybillError } from '../../db/database-errors.ts';
import type { ApiLogger } from '../logger.ts';

const statuses: Partial<Readonly<Record<ErrorCode, number>>> = {
  REQUEST_INVALID: 400, UNAUTHENTICATED: 401, FORBIDDEN: 403,
  JOB_UNKNOWN: 404, DATASET_UNKNOWN: 404, TABLE_UNKNOWN: 404, SOURCE_UNKNOWN: 404, UPLOAD_UNKNOWN: 404, EXPORT_GONE: 404, EXPORT_EXPIRED: 410, ROUTE_UNKNOWN: 404,
  UPLOAD_INVALID: 409, JOB_STATE: 409, REQUEST_TOO_LARGE: 413, RATE_LIMITED: 429,
  DATABASE_UNAVAILABLE: 503, ENGINE_UNAVAILABLE: 503, DATABASE_FULL: 507, DISK_WOULD_FILL: 507,
  INTERNAL: 500, DATABASE_ERROR: 500, FILE_MISSING: 500, FILE_CHANGED: 500,
};

export interface ErrorBody {
  readonly code: ErrorCode;
  readonly message: string;
  readonly place: WaybillError['place'];
  readonly remedy: string;
  readonly retryable: boolean;
}

const whatOf = (error: unknown): string => (error instanceof Error ? error.name : typeof error);
const framesOf = (error: unknown): readonly string[] =>
  (error instanceof Error ? error.stack ?? '' : '').split('\n').filter((line) => /^\s+at /.test(line)).map((line) => line.trim()).slice(0, 8);

/** A WaybillError as it is; a database's scrubbed; anything else becomes INTERNAL, with its kind and frames (never its message) in the log. */
export const toPublicError = (error: unknown, log: ApiLogger): WaybillError => {
  if (isWaybillError(error)) return error;
  const known = toWaybillError(error);
  if (known.code !== 'INTERNAL') return known;
  log.error({ kind: whatOf(error), frames: framesOf(error) }, 'an unexpected error was masked');
  return new WaybillError('INTERNAL', 'An unexpected error was met. The log of the API has the place.');
};

export const errorBody = (error: WaybillError): ErrorBody =>
  ({ code: error.code, message: error.message, place: error.place, remedy: error.remedy, retryable: error.retryable });

export const jsonResponse = (status: number, body: unknown, headers: Readonly<Record<string, string>> = {}): Response =>
  new Response(JSON.stringify(body), { status, headers: { 'content-type': 'application/json; charset=utf-8', 'cache-control': 'no-store', ...headers } });

export const errorResponse = (error: WaybillError, headers: Readonly<Record<string, string>> = {}): Response => {
  const offset = error.place['offset'];
  return jsonResponse(statuses[error.code] ?? 422, { error: errorBody(error) }, {
    ...(error.code === 'UNAUTHENTICATED' ? { 'www-authenticate': 'Bearer' } : {}),
    ...(error.code === 'RATE_LIMITED' ? { 'retry-after': '1' } : {}),
    ...(typeof offset === 'number' ? { 'upload-offset': String(offset) } : {}),
    ...headers,
  });
};
