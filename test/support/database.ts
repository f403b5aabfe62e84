/**
 * A database of its own for a test file, on the run's server. `createTestDatabase` gives a migrated one (cloned from a template that is
 * migrated once a run), `createEmptyDatabase` one without anything.
 */
import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { inject } from 'vitest';
import { migrateDatabase } from '../../db/migrate.ts';

export interface EmptyDatabase {
  /** Owner's URL: a superuser's, as tests look everywhere. */
  readonly adminUrl: string;
  readonly drop: () => Promise<void>;
}

export interface TestDatabase extends EmptyDatabase {
  /** What most tests want: the same as `adminUrl`. */
  readonly url: string;
  /** The runtime role's, with which worker and API work. */
  readonly runtimeUrl: string;
}

/** Any number: serialises the template's making and the migrations, which change roles that the whole server shares. */
const lockKey = 7_302_451;

export const withDatabaseName = (url: string, name: string): string => {
  const changed = new URL(url);
  changed.pathname = `/${name}`;
  return changed.href;
};

const withMaintenance = async <T>(work: (client: pg.Client) => Promise<T>): Promise<T> => {
  const client = new pg.Client({ connectionString: inject('waybillMaintenanceUrl') });
  await client.connect();
  try {
    await client.query('select pg_advisory_lock($1)', [lockKey]);
    return await work(client);
  } finally {
    await client.end();
  }
};

const isInUse = (error: unknown): boolean => error instanceof pg.DatabaseError && error.code === '55006';

/** A backend that has just been left may still hold the template for a moment. */
const createDatabase = async (client: pg.Client, name: string, template: string): Promise<void> => {
  for (let attempt = 0; ; attempt += 1) {
    try {
      await client.query(`create database ${client.escapeIdentifier(name)} template ${client.escapeIdentifier(template)} strategy file_copy`);
      return;
    } catch (error) {
      if (!isInUse(error) || attempt >= 100) throw error;
      await sleep(50);
    }
  }
};

const databaseExists = async (client: pg.Client, name: string): Promise<boolean> =>
  (await client.query('select 1 from pg_database where datname = $1', [name])).rowCount === 1;

const runName = (suffix: string): string => `waybill_test_${inject('waybillRunId')}_${suffix}`;
const urlOf = (name: string): string => withDatabaseName(inject('waybillMaintenanceUrl'), name);
const migrate = (name: string): Promise<{ readonly runtimeUrl: string }> =>
  migrateDatabase({ adminUrl: urlOf(name), runtimePassword: inject('waybillRuntimePassword') });

const ensureTemplate = async (client: pg.Client): Promise<string> => {
  const name = runName('template');
  if (await databaseExists(client, name)) return name;
  const draft = runName('template_draft');
  await client.query(`drop database if exists ${client.escapeIdentifier(draft)} with (force)`);
  await createDatabase(client, draft, 'template0');
  await migrate(draft);
  for (let attempt = 0; ; attempt += 1) {
    try {
      await client.query(`alter database ${client.escapeIdentifier(draft)} rename to ${client.escapeIdentifier(name)}`);
      return name;
    } catch (error) {
      if (!isInUse(error) || attempt >= 100) throw error;
      await sleep(50);
    }
  }
};

const dropDatabase = (name: string): Promise<void> => withMaintenance(async (client) => {
  await client.query(`drop database if exists ${client.escapeIdentifier(name)} with (force)`);
});

export const createEmptyDatabase = (): Promise<EmptyDatabase> => withMaintenance(async (client) => {
  const name = runName(randomBytes(4).toString('hex'));
  await createDatabase(client, name, 'template0');
  return { adminUrl: urlOf(name), drop: () => dropDatabase(name) };
});

export const createTestDatabase = (): Promise<TestDatabase> => withMaintenance(async (client) => {
  const name = runName(randomBytes(4).toString('hex'));
  await createDatabase(client, name, await ensureTemplate(client));
  // Again on the copy: what belongs to a database by name (grants to connect, settings) is not copied with a template.
  const { runtimeUrl } = await migrate(name);
  const adminUrl = urlOf(name);
  return { adminUrl, url: adminUrl, runtimeUrl, drop: () => dropDatabase(name) };
});
