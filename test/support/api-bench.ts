/** The API over a real database (and, when one is named, a real engine), without a socket unless a test opens one. */
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { pino } from 'pino';
import { createApi, type Api } from '../../api/create-api.ts';
import type { ApiDeps } from '../../api/api-deps.ts';
import { TemporalImportEngine } from '../../api/engine/import-engine.ts';
import { createHttpServer } from '../../api/http-server.ts';
import { authenticateByToken } from '../../api/http/local-token.ts';
import { ProgressListener } from '../../api/progress/progress-listener.ts';
import { createSigningKey, type SigningKey } from '../../core/receipt/signing-key.ts';
import { clientConfig, createPool } from '../../db/connection.ts';
import { openLocalStorage } from '../../storage/local/local-storage.ts';
import { createTestDatabase, type TestDatabase } from './database.ts';
import { makeTestFolder } from './postgres-server.ts';

export const testToken = 'test-token-of-forty-three-characters-or-more';

export interface GraphqlAnswer {
  readonly status: number;
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- what a test reads is what it asked for
  readonly data: any;
  readonly errors: readonly { readonly message: string; readonly extensions?: Readonly<Record<string, unknown>> }[];
}

export interface ApiBench {
  readonly api: Api;
  readonly deps: ApiDeps;
  readonly database: TestDatabase;
  readonly folder: string;
  /** For what signs. */
  readonly signing: { readonly signingKey: SigningKey; readonly receiptsFolder: string };
  readonly logLines: readonly string[];
  readonly ask: (query: string, variables?: object) => Promise<GraphqlAnswer>;
  readonly send: (path: string, init?: RequestInit) => Promise<Response>;
  /** Opens a socket; the base address. */
  readonly open: () => Promise<string>;
  readonly close: () => Promise<void>;
}

/** Nothing listens there: an engine that is down. */
const noEngine = '127.0.0.1:9';

export const createApiBench = async (options: { readonly engine?: string; readonly change?: (deps: ApiDeps) => Partial<ApiDeps> } = {}): Promise<ApiBench> => {
  const database = await createTestDatabase();
  const folder = await makeTestFolder('api');
  const logLines: string[] = [];
  const log = pino({ level: 'debug' }, { write: (line: string) => { logLines.push(line); } });
  const base: ApiDeps = {
    pool: createPool({ url: database.runtimeUrl, max: 8, applicationName: 'waybill-api' }),
    storage: await openLocalStorage(join(folder, 'archive')),
    engine: new TemporalImportEngine({ address: options.engine ?? noEngine, namespace: 'default', startTimeoutMs: 1_500 }),
    listener: new ProgressListener({ clientConfig: clientConfig(database.runtimeUrl, 'waybill-api-progress'), log, retryMs: 50 }),
    authenticate: authenticateByToken(testToken), log, databaseSharesDisk: true, uiUrl: 'http://ui.test', namespace: 'default',
    rateLimit: { perSecond: 10_000, burst: 10_000 }, relayTimes: { silenceMs: 500, spacingMs: 20 },
  };
  const deps = { ...base, ...options.change?.(base) };
  const api = createApi(deps);
  await deps.listener.start();
  const servers: ReturnType<typeof createHttpServer>[] = [];
  const send = (path: string, init: RequestInit = {}): Promise<Response> => {
    const headers = new Headers(init.headers);
    if (!headers.has('authorization')) headers.set('authorization', `Bearer ${testToken}`);
    return api.fetch(new Request(`http://waybill.test${path}`, { ...init, headers, ...(init.body ? { duplex: 'half' } : {}) }));
  };
  const ask = async (query: string, variables: object = {}): Promise<GraphqlAnswer> => {
    const response = await send('/graphql', { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ query, variables }) });
    const body = await response.json() as Partial<GraphqlAnswer>;
    // eslint-disable-next-line @typescript-eslint/no-unsafe-assignment -- see GraphqlAnswer
    return { status: response.status, data: body.data ?? null, errors: body.errors ?? [] };
  };
  return {
    api, deps, database, folder, signing: { signingKey: createSigningKey(), receiptsFolder: join(folder, 'receipts') }, logLines, send, ask,
    open: async () => {
      const server = createHttpServer(api.fetch);
      servers.push(server);
      return `http://127.0.0.1:${await server.listen({ host: '127.0.0.1', port: 0 })}`;
    },
    close: async () => {
      api.close();
      await Promise.all(servers.map((server) => server.close(200)));
      await Promise.allSettled([deps.listener.close(), deps.engine.close(), deps.pool.end()]);
      await database.drop();
      await rm(folder, { recursive: true, force: true });
    },
  };
};

/** Uploads a text and returns its hash. */
export const uploadText = async (bench: ApiBench, text: string): Promise<string> => {
  const response = await bench.send('/files', { method: 'PUT', body: text });
  return (await response.json() as { sha256: string }).sha256;
};

export const peopleDataset = {
  name: 'people', description: 'Test', fields: [{ name: 'id', type: 'integer', required: true, key: true }, { name: 'name', type: 'text' }],
};
export const applyPeople = (bench: ApiBench): Promise<GraphqlAnswer> =>
  bench.ask('mutation ($d: JSON!) { applyDataset(definition: $d) { created changed dataset { name version managed fields { name pgType } } } }', { d: peopleDataset });

export const startMutation = 'mutation ($input: StartImportInput!, $key: ID!) { startImport(input: $input, idempotencyKey: $key) { created job { id state paused dataset } } }';
