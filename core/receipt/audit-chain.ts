/**
 * Verification of the audit chain outside the database that holds it (design 10.17). The hash of an event covers the one before it and
 * its own body, so an altered, removed or inserted event breaks every hash after it; heads signed at intervals keep an owner of the
 * database from cutting the end off or computing the whole chain anew.
 */
import { createHash } from 'node:crypto';
import { signText, verifyText } from './signing-key.ts';
import type { PublicKey, SigningKey } from './signing-key.ts';

export const firstPrevHash = '0'.repeat(64);

export interface AuditChainEvent {
  readonly seq: number;
  /** JSON text, exactly as it was hashed. */
  readonly body: string;
  readonly prevHash: string;
  readonly hash: string;
  /** What the columns beside the body say, under the body's own names (org, actor, action, job, dataset, partner, purpose, at). */
  readonly columns?: Readonly<Record<string, string | number | null>>;
}

export interface HeadSignature {
  readonly seq: number;
  readonly hash: string;
  readonly keyId: string;
  readonly signature: string;
}

export const chainFaults = {
  SEQ_GAP: 'An event is missing, or stands twice, before this one.',
  PREV_HASH_WRONG: 'The event does not follow the one before it.',
  HASH_WRONG: 'The hash is not that of the event: the event was changed.',
  BODY_MALFORMED: 'The body is not a JSON object.',
  COLUMNS_DIFFER: 'The columns say something else than the signed body.',
  TRUNCATED: 'A signed head lies beyond the last event: events were cut off.',
  HEAD_DIFFERS: 'The event is not the one whose hash was signed: the chain was computed anew.',
  SIGNATURE_WRONG: 'The signature of this head does not hold.',
} as const;
export type ChainFault = keyof typeof chainFaults;

export interface ChainSummary {
  readonly events: number;
  readonly lastSeq: number;
  readonly lastHash: string;
  /** Highest event that a trusted signature covers; null when none does. */
  readonly signedUpTo: number | null;
  /** Heads signed by keys that were not named as trusted: they prove nothing. */
  readonly unknownKeyHeads: number;
}
export type ChainVerdict = ChainSummary & (
  | { readonly holds: true }
  | { readonly holds: false; readonly brokenSeq: number; readonly reason: ChainFault }
);

export interface ChainOptions {
  /** First event that is expected; default 1. */
  readonly fromSeq?: number;
  /** Hash of the event before it; default: the chain's beginning when fromSeq is 1, else taken from the first event on trust. */
  readonly prevHash?: string;
  readonly headSignatures?: readonly HeadSignature[];
  readonly trustedKeys?: readonly PublicKey[];
}

export const auditHash = (prevHash: string, body: string): string => createHash('sha256').update(prevHash + body, 'utf8').digest('hex');

/** What a head's signature covers. Begins unlike any JSON, so that no signature of a receipt can pass for it. */
export const auditHeadText = (head: { readonly seq: number; readonly hash: string }): string => `waybill-audit-head/1\n${head.seq}\n${head.hash}`;
export const signAuditHead = (head: { readonly seq: number; readonly hash: string }, key: SigningKey): HeadSignature =>
  ({ seq: head.seq, hash: head.hash, keyId: key.keyId, signature: signText(auditHeadText(head), key) });

const bodyOf = (text: string): Readonly<Record<string, unknown>> | null => {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? value as Readonly<Record<string, unknown>> : null;
  } catch {
    return null;
  }
};

const columnsAgree = (event: AuditChainEvent, body: Readonly<Record<string, unknown>>): boolean =>
  body['seq'] === event.seq &&
  Object.entries(event.columns ?? {}).every(([name, value]) => (body[name] ?? null) === value);

const faultOf = (event: AuditChainEvent, expected: { readonly seq: number; readonly prevHash: string | null }): ChainFault | null => {
  if (event.seq !== expected.seq) return 'SEQ_GAP';
  if (expected.prevHash !== null && event.prevHash !== expected.prevHash) return 'PREV_HASH_WRONG';
  if (auditHash(event.prevHash, event.body) !== event.hash) return 'HASH_WRONG';
  const body = bodyOf(event.body);
  if (body === null) return 'BODY_MALFORMED';
  return columnsAgree(event, body) ? null : 'COLUMNS_DIFFER';
};

/** Heads by event, and what has been found about them so far. */
class SignedHeads {
  readonly #heads = new Map<number, HeadSignature[]>();
  readonly #keys: ReadonlyMap<string, string>;
  readonly unknownKeyHeads: number;
  signedUpTo: number | null = null;

  constructor(heads: readonly HeadSignature[], keys: readonly PublicKey[]) {
    this.#keys = new Map(keys.map((key) => [key.keyId, key.publicRawBase64]));
    const known = heads.filter((head) => this.#keys.has(head.keyId));
    this.unknownKeyHeads = heads.length - known.length;
    for (const head of known) this.#heads.set(head.seq, [...this.#heads.get(head.seq) ?? [], head]);
  }

  /** The fault of a head whose signature does not hold is reported at its place, like one of an event. */
  judge(event: AuditChainEvent): ChainFault | null {
    for (const head of this.#heads.get(event.seq) ?? []) {
      if (!verifyText(auditHeadText(head), head.signature, this.#keys.get(head.keyId) ?? '')) return 'SIGNATURE_WRONG';
      if (head.hash !== event.hash) return 'HEAD_DIFFERS';
      this.signedUpTo = event.seq;
    }
    return null;
  }

  /** Least signed event beyond the last one that there is. */
  beyond(lastSeq: number): number | null {
    const missing = [...this.#heads.keys()].filter((seq) => seq > lastSeq);
    return missing.length === 0 ? null : Math.min(...missing);
  }
}

export const verifyAuditChain = async (
  events: AsyncIterable<AuditChainEvent> | Iterable<AuditChainEvent>, options: ChainOptions = {},
): Promise<ChainVerdict> => {
  const fromSeq = options.fromSeq ?? 1;
  const heads = new SignedHeads(options.headSignatures ?? [], options.trustedKeys ?? []);
  let lastSeq = fromSeq - 1;
  let lastHash: string | null = options.prevHash ?? (fromSeq === 1 ? firstPrevHash : null);
  const summary = (): ChainSummary => ({
    events: lastSeq - fromSeq + 1, lastSeq, lastHash: lastHash ?? '', signedUpTo: heads.signedUpTo, unknownKeyHeads: heads.unknownKeyHeads,
  });
  for await (const event of events) {
    const reason = faultOf(event, { seq: lastSeq + 1, prevHash: lastHash }) ?? heads.judge(event);
    if (reason !== null) return { ...summary(), holds: false, brokenSeq: reason === 'SEQ_GAP' ? lastSeq + 1 : event.seq, reason };
    lastSeq = event.seq;
    lastHash = event.hash;
  }
  const cutOff = heads.beyond(lastSeq);
  return cutOff === null ? { ...summary(), holds: true } : { ...summary(), holds: false, brokenSeq: lastSeq + 1, reason: 'TRUNCATED' };
};
