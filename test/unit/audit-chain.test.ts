import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { auditHash, firstPrevHash, signAuditHead, verifyAuditChain } from '../../core/receipt/audit-chain.ts';
import type { AuditChainEvent } from '../../core/receipt/audit-chain.ts';
import { createSigningKey } from '../../core/receipt/signing-key.ts';

const key = createSigningKey();
const trustedKeys = [key];

const chainOf = (actions: readonly string[], prevHash = firstPrevHash, fromSeq = 1): readonly AuditChainEvent[] => {
  const events: AuditChainEvent[] = [];
  let last = prevHash;
  actions.forEach((action, index) => {
    const seq = fromSeq + index;
    const body = JSON.stringify({ seq, actor: 'local-operator', action, job: null });
    const hash = auditHash(last, body);
    events.push({ seq, body, prevHash: last, hash, columns: { actor: 'local-operator', action, job: null } });
    last = hash;
  });
  return events;
};
const five = chainOf(['a', 'b', 'c', 'd', 'e']);
const change = (seq: number, edit: Partial<AuditChainEvent>): readonly AuditChainEvent[] =>
  five.map((event) => event.seq === seq ? { ...event, ...edit } : event);
const headAt = (events: readonly AuditChainEvent[], seq: number) => {
  const event = events.find((candidate) => candidate.seq === seq);
  return signAuditHead({ seq, hash: event?.hash ?? '' }, key);
};

describe('the audit chain', () => {
  it('holds when nothing was touched', async () => {
    const verdict = await verifyAuditChain(five, { headSignatures: [headAt(five, 2), headAt(five, 4)], trustedKeys });
    expect(verdict).toEqual({ holds: true, events: 5, lastSeq: 5, lastHash: five[4]?.hash, signedUpTo: 4, unknownKeyHeads: 0 });
  });
  it('holds when it is empty, unless a head was signed', async () => {
    expect(await verifyAuditChain([])).toMatchObject({ holds: true, events: 0, lastSeq: 0 });
    expect(await verifyAuditChain([], { headSignatures: [headAt(five, 3)], trustedKeys })).toMatchObject({ holds: false, brokenSeq: 1, reason: 'TRUNCATED' });
  });
  it('names the first event that was changed in any byte', async () => {
    await fc.assert(fc.asyncProperty(fc.integer({ min: 1, max: 5 }), fc.nat(), fc.integer({ min: 1, max: 127 }), async (seq, at, flip) => {
      const bytes = Buffer.from(five[seq - 1]?.body ?? '');
      const place = at % bytes.length;
      bytes[place] = (bytes[place] ?? 0) ^ flip;
      expect(await verifyAuditChain(change(seq, { body: bytes.toString('utf8') }))).toMatchObject({ holds: false, brokenSeq: seq, reason: 'HASH_WRONG' });
    }));
  });
  it('names the place of an event that was removed, doubled or moved', async () => {
    expect(await verifyAuditChain(five.filter((event) => event.seq !== 3))).toMatchObject({ holds: false, brokenSeq: 3, reason: 'SEQ_GAP' });
    expect(await verifyAuditChain(five.flatMap((event) => event.seq === 2 ? [event, event] : [event]))).toMatchObject({ holds: false, brokenSeq: 3, reason: 'SEQ_GAP' });
    expect(await verifyAuditChain(five.slice(1))).toMatchObject({ holds: false, brokenSeq: 1, reason: 'SEQ_GAP' });
  });
  it('breaks at the event after one whose hash was computed anew', async () => {
    const body = JSON.stringify({ seq: 2, action: 'forged' });
    const forged = change(2, { body, hash: auditHash(five[0]?.hash ?? '', body), columns: { action: 'forged' } });
    expect(await verifyAuditChain(forged)).toMatchObject({ holds: false, brokenSeq: 3, reason: 'PREV_HASH_WRONG' });
  });
  it('notices a column that says something else than the body', async () => {
    expect(await verifyAuditChain(change(4, { columns: { actor: 'somebody-else' } }))).toMatchObject({ holds: false, brokenSeq: 4, reason: 'COLUMNS_DIFFER' });
    const body = JSON.stringify({ seq: 9 });
    expect(await verifyAuditChain([{ seq: 1, body, prevHash: firstPrevHash, hash: auditHash(firstPrevHash, body) }])).toMatchObject({ reason: 'COLUMNS_DIFFER' });
  });
  it('notices a body that is no JSON object', async () => {
    const hash = auditHash(firstPrevHash, 'x');
    expect(await verifyAuditChain([{ seq: 1, body: 'x', prevHash: firstPrevHash, hash }])).toMatchObject({ brokenSeq: 1, reason: 'BODY_MALFORMED' });
  });
  it('notices an end that was cut off behind a signed head, and says how far it holds', async () => {
    const options = { headSignatures: [headAt(five, 2), headAt(five, 5)], trustedKeys };
    expect(await verifyAuditChain(five.slice(0, 3), options)).toMatchObject({ holds: false, brokenSeq: 4, reason: 'TRUNCATED', signedUpTo: 2 });
  });
  it('notices a chain that was computed anew after a head was signed', async () => {
    const rewritten = chainOf(['a', 'x', 'c', 'd', 'e']);
    expect(await verifyAuditChain(rewritten)).toMatchObject({ holds: true });
    expect(await verifyAuditChain(rewritten, { headSignatures: [headAt(five, 4)], trustedKeys })).toMatchObject({ holds: false, brokenSeq: 4, reason: 'HEAD_DIFFERS' });
  });
  it('notices a signed head that was altered', async () => {
    const head = { ...headAt(five, 3), hash: five[1]?.hash ?? '' };
    expect(await verifyAuditChain(five, { headSignatures: [head], trustedKeys })).toMatchObject({ holds: false, brokenSeq: 3, reason: 'SIGNATURE_WRONG' });
  });
  it('counts heads of unknown keys and trusts none of them', async () => {
    const stranger = createSigningKey();
    const head = signAuditHead({ seq: 3, hash: five[2]?.hash ?? '' }, stranger);
    expect(await verifyAuditChain(five, { headSignatures: [head], trustedKeys })).toMatchObject({ holds: true, signedUpTo: null, unknownKeyHeads: 1 });
  });
  it('can begin in the middle', async () => {
    const rest = five.slice(2);
    expect(await verifyAuditChain(rest, { fromSeq: 3 })).toMatchObject({ holds: true, events: 3, lastSeq: 5 });
    expect(await verifyAuditChain(rest, { fromSeq: 3, prevHash: five[0]?.hash ?? '' })).toMatchObject({ holds: false, brokenSeq: 3, reason: 'PREV_HASH_WRONG' });
  });
});
