/** A real Temporal server for a test file, in memory of its own folder. */
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { engineAddress, engineService } from '../../temporal-config/engine.ts';
import { freePort } from '../../temporal-config/free-port.ts';
import { obtainEngine } from '../../temporal-config/obtain-engine.ts';
import { startService, stopService } from '../../temporal-config/run-service.ts';
import { makeTestFolder } from './postgres-server.ts';

export interface TestEngine {
  readonly address: string;
  readonly stop: () => Promise<void>;
}

export const startTestEngine = async (): Promise<TestEngine> => {
  const folder = await makeTestFolder('engine');
  const taken = new Set<number>();
  const port = async (): Promise<number> => { const free = await freePort(taken); taken.add(free); return free; };
  const ports = { engine: await port(), engineHttp: await port(), engineMetrics: await port(), ui: await port() };
  const running = await startService(engineService({
    program: await obtainEngine(() => undefined), databaseFile: join(folder, 'engine.db'), logFile: join(folder, 'engine.log'), ports, stackId: 'test',
  }));
  return {
    address: engineAddress(ports.engine),
    stop: async () => {
      await stopService(running);
      await rm(folder, { recursive: true, force: true });
    },
  };
};
