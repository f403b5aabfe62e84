/** The archived, content-addressed copies of what was received. */
import type { Actor } from '../contracts/actor.ts';
import type { Queryable } from './connection.ts';

export interface SourceFile {
  readonly org: string;
  readonly sha256: string;
  readonly bytes: number;
  readonly storageKey: string;
  /** Of the archived copy, when its hash was computed. */
  readonly storedVersion: string;
  readonly owner: string;
  readonly partner: string | null;
  readonly purpose: string | null;
  readonly receivedAt: Date;
}
export interface RegisterSourceFileInput {
  readonly actor: Actor;
  readonly sha256: string;
  readonly bytes: number;
  readonly storageKey: string;
  /** Of the archived copy, when its hash was computed. */
  readonly storedVersion: string;
  readonly partner?: string | null;
  readonly purpose?: string | null;
}

/** `created` is false when the organisation had this content already: the first receipt of it stays, the archived copy is the newest. */
export const registerSourceFile = async (db: Queryable, input: RegisterSourceFileInput): Promise<{ readonly created: boolean }> => {
  const { rows: [row] } = await db.query<{ created: boolean }>(`
    insert into waybill.source_files (org_id, sha256, bytes, storage_key, stored_version, owner, partner_id, purpose)
    values ($1, $2, $3, $4, $5, $6, $7, $8)
    on conflict (org_id, sha256) do update set stored_version = excluded.stored_version returning xmax = 0 as created`,
  [input.actor.org, input.sha256, input.bytes, input.storageKey, input.storedVersion, input.actor.id, input.partner ?? null, input.purpose ?? null]);
  return { created: row?.created ?? false };
};

export const findSourceFile = async (db: Queryable, { org, sha256 }: { readonly org: string; readonly sha256: string }): Promise<SourceFile | null> => {
  const { rows } = await db.query<SourceFile>(`
    select org_id as org, sha256, bytes, storage_key as "storageKey", stored_version as "storedVersion", owner, partner_id as partner, purpose, received_at as "receivedAt"
    from waybill.source_files where org_id = $1 and sha256 = $2`, [org, sha256]);
  return rows[0] ?? null;
};
