/** Recomputes the audit chain from its texts: each hash, each link, the columns beside the text, the head and the signed heads. */
import { createHash } from 'node:crypto';
import { auditHead, listHeadSignatures, readAudit, type AuditEvent } from './audit.ts';
import type { Queryable } from './connection.ts';

export type AuditFault =
  | 'gap' | 'body_changed' | 'link_changed' | 'column_changed' | 'head_changed' | 'signed_head_changed';

export interface AuditVerdict {
  readonly events: number;
  readonly head: { readonly seq: number; readonly hash: string };
  /** First fault, or null when the chain holds. Signatures themselves are checked by whoever has the key. */
  readonly fault: { readonly seq: number; readonly kind: AuditFault } | null;
}

const genesis = '0'.repeat(64);
const hashOf = (prevHash: string, body: string): string => createHash('sha256').update(prevHash + body, 'utf8').digest('hex');

const columnsAgree = (event: AuditEvent): boolean => {
  const body: unknown = JSON.parse(event.body);
  if (typeof body !== 'object' || body === null) return false;
  const said: Readonly<Record<string, unknown>> = { ...body };
  return said['seq'] === event.seq && said['at'] === event.at && said['org'] === event.org && said['actor'] === event.actor
    && said['action'] === event.action && said['job'] === event.jobId && said['dataset'] === event.dataset
    && said['partner'] === event.partner && said['purpose'] === event.purpose;
};

const faultOf = (event: AuditEvent, previous: { readonly seq: number; readonly hash: string }): AuditFault | null => {
  if (event.seq !== previous.seq + 1) return 'gap';
  if (event.prevHash !== previous.hash) return 'link_changed';
  if (hashOf(event.prevHash, event.body) !== event.hash) return 'body_changed';
  return columnsAgree(event) ? null : 'column_changed';
};

export const verifyAuditChain = async (db: Queryable): Promise<AuditVerdict> => {
  // Read before the events: the chain may grow meanwhile, and must not shrink.
  const head = await auditHead(db);
  const signed = new Map<number, string>((await listHeadSignatures(db)).map(({ seq, hash }) => [seq, hash]));
  let previous = { seq: 0, hash: genesis };
  const verdict = (fault: AuditVerdict['fault']): AuditVerdict => ({ events: previous.seq, head: previous, fault });
  for (;;) {
    const events = await readAudit(db, { org: null, afterSeq: previous.seq, limit: 10_000 });
    for (const event of events) {
      const kind = faultOf(event, previous);
      if (kind !== null) return verdict({ seq: event.seq, kind });
      if ((signed.get(event.seq) ?? event.hash) !== event.hash) return verdict({ seq: event.seq, kind: 'signed_head_changed' });
      if (event.seq === head.seq && event.hash !== head.hash) return verdict({ seq: event.seq, kind: 'head_changed' });
      previous = { seq: event.seq, hash: event.hash };
    }
    if (events.length < 10_000) break;
  }
  if (previous.seq < head.seq) return verdict({ seq: head.seq, kind: 'head_changed' });
  const missing = [...signed.keys()].find((seq) => seq > previous.seq);
  return verdict(missing === undefined ? null : { seq: missing, kind: 'signed_head_changed' });
};
