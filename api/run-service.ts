/** Composes the API out of its settings and runs it until it is told to stop. */
import type { ApiSettings } from '../contracts/service-settings.ts';
import { signingKeyOf } from '../core/receipt/signing-key.ts';
import type { ReadXlsSheet } from '../core/formats/xls/read-xls.ts';
import { clientConfig, createPool } from '../db/connection.ts';
import { legacyRunLimits, runContained } from '../storage/contained-run.ts';
import { openLocalStorage } from '../storage/local/local-storage.ts';
import { loadOrCreateSigningKey } from '../storage/signing-key-file.ts';
import type { ApiDeps } from './api-deps.ts';
import { AuditHeadSigner } from './audit-head-signer.ts';
import { createApi } from './create-api.ts';
import { TemporalImportEngine } from './engine/import-engine.ts';
import { removeStaleSpools } from './inspect/remove-stale-spools.ts';
import { findJobForWorker } from '../db/find-job.ts';
import { removeExpiredExports } from './exports/remove-expired-exports.ts';
import { createHttpServer } from './http-server.ts';
import { toPublicError } from './http/error-response.ts';
import { authenticateByToken, readOrMakeToken } from './http/local-token.ts';
import { JobSweeper } from './job-sweeper.ts';
import type { ApiLogger } from './logger.ts';
import { ProgressListener } from './progress/progress-listener.ts';

const shutdownMs = 8_000;
const cleanMs = 3_600_000;
/** A spool may be as large as a disk. */
const spoolCleanMs = 600_000;

const isThisMachine = (url: string): boolean => {
  const host = URL.canParse(url) ? new URL(url).hostname : '';
  return ['', 'localhost', '127.0.0.1', '[::1]'].includes(host);
};

const composeDeps = async (settings: ApiSettings, log: ApiLogger): Promise<ApiDeps> => ({
  log,
  pool: createPool({
    url: settings.DATABASE_URL, max: 10, applicationName: 'waybill-api',
    onIdleError: ({ code }) => { log.warn({ code }, 'an idle connection to the database was lost'); },
  }),
  storage: await openLocalStorage(settings.WAYBILL_ARCHIVE),
  readLegacy: async (bytes) => await runContained(new URL('./workbook-thread.mjs', import.meta.url), bytes, legacyRunLimits) as readonly ReadXlsSheet[],
  engine: new TemporalImportEngine({ address: settings.TEMPORAL_ADDRESS, namespace: settings.TEMPORAL_NAMESPACE }),
  listener: new ProgressListener({ clientConfig: clientConfig(settings.DATABASE_URL, 'waybill-api-progress'), log }),
  authenticate: authenticateByToken(await readOrMakeToken(settings.WAYBILL_TOKEN_FILE)),
  databaseSharesDisk: isThisMachine(settings.DATABASE_URL),
  uiUrl: settings.WAYBILL_UI_URL,
  namespace: settings.TEMPORAL_NAMESPACE,
});

/** Now and every so often. */
const cleanUp = (what: string, remove: () => Promise<number>, log: ApiLogger, everyMs = cleanMs): NodeJS.Timeout => {
  const clean = (): void => {
    remove().then(
      (removed) => { if (removed > 0) log.info({ removed }, `${what} were removed`); },
      (error: unknown) => { log.warn({ code: toPublicError(error, log).code }, `${what} were not removed`); },
    );
  };
  clean();
  return setInterval(clean, everyMs);
};

export interface RunningApi { readonly port: number; readonly stop: () => Promise<void> }

export const runService = async (settings: ApiSettings, log: ApiLogger): Promise<RunningApi> => {
  const deps = await composeDeps(settings, log);
  const keyFile = await loadOrCreateSigningKey(settings.WAYBILL_KEYS);
  const signingKey = signingKeyOf(keyFile.privatePem);
  const signer = new AuditHeadSigner(deps, signingKey);
  const api = createApi(deps);
  const server = createHttpServer(api.fetch);
  const port = await server.listen({ host: settings.WAYBILL_API_HOST, port: settings.WAYBILL_API_PORT });
  const sweeper = new JobSweeper({ ...deps, signingKey, receiptsFolder: settings.WAYBILL_RECEIPTS });
  void deps.listener.start();
  sweeper.start();
  signer.start();
  const cleaning = [
    cleanUp('stale uploads', () => api.uploads.removeStale(), log),
    cleanUp('stale spools', () => removeStaleSpools(deps.storage, (jobId) => findJobForWorker(deps.pool, jobId)), log, spoolCleanMs),
    cleanUp('expired files of exports', () => removeExpiredExports(deps, settings.WAYBILL_EXPORT_DAYS), log),
  ];
  log.info({ host: settings.WAYBILL_API_HOST, port, stack: settings.WAYBILL_STACK_ID, signingKey: keyFile.path, tokenFile: settings.WAYBILL_TOKEN_FILE }, 'the API listens');
  const stop = async (): Promise<void> => {
    for (const timer of cleaning) clearInterval(timer);
    await Promise.all([server.close(shutdownMs), sweeper.close()]);
    api.close();
    await signer.close();
    await Promise.allSettled([deps.listener.close(), deps.engine.close(), deps.pool.end()]);
  };
  return { port, stop };
};
