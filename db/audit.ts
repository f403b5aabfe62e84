/**
 * The audit chain (design 10.17). Appending takes the chain's head until the transaction ends, so it is the last statement of its
 * transaction. Details are names, numbers, hashes and codes; never a cell value, a header or a file name.
 */
import type { Actor } from '../contracts/actor.ts';
import type { Queryable } from './connection.ts';

export interface AuditEntry {
  readonly actor: Actor;
  /** `noun.verb`, e.g. `import.requested`. */
  readonly action: string;
  readonly jobId?: string;
  /** Name of the dataset; with a job, it may be left out. */
  readonly dataset?: string;
  readonly details?: Readonly<Record<string, unknown>>;
}

export interface AuditEvent {
  readonly seq: number;
  /** ISO 8601 with microseconds, as it stands in the body. */
  readonly at: string;
  readonly org: string;
  readonly actor: string;
  readonly action: string;
  readonly jobId: string | null;
  readonly dataset: string | null;
  readonly partner: string | null;
  readonly purpose: string | null;
  /** The canonical text that the hash covers. */
  readonly body: string;
  readonly prevHash: string;
  readonly hash: string;
}

export interface AuditHead {
  readonly seq: number;
  readonly hash: string;
}

export interface HeadSignature extends AuditHead {
  readonly keyId: string;
  readonly signature: string;
  readonly signedAt: Date;
}

/** Returns the event's number. */
export const appendAudit = async (db: Queryable, { actor, action, jobId, dataset, details = {} }: AuditEntry): Promise<number> => {
  const { rows } = await db.query<{ seq: number }>(`
    select waybill.append_audit($1, $2, $3, $4, coalesce($5, (
      select d.name from waybill.jobs j join waybill.datasets d using (dataset_id) where j.job_id = $4)), $6) as seq`,
  [actor.org, actor.id, action, jobId ?? null, dataset ?? null, JSON.stringify(details)]);
  return rows[0]?.seq ?? 0;
};

const eventColumns = `seq, to_char(at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') as at, org_id as org, actor, action,
  job_id as "jobId", dataset, partner_id as partner, purpose, body, prev_hash as "prevHash", hash`;

export interface ReadAuditInput {
  /** Null: every organisation, as verification needs the whole chain. */
  readonly org: string | null;
  readonly afterSeq: number;
  /** At most 10,000. */
  readonly limit: number;
}

export const readAudit = async (db: Queryable, { org, afterSeq, limit }: ReadAuditInput): Promise<readonly AuditEvent[]> => {
  const { rows } = await db.query<AuditEvent>(
    `select ${eventColumns} from waybill.audit_events where seq > $1 and ($2::text is null or org_id = $2) order by seq limit $3`,
    [afterSeq, org, Math.max(1, Math.min(limit, 10_000))]);
  return rows;
};

export const auditHead = async (db: Queryable): Promise<AuditHead> => {
  const { rows } = await db.query<AuditHead>('select seq, hash from waybill.audit_head');
  return rows[0] ?? { seq: 0, hash: '0'.repeat(64) };
};

/** False when this key signed this head before. */
export const saveHeadSignature = async (db: Queryable, input: Omit<HeadSignature, 'signedAt'>): Promise<boolean> => {
  const { rowCount } = await db.query(
    'insert into waybill.audit_signatures (seq, hash, key_id, signature) values ($1, $2, $3, $4) on conflict do nothing',
    [input.seq, input.hash, input.keyId, input.signature]);
  return rowCount === 1;
};

export const listHeadSignatures = async (db: Queryable): Promise<readonly HeadSignature[]> => {
  const { rows } = await db.query<HeadSignature>(
    'select seq, hash, key_id as "keyId", signature, signed_at as "signedAt" from waybill.audit_signatures order by seq, key_id');
  return rows;
};
