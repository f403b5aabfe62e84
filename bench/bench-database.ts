/** Where the bench runs: the database of `DATABASE_URL`, or a throw-away one with exactly the product's settings (fsync on). */
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { preparePostgres } from '../temporal-config/embedded-postgres.ts';
import { freePort } from '../temporal-config/free-port.ts';
import { startService, stopService } from '../temporal-config/run-service.ts';

export interface BenchDatabase {
  readonly url: string;
  readonly stop: () => Promise<void>;
}

export const startBenchDatabase = async (): Promise<BenchDatabase> => {
  const given = process.env['DATABASE_URL'];
  if (given !== undefined && given !== '') return { url: given, stop: () => Promise.resolve() };
  const folder = await mkdtemp(join(tmpdir(), 'waybill-bench-postgres-'));
  const remove = (): Promise<void> => rm(folder, { recursive: true, force: true });
  try {
    // Under root the database runs as another user, who must be able to enter the folder.
    await chmod(folder, 0o711);
    const { service, maintenanceUrl } = await preparePostgres({
      clusterFolder: join(folder, 'cluster'), passwordFile: join(folder, 'password'), logFile: join(folder, 'postgres.log'),
      port: await freePort(), stackId: 'bench',
    });
    const running = await startService(service);
    return { url: maintenanceUrl, stop: async () => { await stopService(running); await remove(); } };
  } catch (error) {
    await remove();
    throw error;
  }
};
