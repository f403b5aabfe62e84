/** One log, JSON lines on stderr. Nothing that a person typed or a file holds is ever given to it; the redaction is the second wall. */
import { destination, pino, type Logger } from 'pino';

export type ApiLogger = Logger;

const secretPaths = ['authorization', 'token', 'password', 'headers', 'url', 'fileName', 'reason', '*.authorization', '*.token', '*.password', '*.fileName', '*.reason'];

export const createLogger = (level: string): ApiLogger =>
  pino({ level, base: { service: 'api' }, redact: { paths: secretPaths, censor: '[redacted]' } }, destination({ dest: 2, sync: true }));
