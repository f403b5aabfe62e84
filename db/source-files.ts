/** The archived, content-addressed copies of what was received. */
import type { Actor } from '../contracts/actor.ts';
import type { Queryable } from './connection.ts';

export interface SourceFile {
  readonly org: string;
  readonly sha256: string;
  readonly bytes: number;
  readonly storageKey: string;
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
  readonly partner?: string | null;
  readonly purpose?: string | null;
}

/** `created` is false when the organisation had this content already: the first receipt of it stays. */
export const registerSourceFile = async (db: Queryable, input: RegisterSourceFileInput): Promise<{ readonly created: boolean }> => {
  const { rowCount } = await db.query(`
    insert into waybill.source_files (org_id, sha256, bytes, storage_key, owner, partner_id, purpose)
    values ($1, $2, $3, $4, $5, $6, $7) on conflict (org_id, sha256) do nothing`,
  [input.actor.org, input.sha256, input.bytes, input.storageKey, input.actor.id, input.partner ?? null, input.purpose ?? null]);
  return { created: rowCount === 1 };
};

export const findSourceFile = async (db: Queryable, { org, sha256 }: { readonly org: string; readonly sha256: string }): Promise<SourceFile | null> => {
  const { rows } = await db.query<SourceFile>(`
    select org_id as org, sha256, bytes, storage_key as "storageKey", owner, partner_id as partner, purpose, received_at as "receivedAt"
    from waybill.source_files where org_id = $1 and sha256 = $2`, [org, sha256]);
  return rows[0] ?? null;
};
