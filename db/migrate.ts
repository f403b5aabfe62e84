/**
 * Brings a database to the newest schema. Promises: safe to run at any time, by several processes, on one or many databases of a
 * cluster at once; each migration is one transaction; a file that changed after it was applied is refused, never applied twice.
 */
import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import pg from 'pg';
import { WaybillError } from '../contracts/errors.ts';
import { clientConfig, type Queryable } from './connection.ts';
import { sqlStateOf, toWaybillError } from './database-errors.ts';
import { quoteIdentifier } from './quote-identifier.ts';
import { ensureRoles, ownerRole, runtimeRole } from './roles.ts';

export interface MigrateInput {
  /** A superuser, or a role with CREATEROLE that owns the database. */
  readonly adminUrl: string;
  /** Given to waybill_runtime, which all databases of the cluster share. */
  readonly runtimePassword: string;
}
export interface MigrateResult {
  readonly runtimeUrl: string;
  readonly version: number;
}

interface Migration {
  readonly version: number;
  readonly name: string;
  readonly sha256: string;
  readonly sql: string;
}

const oldestVersion = 150_000;
/** An arbitrary constant of our own; advisory locks live in one database. */
const migrationLock = 7_792_018_264;
const folder = new URL('../db/migrations/', import.meta.url);

const readMigration = async (name: string): Promise<Migration> => {
  // A checkout with CRLF line ends is the same migration.
  const sql = (await readFile(new URL(name, folder), 'utf8')).replaceAll('\r\n', '\n');
  return { version: Number(name.slice(0, 4)), name, sha256: createHash('sha256').update(sql).digest('hex'), sql };
};

export const readMigrations = async (): Promise<readonly Migration[]> => {
  const names = (await readdir(folder)).filter((name) => /^\d{4}_[a-z0-9_]+\.sql$/.test(name)).sort();
  const migrations = await Promise.all(names.map(readMigration));
  migrations.forEach(({ version, name }, index) => {
    if (version !== index + 1) throw new WaybillError('INTERNAL', `The migration ${name} is out of order.`, { migration: name });
  });
  return migrations;
};

const refuseUnsuitable = async (db: Queryable): Promise<void> => {
  const { rows } = await db.query<{ version: number; encoding: string }>(
    `select current_setting('server_version_num')::int as version, current_setting('server_encoding') as encoding`);
  const { version, encoding } = rows[0] ?? { version: 0, encoding: '' };
  if (version < oldestVersion)
    throw new WaybillError('DATABASE_UNSUITABLE', `PostgreSQL ${Math.floor(version / 10_000)} is too old; 15 is the oldest that works.`, { version });
  if (encoding !== 'UTF8') throw new WaybillError('DATABASE_UNSUITABLE', `The database is in ${encoding}, not in UTF8.`, { encoding });
};

/** Lets the owner role make schemas and the runtime role connect, also where PUBLIC was locked out. */
const openDatabase = async (db: Queryable): Promise<void> => {
  const { rows } = await db.query<{ name: string; ready: boolean }>(`select current_database() as name,
    has_database_privilege('${ownerRole}', current_database(), 'create') and has_database_privilege('${runtimeRole}', current_database(), 'connect')
      and has_database_privilege('${runtimeRole}', current_database(), 'temporary') as ready`);
  const { name, ready } = rows[0] ?? { name: '', ready: false };
  if (ready) return;
  try {
    await db.query(`grant create, connect on database ${quoteIdentifier(name)} to ${ownerRole}`);
    await db.query(`grant connect, temporary on database ${quoteIdentifier(name)} to ${runtimeRole}`);
  } catch (error) {
    if (sqlStateOf(error) !== '42501') throw error;
    throw new WaybillError('DATABASE_RIGHTS', 'The role that migrates does not own the database.', { right: 'create on database' });
  }
};

const prepareLedger = async (db: Queryable): Promise<void> => {
  const { rowCount } = await db.query(`select from pg_class where oid = to_regclass('waybill_meta.migrations')`);
  if (rowCount === 1) return;
  await db.query(`
    create schema if not exists waybill_meta;
    create table if not exists waybill_meta.migrations (
      version integer constraint migrations_pkey primary key,
      name text not null,
      sha256 text not null,
      applied_at timestamptz not null default now()
    );
    grant usage on schema waybill_meta to ${runtimeRole};
    grant select on waybill_meta.migrations to ${runtimeRole};`);
};

const refuseChanged = (migrations: readonly Migration[], applied: readonly Omit<Migration, 'sql'>[]): void => {
  for (const { version, name, sha256 } of applied) {
    const known = migrations[version - 1];
    if (known === undefined) throw new WaybillError('MIGRATION_CHANGED', `The database knows the migration ${name}, this version of Waybill does not.`, { migration: name });
    if (known.sha256 !== sha256) throw new WaybillError('MIGRATION_CHANGED', `The migration ${known.name} changed after it was applied.`, { migration: known.name });
  }
};

const apply = async (db: Queryable, migration: Migration): Promise<void> => {
  await db.query('begin');
  try {
    await db.query(migration.sql);
    await db.query('insert into waybill_meta.migrations (version, name, sha256) values ($1, $2, $3)', [migration.version, migration.name, migration.sha256]);
    await db.query('commit');
  } catch (error) {
    await db.query('rollback');
    const { place } = toWaybillError(error);
    throw new WaybillError('DATABASE_ERROR', `The migration ${migration.name} failed (SQLSTATE ${String(place['sqlState'] ?? 'none')}).`, { ...place, migration: migration.name });
  }
};

const migrateSchema = async (db: Queryable): Promise<number> => {
  const migrations = await readMigrations();
  await db.query(`set role ${ownerRole}`);
  await prepareLedger(db);
  const { rows: applied } = await db.query<Omit<Migration, 'sql'>>('select version, name, sha256 from waybill_meta.migrations order by version');
  refuseChanged(migrations, applied);
  for (const migration of migrations.slice(applied.length)) await apply(db, migration);
  return migrations.length;
};

/** The admin's address with another role and password; everything else of it (host, TLS, options) stays. */
export const withCredentials = (url: string, user: string, password: string): string => {
  if (!URL.canParse(url)) throw new WaybillError('OPTION_INVALID', 'DATABASE_URL is not an address of the form postgresql://user:password@host:port/database.');
  const parsed = new URL(url);
  // A socket address has no authority to put a user into; the driver reads both from the query then.
  if (parsed.host === '') {
    parsed.searchParams.set('user', user);
    parsed.searchParams.set('password', password);
    return parsed.href;
  }
  parsed.searchParams.delete('user');
  parsed.searchParams.delete('password');
  parsed.username = user;
  parsed.password = encodeURIComponent(password);
  return parsed.href;
};

export const migrateDatabase = async ({ adminUrl, runtimePassword }: MigrateInput): Promise<MigrateResult> => {
  const runtimeUrl = withCredentials(adminUrl, runtimeRole, runtimePassword);
  const client = new pg.Client(clientConfig(adminUrl, 'waybill-migrate'));
  // A connection that breaks between two statements is reported by the next one.
  client.on('error', () => undefined);
  try {
    await client.connect();
    await refuseUnsuitable(client);
    await client.query('select pg_advisory_lock($1)', [migrationLock]);
    await ensureRoles(client, runtimePassword);
    await openDatabase(client);
    return { runtimeUrl, version: await migrateSchema(client) };
  } catch (error) {
    throw toWaybillError(error);
  } finally {
    await client.end().catch(() => undefined);
  }
};
