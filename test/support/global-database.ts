/**
 * One PostgreSQL for the whole run, started when the first project that needs it starts: an embedded one, or the server that
 * WAYBILL_TEST_DATABASE_URL names (a superuser's URL; .ci/run does so with PostgreSQL 15).
 */
import { randomBytes } from 'node:crypto';
import { dropTestDatabases } from './drop-test-databases.ts';
import { startTestPostgres } from './postgres-server.ts';
import type { TestProject } from 'vitest/node';

declare module 'vitest' {
  export interface ProvidedContext {
    /** Superuser's URL of the maintenance database of the run's server. */
    waybillMaintenanceUrl: string;
    waybillRuntimePassword: string;
    /** Part of the names of the run's databases. */
    waybillRunId: string;
  }
}

interface SharedServer {
  readonly maintenanceUrl: string;
  readonly stop: () => Promise<void>;
}

const runId = randomBytes(4).toString('hex');
const runtimePassword = randomBytes(18).toString('base64url');

const startServer = async (): Promise<SharedServer> => {
  const given = process.env['WAYBILL_TEST_DATABASE_URL'];
  if (given !== undefined && given !== '') return { maintenanceUrl: given, stop: () => dropTestDatabases(given, runId) };
  const server = await startTestPostgres(`test-${runId}`);
  return { maintenanceUrl: server.maintenanceUrl, stop: server.stop };
};

// vitest calls set-up and teardown once a project; the server is one, kept until the last project that started with it is done.
const shared = globalThis as { waybillTestServer?: { server: Promise<SharedServer>; users: number } };

export default async function setUp(project: TestProject): Promise<() => Promise<void>> {
  const entry = shared.waybillTestServer ??= { server: startServer(), users: 0 };
  entry.users += 1;
  const { maintenanceUrl, stop } = await entry.server;
  project.provide('waybillMaintenanceUrl', maintenanceUrl);
  project.provide('waybillRuntimePassword', runtimePassword);
  project.provide('waybillRunId', runId);
  return async () => {
    entry.users -= 1;
    if (entry.users > 0) return;
    delete shared.waybillTestServer;
    await stop();
  };
}
