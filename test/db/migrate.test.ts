import { randomBytes } from 'node:crypto';
import pg from 'pg';
import { afterEach, describe, expect, inject, it } from 'vitest';
import { WaybillError } from '../../contracts/errors.ts';
import { migrateDatabase, readMigrations, withCredentials } from '../../db/migrate.ts';
import { createEmptyDatabase, withDatabaseName, type EmptyDatabase } from '../support/database.ts';

const runtimePassword = inject('waybillRuntimePassword');
const cleanUps: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).reverse()) await cleanUp();
});

const emptyDatabase = async (): Promise<EmptyDatabase> => {
  const database = await createEmptyDatabase();
  cleanUps.push(database.drop);
  return database;
};
const run = async (url: string, ...statements: readonly string[]): Promise<pg.QueryResult<Record<string, unknown>>> => {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    let result = await client.query<Record<string, unknown>>('select 1');
    for (const statement of statements) result = await client.query<Record<string, unknown>>(statement);
    return result;
  } finally {
    await client.end();
  }
};
const nameOf = (url: string): string => new URL(url).pathname.slice(1);
const refusal = (work: Promise<unknown>): Promise<WaybillError> =>
  work.then(() => { throw new Error('it was not refused'); }, (error: unknown) => { expect(error).toBeInstanceOf(WaybillError); return error as WaybillError; });

describe('migrateDatabase', () => {
  it('makes an empty database a registry that the runtime role can log in to', async () => {
    const { adminUrl } = await emptyDatabase();
    const { runtimeUrl, version } = await migrateDatabase({ adminUrl, runtimePassword });
    expect(version).toBe((await readMigrations()).length);
    const { rows } = await run(runtimeUrl, 'select current_user::text as role, max(version) as version from waybill_meta.migrations');
    expect(rows).toEqual([{ role: 'waybill_runtime', version }]);
  });

  it('changes nothing when it runs again', async () => {
    const { adminUrl } = await emptyDatabase();
    await migrateDatabase({ adminUrl, runtimePassword });
    const applied = 'select * from waybill_meta.migrations order by version';
    const { rows: before } = await run(adminUrl, applied);
    await migrateDatabase({ adminUrl, runtimePassword });
    expect((await run(adminUrl, applied)).rows).toEqual(before);
  });

  it('runs at the same time on one database and on several of a cluster', async () => {
    const databases = await Promise.all([emptyDatabase(), emptyDatabase(), emptyDatabase()]);
    const urls = databases.flatMap(({ adminUrl }) => [adminUrl, adminUrl, adminUrl]);
    const results = await Promise.all(urls.map((adminUrl) => migrateDatabase({ adminUrl, runtimePassword })));
    expect(new Set(results.map(({ version }) => version)).size).toBe(1);
  });

  it('refuses a migration that changed after it was applied', async () => {
    const { adminUrl } = await emptyDatabase();
    await migrateDatabase({ adminUrl, runtimePassword });
    await run(adminUrl, `update waybill_meta.migrations set sha256 = repeat('0', 64) where version = 1`);
    expect((await refusal(migrateDatabase({ adminUrl, runtimePassword }))).code).toBe('MIGRATION_CHANGED');
  });

  it('refuses a database that a newer version migrated', async () => {
    const { adminUrl } = await emptyDatabase();
    await migrateDatabase({ adminUrl, runtimePassword });
    await run(adminUrl, `insert into waybill_meta.migrations values (9999, '9999_later.sql', repeat('0', 64))`);
    expect((await refusal(migrateDatabase({ adminUrl, runtimePassword }))).code).toBe('MIGRATION_CHANGED');
  });

  it('works for a role with CREATEROLE that owns the database and is no superuser', async () => {
    const { adminUrl } = await emptyDatabase();
    const role = `admin_${randomBytes(4).toString('hex')}`;
    // From 16 on CREATEROLE governs only roles that it made or was given; here the roles exist already.
    const { rows: [server] } = await run(adminUrl, `select current_setting('server_version_num')::int as version`);
    await migrateDatabase({ adminUrl: (await emptyDatabase()).adminUrl, runtimePassword });
    await run(adminUrl, `create role ${role} login createrole createdb password 'pw'`, `alter database ${nameOf(adminUrl)} owner to ${role}`);
    cleanUps.push(() => run(withDatabaseName(adminUrl, 'postgres'), `reassign owned by ${role} to current_user`, `drop owned by ${role}`, `drop role ${role}`));
    cleanUps.push(() => run(adminUrl, `alter database ${nameOf(adminUrl)} owner to current_user`));
    if (Number(server?.['version']) >= 160_000)
      await run(adminUrl, ...['waybill_owner', 'waybill_runtime', 'waybill_dataset_owner'].map((name) => `grant ${name} to ${role} with admin true`));
    const { runtimeUrl } = await migrateDatabase({ adminUrl: withCredentials(adminUrl, role, 'pw'), runtimePassword });
    expect((await run(runtimeUrl, 'select count(*) as jobs from waybill.jobs')).rows).toEqual([{ jobs: '0' }]);
  });

  it('says which right is missing for a role that may not create roles', async () => {
    const { adminUrl } = await emptyDatabase();
    const role = `plain_${randomBytes(4).toString('hex')}`;
    await run(adminUrl, `create role ${role} login password 'pw'`);
    cleanUps.push(() => run(adminUrl, `drop role ${role}`));
    const error = await refusal(migrateDatabase({ adminUrl: withCredentials(adminUrl, role, 'pw'), runtimePassword }));
    expect(error.code).toBe('DATABASE_RIGHTS');
    expect(error.message).toContain('CREATEROLE');
  });

  it('refuses a database that is not in UTF8', async () => {
    const name = `waybill_test_${inject('waybillRunId')}_ascii`;
    const maintenanceUrl = inject('waybillMaintenanceUrl');
    await run(maintenanceUrl, `create database ${name} template template0 encoding 'SQL_ASCII' locale_provider libc lc_collate 'C' lc_ctype 'C'`);
    cleanUps.push(() => run(maintenanceUrl, `drop database ${name} with (force)`));
    const error = await refusal(migrateDatabase({ adminUrl: withDatabaseName(maintenanceUrl, name), runtimePassword }));
    expect(error.code).toBe('DATABASE_UNSUITABLE');
  });

  it('reports a server that does not answer as unavailable, without the address’s password', async () => {
    const error = await refusal(migrateDatabase({ adminUrl: 'postgresql://admin:hush@127.0.0.1:1/none', runtimePassword }));
    expect(error.code).toBe('DATABASE_UNAVAILABLE');
    expect(JSON.stringify({ ...error, message: error.message, stack: error.stack })).not.toContain('hush');
  });
});

describe('withCredentials', () => {
  it('keeps everything of the address but role and password', () => {
    expect(withCredentials('postgresql://a:b@db.example:5433/registry?sslmode=require', 'r', 'p@ss/word%')).toBe(
      'postgresql://r:p%40ss%2Fword%25@db.example:5433/registry?sslmode=require');
    expect(withCredentials('postgresql:///registry?host=/run/postgresql&user=a', 'r', 'p')).toBe(
      'postgresql:///registry?host=%2Frun%2Fpostgresql&user=r&password=p');
  });
});
