/** The API without a socket: tests call `fetch`, main.ts puts it behind node:http. */
import { localOperator, type Actor } from '../contracts/actor.ts';
import { WaybillError } from '../contracts/errors.ts';
import { jobIdSchema } from '../contracts/ids.ts';
import { appendAudit } from '../db/audit.ts';
import { inTransaction } from '../db/connection.ts';
import { findJobForWorker } from '../db/find-job.ts';
import { readLedgerProgress } from '../db/ledger-progress.ts';
import { findReceipt } from '../db/receipts.ts';
import { registerSourceFile } from '../db/source-files.ts';
import type { ApiDeps } from './api-deps.ts';
import { runKindOf } from './engine/import-engine.ts';
import { downloadExport } from './exports/download-export.ts';
import { createGraphql } from './graphql/create-graphql.ts';
import { defaultPurpose } from './graphql/graphql-context.ts';
import { errorResponse, jsonResponse, toPublicError } from './http/error-response.ts';
import { handleHealth, healthPaths } from './http/health.ts';
import { readLimitedBody } from './http/limit-body.ts';
import { createRateLimiter, defaultRateLimit } from './http/rate-limit.ts';
import { mustFindJob } from './jobs/start-import.ts';
import { ProgressRelay } from './progress/progress-relay.ts';
import { downloadRejects } from './rejects/download-rejects.ts';
import { handleFiles } from './uploads/handle-files.ts';
import { UploadService, type UploadServiceOptions } from './uploads/upload-service.ts';

export interface Api {
  readonly fetch: (request: Request) => Promise<Response>;
  readonly relay: ProgressRelay;
  readonly uploads: UploadService;
  readonly close: () => void;
}

const maxGraphqlBytes = 1024 * 1024;

/** The file's row and its audit event stand or fall together. */
const registerFile = ({ pool }: ApiDeps): UploadServiceOptions['register'] => (actor, file) =>
  inTransaction(pool, async (tx) => {
    const { created } = await registerSourceFile(tx, { actor, ...file });
    await appendAudit(tx, { actor, action: 'file.received', details: { sha256: file.sha256, bytes: file.bytes, known: !created } });
    return !created;
  });

const createRelay = ({ pool, engine, listener, log, relayTimes }: ApiDeps): ProgressRelay => new ProgressRelay({
  // Whoever subscribes was let in by organisation before; the relay is one for all of them.
  readLedger: (jobId) => readLedgerProgress(pool, { org: localOperator.org, jobId }),
  askWorkflow: async (jobId) => engine.readProgress(jobId, runKindOf((await findJobForWorker(pool, jobId))?.kind ?? 'import')),
  hear: (jobId, onJob) => listener.hear(jobId, onJob),
  onError: (error) => { log.warn({ code: toPublicError(error, log).code }, 'a progress relay could not read the database'); },
}, relayTimes);

const handleJob = async (request: Request, actor: Actor, deps: ApiDeps): Promise<Response> => {
  const url = new URL(request.url);
  const [, , jobId = '', what = '', fileNo = ''] = url.pathname.split('/');
  if (request.method !== 'GET' || !jobIdSchema.safeParse(jobId).success || !['rejects', 'receipt', 'files'].includes(what)) throw unknownRoute();
  const job = await mustFindJob(deps, actor.org, jobId);
  const purpose = url.searchParams.get('purpose') ?? defaultPurpose;
  if (what === 'rejects') return downloadRejects(deps.pool, { actor, job, purpose });
  if (what === 'files') return downloadExport(deps, { actor, job, purpose, fileNo: /^\d{1,9}$/.test(fileNo) ? Number(fileNo) : 0 });
  const receipt = await findReceipt(deps.pool, { jobId });
  if (receipt === null) throw new WaybillError('JOB_STATE', 'The job has no receipt; only jobs that were carried out have one.', { job: jobId, state: job.state });
  return jsonResponse(200, receipt);
};

const unknownRoute = (): WaybillError => new WaybillError('ROUTE_UNKNOWN', 'There is no such address.');

/** The same request with a body that was read and found small enough. */
const limited = async (request: Request): Promise<Request> => {
  if (request.body === null) return request;
  const body = new Uint8Array(await readLimitedBody(request, maxGraphqlBytes));
  return new Request(request.url, { method: request.method, headers: request.headers, body, signal: request.signal });
};

export const createApi = (deps: ApiDeps): Api => {
  const relay = createRelay(deps);
  const graphql = createGraphql(deps, relay);
  const uploads = new UploadService({ storage: deps.storage, register: registerFile(deps) });
  const isAllowed = createRateLimiter(deps.rateLimit ?? defaultRateLimit);

  const route = async (request: Request): Promise<Response> => {
    const { pathname } = new URL(request.url);
    if (healthPaths.has(pathname) && request.method === 'GET') return handleHealth(pathname, deps);
    const actor = await deps.authenticate(request);
    if (actor === null) throw new WaybillError('UNAUTHENTICATED', 'The request carries no valid token.');
    if (!isAllowed(`${actor.org}/${actor.id}`)) throw new WaybillError('RATE_LIMITED', 'Too many requests.');
    if (pathname === '/files' || pathname.startsWith('/files/')) return handleFiles(request, actor, uploads);
    if (pathname.startsWith('/jobs/')) return handleJob(request, actor, deps);
    if (pathname === '/graphql' || pathname === '/graphql/stream') return graphql.fetch(await limited(request), { actor });
    throw unknownRoute();
  };

  return {
    relay, uploads,
    fetch: (request) => route(request).catch((error: unknown) => errorResponse(toPublicError(error, deps.log))),
    close: () => { relay.close(); },
  };
};
