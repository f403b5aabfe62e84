/**
 * Open to everybody, and says nothing that is not for everybody. `/health` answers as long as the process lives; `/health/ready` is 503
 * while it cannot do its work.
 */
import type { ApiDeps } from '../api-deps.ts';
import { jsonResponse } from './error-response.ts';

export const healthPaths: ReadonlySet<string> = new Set(['/health', '/health/ready']);

const withinMs = 1_500;
const inTime = (work: Promise<boolean>): Promise<boolean> => {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<boolean>((resolve) => { timer = setTimeout(() => { resolve(false); }, withinMs); });
  return Promise.race([work, late]).finally(() => { clearTimeout(timer); });
};

export const handleHealth = async (path: string, { pool, engine, listener }: ApiDeps): Promise<Response> => {
  const [database, engineUp] = await Promise.all([
    inTime(pool.query('select 1').then(() => true, () => false)),
    inTime(engine.isUp()),
  ]);
  const ready = database && engineUp;
  const body = {
    live: true, ready, database: database ? 'up' : 'down', engine: engineUp ? 'up' : 'down', progress: listener.isListening ? 'listening' : 'reconnecting',
  };
  return jsonResponse(path === '/health/ready' && !ready ? 503 : 200, body);
};
