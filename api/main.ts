/** The process of the API. It ends with 0 when it was asked to stop, else not: whoever supervises it starts it again. */
import { apiSettingsSchema } from '../contracts/service-settings.ts';
import { createLogger, type ApiLogger } from './logger.ts';
import { toPublicError } from './http/error-response.ts';
import { runService, type RunningApi } from './run-service.ts';

const parsed = apiSettingsSchema.safeParse(process.env);
if (!parsed.success) {
  const names = [...new Set(parsed.error.issues.map((issue) => issue.path.join('.')))];
  process.stderr.write(`The API cannot start: these settings are missing or malformed: ${names.join(', ')}\n`);
  process.exit(2);
}
const settings = parsed.data;
const log = createLogger(settings.WAYBILL_LOG_LEVEL);

const die = (error: unknown, what: string): never => {
  log.fatal({ code: toPublicError(error, log).code }, what);
  process.exit(1);
};
process.on('uncaughtException', (error) => die(error, 'the API ends after an error that nobody caught'));
process.on('unhandledRejection', (error) => die(error, 'the API ends after a rejection that nobody caught'));

const stopOnSignals = (running: RunningApi, logger: ApiLogger): void => {
  let stopping = false;
  const stop = (): void => {
    if (stopping) return;
    stopping = true;
    logger.info('the API stops');
    // A wait that never ends must not keep a supervisor waiting.
    setTimeout(() => { process.exit(1); }, 15_000).unref();
    running.stop().then(() => { process.exit(0); }, (error: unknown) => die(error, 'the API could not stop in good order'));
  };
  process.on('SIGTERM', stop);
  process.on('SIGINT', stop);
};

runService(settings, log).then(
  (running) => { stopOnSignals(running, log); },
  (error: unknown) => {
    const code = error instanceof Error && 'code' in error ? String(error.code) : '';
    if (code === 'EADDRINUSE' || code === 'EACCES') {
      log.fatal({ code, host: settings.WAYBILL_API_HOST, port: settings.WAYBILL_API_PORT }, 'the API cannot listen at its address');
      process.exit(1);
    }
    die(error, 'the API cannot start');
  },
);
