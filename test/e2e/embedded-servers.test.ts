import { mkdir, readFile, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { Connection } from '@temporalio/client';
import pg from 'pg';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { backUp, restore } from '../../cli/backup.ts';
import { removeData } from '../../cli/reset.ts';
import { dataFolderAt } from '../../temporal-config/data-folder.ts';
import { databaseName, ensureDatabase, preparePostgres } from '../../temporal-config/embedded-postgres.ts';
import { engineAddress, engineService } from '../../temporal-config/engine.ts';
import { endLeftovers } from '../../temporal-config/leftovers.ts';
import { obtainEngine } from '../../temporal-config/obtain-engine.ts';
import { createSupervisor } from '../../temporal-config/process-supervisor.ts';
import { searchAttributes } from '../../temporal-config/search-attributes.ts';
import { startService, stopService } from '../../temporal-config/run-service.ts';
import { settleSettings } from '../../temporal-config/stack-files.ts';
import { lockStack } from '../../temporal-config/stack-lock.ts';
import { startTimeOf } from '../../temporal-config/process-identity.ts';
import { waitUntil } from '../../temporal-config/wait-until.ts';
import { makeTestFolder } from '../support/postgres-server.ts';
import type { DataFolder } from '../../temporal-config/data-folder.ts';
import type { EmbeddedPostgres } from '../../temporal-config/embedded-postgres.ts';

let folder: DataFolder = dataFolderAt('/nonexistent');
beforeEach(async () => {
  folder = dataFolderAt(await makeTestFolder('embedded'));
  for (const path of [folder.archive, folder.keys, folder.receipts, folder.logs, dirname(folder.engineFile)]) await mkdir(path, { recursive: true });
});
afterEach(async () => {
  await endLeftovers(folder);
  await rm(folder.root, { recursive: true, force: true });
});

const prepare = async (): Promise<EmbeddedPostgres> => {
  const { ports, stackId } = await settleSettings(folder);
  return preparePostgres({
    clusterFolder: folder.cluster, passwordFile: folder.ownerPasswordFile, logFile: join(folder.logs, 'postgres.log'), port: ports.postgres, stackId,
  });
};

const query = async (url: string, text: string): Promise<readonly Record<string, unknown>[]> => {
  const client = new pg.Client({ connectionString: url });
  client.on('error', () => undefined);
  await client.connect();
  try { return (await client.query<Record<string, unknown>>(text)).rows; } finally { await client.end(); }
};

const whileRunning = async <T>(work: (postgres: EmbeddedPostgres) => Promise<T>): Promise<T> => {
  const postgres = await prepare();
  const running = await startService(postgres.service);
  try { return await work(postgres); } finally { await stopService(running); }
};

describe('the embedded PostgreSQL', () => {
  it('is UTF-8, durable, on 127.0.0.1 only, with a password', async () => {
    await whileRunning(async ({ maintenanceUrl }) => {
      const [settings] = await query(maintenanceUrl, `select current_setting('server_encoding') as encoding, current_setting('fsync') as fsync,
        current_setting('synchronous_commit') as synchronous, current_setting('full_page_writes') as pages, current_setting('listen_addresses') as addresses,
        current_setting('password_encryption') as password, current_setting('unix_socket_directories') as sockets`);
      expect(settings).toEqual({ encoding: 'UTF8', fsync: 'on', synchronous: 'on', pages: 'on', addresses: '127.0.0.1', password: 'scram-sha-256', sockets: '' });
      const wrong = new URL(maintenanceUrl);
      wrong.password = 'wrong';
      await expect(query(wrong.href, 'select 1')).rejects.toMatchObject({ code: '28P01' });
      expect((await stat(folder.ownerPasswordFile)).mode & 0o777).toBe(0o600);
    });
  });

  it('comes back on its port after kill -9, with what was committed', async () => {
    const postgres = await prepare();
    let pid = 0;
    let back = false;
    const supervisor = createSupervisor({
      onSpawn: async (_name, spawned) => { pid = spawned; await Promise.resolve(); }, onDeath: () => undefined, onReturn: () => { back = true; },
    });
    try {
      await supervisor.start([postgres.service]);
      await query(postgres.maintenanceUrl, 'create table kept as select 42 as answer');
      process.kill(pid, 'SIGKILL');
      expect(await waitUntil(() => back, 60_000)).toBe(true);
      expect(await query(postgres.maintenanceUrl, 'select answer from kept')).toEqual([{ answer: 42 }]);
    } finally {
      await supervisor.stop();
    }
    expect(startTimeOf(pid)).toBeNull();
  });

  it('is ended when a killed supervisor left it behind', async () => {
    const { service } = await prepare();
    const { pid } = await startService(service);
    expect(await endLeftovers(folder)).toBeGreaterThan(0);
    expect(startTimeOf(pid)).toBeNull();
  });

  it('never writes a cell value to its log', async () => {
    await whileRunning(async ({ maintenanceUrl }) => {
      await expect(query(maintenanceUrl, `select 'ZEBRA-secret'::date`)).rejects.toThrow();
      await query(maintenanceUrl, 'create table u (v text unique)');
      await expect(query(maintenanceUrl, `insert into u values ('ZEBRA-secret'), ('ZEBRA-secret')`)).rejects.toThrow();
    });
    expect(await readFile(join(folder.logs, 'postgres.log'), 'utf8')).not.toContain('ZEBRA');
  });
});

describe('backup and restore', () => {
  it('bring back the database, the archive and the keys as they were', async () => {
    await whileRunning(async ({ maintenanceUrl, adminUrl }) => {
      await ensureDatabase(maintenanceUrl, databaseName);
      await query(adminUrl, 'create table kept as select n from generate_series(1, 1000) n');
    });
    await writeFile(join(folder.archive, 'file'), 'archived');
    await writeFile(join(folder.keys, 'key'), 'secret', { mode: 0o600 });
    const file = join(folder.root, 'backup.waybill');
    const { bytes } = await backUp(folder, file, {});
    expect(bytes).toBeGreaterThan(1_000_000);
    expect((await stat(file)).mode & 0o777).toBe(0o600);

    await whileRunning(({ adminUrl }) => query(adminUrl, 'drop table kept'));
    await rm(join(folder.archive, 'file'));
    await writeFile(join(folder.archive, 'later'), 'not in the backup');
    await restore(folder, file, {});
    expect(await whileRunning(({ adminUrl }) => query(adminUrl, 'select count(*)::int as rows, sum(n)::int as sum from kept'))).toEqual([{ rows: 1000, sum: 500_500 }]);
    expect(await readFile(join(folder.archive, 'file'), 'utf8')).toBe('archived');
    expect(await stat(join(folder.archive, 'later')).catch(() => null)).toBeNull();
    expect((await stat(join(folder.keys, 'key'))).mode & 0o777).toBe(0o600);
  });

  it('change nothing when the file is damaged', async () => {
    await whileRunning(({ maintenanceUrl }) => query(maintenanceUrl, 'create table kept as select 7 as n'));
    const file = join(folder.root, 'backup.waybill');
    await backUp(folder, file, {});
    const whole = await readFile(file);
    for (const damaged of [whole.subarray(0, whole.length >> 1), whole.subarray(0, whole.length - 1), Buffer.concat([whole.subarray(0, 5000), Buffer.from([1, 2, 3, 4]), whole.subarray(5004)])]) {
      await writeFile(file, damaged);
      await expect(restore(folder, file, {})).rejects.toMatchObject({ code: 'BACKUP_INVALID' });
    }
    await writeFile(file, 'something else');
    await expect(restore(folder, file, {})).rejects.toMatchObject({ code: 'BACKUP_INVALID' });
    expect(await whileRunning(({ maintenanceUrl }) => query(maintenanceUrl, 'select n from kept'))).toEqual([{ n: 7 }]);
  });

  it('refuse while a stack runs, as reset does', async () => {
    const lock = await lockStack(folder);
    try {
      const file = join(folder.root, 'backup.waybill');
      await expect(backUp(folder, file, {})).rejects.toMatchObject({ code: 'STACK_LOCKED' });
      await expect(removeData(folder)).rejects.toMatchObject({ code: 'STACK_LOCKED' });
    } finally {
      await lock.release();
    }
  });

  it('point to the server’s own means when the database is not ours', async () => {
    await expect(backUp(folder, join(folder.root, 'x'), { DATABASE_URL: 'postgresql://elsewhere/db' })).rejects.toMatchObject({ code: 'OPTION_INVALID' });
  });

  it('leave what is not ours when the data is reset', async () => {
    await prepare();
    await writeFile(join(folder.root, 'a-file-of-mine'), 'x');
    await removeData(folder);
    expect(await readdir(folder.root)).toEqual(['a-file-of-mine']);
  });
});

describe('the engine', () => {
  it('answers with our search attributes, and remembers after kill -9', async () => {
    const { ports, stackId } = await settleSettings(folder);
    const service = engineService({ program: await obtainEngine(() => undefined), databaseFile: folder.engineFile, logFile: join(folder.logs, 'engine.log'), ports, stackId });
    let pid = 0;
    let back = false;
    const supervisor = createSupervisor({
      onSpawn: async (_name, spawned) => { pid = spawned; await Promise.resolve(); }, onDeath: () => undefined, onReturn: () => { back = true; },
    });
    const withConnection = async <T>(work: (connection: Connection) => Promise<T>): Promise<T> => {
      const connection = await Connection.connect({ address: engineAddress(ports.engine) });
      try { return await work(connection); } finally { await connection.close(); }
    };
    try {
      await supervisor.start([service]);
      const known = await withConnection((connection) => connection.operatorService.listSearchAttributes({ namespace: 'default' }));
      expect(Object.keys(known.customAttributes)).toEqual(expect.arrayContaining([...searchAttributes]));
      await withConnection((connection) => connection.workflowService.startWorkflowExecution({
        namespace: 'default', workflowId: 'kept', workflowType: { name: 'any' }, taskQueue: { name: 'nobody' }, requestId: 'one',
      }));
      process.kill(pid, 'SIGKILL');
      expect(await waitUntil(() => back, 60_000)).toBe(true);
      const described = await withConnection((connection) => connection.workflowService.describeWorkflowExecution({ namespace: 'default', execution: { workflowId: 'kept' } }));
      expect(described.workflowExecutionInfo?.type?.name).toBe('any');
    } finally {
      await supervisor.stop();
    }
    expect(startTimeOf(pid)).toBeNull();
  });
});
