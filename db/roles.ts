/**
 * The three roles (design 10.18): waybill_owner migrates and owns Waybill's schema, waybill_dataset_owner owns the tables that Waybill
 * made, waybill_runtime works. Roles belong to the cluster, advisory locks to a database: migrations of several databases meet here
 * unguarded, so each statement is tried again when another one was faster.
 */
import { createHash, createHmac, pbkdf2Sync, randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { WaybillError } from '../contracts/errors.ts';
import type { Queryable } from './connection.ts';
import { databaseErrorOf, sqlStateOf } from './database-errors.ts';
import { quoteIdentifier, quoteLiteral } from './quote-identifier.ts';

export const ownerRole = 'waybill_owner';
export const datasetOwnerRole = 'waybill_dataset_owner';
export const runtimeRole = 'waybill_runtime';

interface Admin {
  readonly name: string;
  readonly superuser: boolean;
  readonly createRole: boolean;
  readonly version: number;
}

const scramIterations = 4096;

/** The SCRAM-SHA-256 verifier (RFC 5803), made here so that the password never stands in a statement's text or the server's log. */
export const scramVerifier = (password: string, salt: Buffer = randomBytes(16)): string => {
  // SASLprep (RFC 4013) leaves printable ASCII as it is; other characters would need its tables.
  if (!/^[\u0020-\u007e]+$/.test(password)) throw new WaybillError('OPTION_INVALID', 'The runtime role’s password must be printable ASCII.');
  const salted = pbkdf2Sync(password, salt, scramIterations, 32, 'sha256');
  const hmac = (text: string): Buffer => createHmac('sha256', salted).update(text).digest();
  const storedKey = createHash('sha256').update(hmac('Client Key')).digest('base64');
  return `SCRAM-SHA-256$${scramIterations}:${salt.toString('base64')}$${storedKey}:${hmac('Server Key').toString('base64')}`;
};

const rightsMissing = (what: string): WaybillError => new WaybillError('DATABASE_RIGHTS', `The role that migrates may not ${what}.`, { right: what });

const wasOvertaken = (error: unknown): boolean =>
  // duplicate_object and unique_violation: created meanwhile; XX000 "tuple concurrently updated": altered meanwhile.
  ['42710', '23505'].includes(sqlStateOf(error) ?? '') || (sqlStateOf(error) !== null && databaseErrorOf(error)?.code === 'DATABASE_UNAVAILABLE');

/** Runs `step` until it was not overtaken; a step looks first and changes then, so a second run is harmless. */
const persistently = async (what: string, step: () => Promise<unknown>): Promise<void> => {
  for (let attempt = 1; ; attempt += 1) {
    try {
      await step();
      return;
    } catch (error) {
      if (sqlStateOf(error) === '42501') throw rightsMissing(what);
      if (attempt >= 50 || !wasOvertaken(error)) throw databaseErrorOf(error) ?? error;
      await sleep(5 + Math.random() * 20 * Math.min(attempt, 10));
    }
  }
};

const readAdmin = async (db: Queryable): Promise<Admin> => {
  const { rows } = await db.query<Admin>(`
    select rolname as name, rolsuper as superuser, rolcreaterole as "createRole", current_setting('server_version_num')::int as version
    from pg_roles where rolname = current_user`);
  const admin = rows[0];
  if (admin === undefined) throw rightsMissing('read its own role');
  return admin;
};

const ensureRole = async (db: Queryable, role: string, options: string): Promise<void> => {
  await persistently(`create the role ${role}`, async () => {
    const { rowCount } = await db.query('select from pg_roles where rolname = $1', [role]);
    if (rowCount === 0) await db.query(`create role ${quoteIdentifier(role)} ${options}`);
  });
};

/** From 16 a membership says by itself whether it inherits; in 15 the member's own INHERIT or NOINHERIT says it. */
const membershipOptions = (admin: Admin, inherit: boolean): string =>
  (admin.version >= 160_000 ? ` with inherit ${inherit}, set true` : '');

const membershipSql = (version: number): string => `select from pg_auth_members m
  join pg_roles r on r.oid = m.roleid join pg_roles u on u.oid = m.member
  where r.rolname = $1 and u.rolname = $2 ${version >= 160_000 ? 'and m.set_option and m.inherit_option = $3' : 'and $3::boolean is not null'}`;

const ensureMember = async (db: Queryable, admin: Admin, membership: { role: string; member: string; inherit: boolean }): Promise<void> => {
  const { role, member, inherit } = membership;
  await persistently(`make ${member} a member of ${role}`, async () => {
    const { rowCount } = await db.query(membershipSql(admin.version), [role, member, inherit]);
    if (rowCount === 0) await db.query(`grant ${quoteIdentifier(role)} to ${quoteIdentifier(member)}${membershipOptions(admin, inherit)}`);
  });
};

/** Idempotent; leaves the admin able to `set role waybill_owner`, and the runtime role with the given password. */
export const ensureRoles = async (db: Queryable, runtimePassword: string): Promise<void> => {
  const admin = await readAdmin(db);
  if (!admin.superuser && !admin.createRole) throw rightsMissing('create roles (CREATEROLE)');
  await ensureRole(db, datasetOwnerRole, 'nologin');
  await ensureRole(db, runtimeRole, 'login noinherit');
  await ensureRole(db, ownerRole, 'nologin inherit');
  const verifier = quoteLiteral(scramVerifier(runtimePassword));
  await persistently(`alter the role ${runtimeRole}`, () => db.query(`alter role ${runtimeRole} login noinherit password ${verifier}`));
  await ensureMember(db, admin, { role: datasetOwnerRole, member: runtimeRole, inherit: false });
  // The owner adopts drafts that the runtime role made (waybill.adopt_origins): it needs that role's rights without `set role`.
  await ensureMember(db, admin, { role: runtimeRole, member: ownerRole, inherit: true });
  if (!admin.superuser) await ensureMember(db, admin, { role: ownerRole, member: admin.name, inherit: true });
};
