/** An embedded PostgreSQL for tests, in a temporary folder that the database's user can reach. */
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { preparePostgres } from '../../temporal-config/embedded-postgres.ts';
import { freePort } from '../../temporal-config/free-port.ts';
import { startService, stopService } from '../../temporal-config/run-service.ts';
import type { RunningService } from '../../temporal-config/run-service.ts';
import type { Service } from '../../temporal-config/service.ts';

export interface TestPostgres {
  /** Superuser, database `postgres`. */
  readonly maintenanceUrl: string;
  readonly service: Service;
  readonly running: RunningService;
  readonly stop: () => Promise<void>;
}

/**
 * Without fsync: tests kill processes, not the machine, and what a killed process wrote is in the page cache. Everything else is as in
 * the product (crash recovery, unlogged tables that come back empty).
 */
const testSettings = { fsync: 'off', shared_buffers: '128MB', max_wal_size: '1GB' };

export const makeTestFolder = async (name: string): Promise<string> => {
  const folder = await mkdtemp(join(tmpdir(), `waybill-test-${name}-`));
  // Under root the database's user must be able to enter it.
  await chmod(folder, 0o711);
  return folder;
};

export const startTestPostgres = async (stackId: string): Promise<TestPostgres> => {
  const folder = await makeTestFolder('postgres');
  const { service, maintenanceUrl } = await preparePostgres({
    clusterFolder: join(folder, 'cluster'), passwordFile: join(folder, 'password'), logFile: join(folder, 'postgres.log'),
    port: await freePort(), stackId, settings: testSettings,
  });
  const running = await startService(service);
  return {
    maintenanceUrl, service, running,
    stop: async () => {
      await stopService(running);
      await rm(folder, { recursive: true, force: true });
    },
  };
};
