import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { canonicalJson } from '../../core/receipt/canonical-json.ts';
import { signReceipt, verifyReceipt, verifyReceiptText } from '../../core/receipt/receipt-signing.ts';
import { createSigningKey, keyIdOf, signText, signingKeyOf, verifyText } from '../../core/receipt/signing-key.ts';
import type { ReceiptBody } from '../../contracts/receipt.ts';

const hex = (digit: string): string => digit.repeat(64);
const books = { read: 10, created: 7, updated: 1, unchanged: 0, duplicate: 1, filtered: 0, quarantined: 1, excluded: 0, pending: 0, unreadable: 0 };
const body: ReceiptBody = {
  schemaVersion: 1, kind: 'import', jobId: '2f6f0c2e-9f33-4c58-9d4e-0d5a3d6f1b11', round: 1, org: 'default', actor: 'local-operator',
  partner: null, purpose: 'reporting', dataset: 'incidents', datasetVersion: 2, planHash: hex('a'), planEpoch: 1,
  source: { sha256: hex('b'), bytes: 1234 }, state: 'completed_with_rejects', errorCode: null,
  books,
  issueCounts: { DATE_INVALID: 1 }, engineVersion: '0.1.0', startedAt: '2026-01-02T03:04:05.000Z', committedAt: '2026-01-02T03:04:06.000Z',
  auditHead: { seq: 12, hash: hex('c') },
};
const key = createSigningKey();
const receipt = signReceipt(body, key);

describe('canonical JSON', () => {
  it('writes the example of RFC 8785 as the RFC does', () => {
    const input: unknown = JSON.parse('{"numbers":[333333333.33333329,1E30,4.50,2e-3,0.000000000000000000000000001],"string":"\\u20ac$\\u000F\\u000aA\'\\u0042\\u0022\\u005c\\\\\\"\\/","literals":[null,true,false]}');
    expect(canonicalJson(input)).toBe('{"literals":[null,true,false],"numbers":[333333333.3333333,1e+30,4.5,0.002,1e-27],"string":"€$\\u000f\\nA\'B\\"\\\\\\\\\\"/"}');
  });
  it('sorts names by UTF-16 code units', () => {
    const names = ['€', '\r', '\ufb33', '1', '😀', '\u0080', 'ö'];
    const text = canonicalJson(Object.fromEntries(names.map((name) => [name, 0])));
    expect(Object.keys(JSON.parse(text) as object)).toEqual(['1', '\r', '\u0080', 'ö', '€', '😀', '\ufb33']);
  });
  it('says the same of a value however its members are ordered, and loses nothing', () => {
    fc.assert(fc.property(fc.jsonValue({ maxDepth: 4 }), (value) => {
      const shuffled = (item: unknown): unknown => Array.isArray(item) ? item.map(shuffled)
        : typeof item === 'object' && item !== null ? Object.fromEntries(Object.entries(item).reverse().map(([name, inner]) => [name, shuffled(inner)])) : item;
      const text = canonicalJson(value);
      expect(canonicalJson(shuffled(value))).toBe(text);
      expect(canonicalJson(JSON.parse(text))).toBe(text);
    }));
  });
  it('refuses what JSON cannot hold', () => {
    for (const value of [Number.NaN, Number.POSITIVE_INFINITY, 1n, undefined, '\ud800', { '\udc00': 1 }, [undefined], () => 0])
      expect(() => canonicalJson(value)).toThrow(/JSON cannot hold/);
  });
  it('treats a member without a value as absent', () => {
    expect(canonicalJson({ a: undefined, b: 1 })).toBe('{"b":1}');
  });
});

describe('receipts', () => {
  it('verify after they were written and read again, in any formatting', () => {
    expect(verifyReceiptText(JSON.stringify(receipt, null, 2), { trustedKeyId: key.keyId })).toMatchObject({ valid: true, trusted: true, reasons: [] });
    expect(verifyReceiptText(canonicalJson(receipt))).toMatchObject({ valid: true, trusted: null });
  });
  it('do not verify when any byte of the file was changed', () => {
    const text = Buffer.from(JSON.stringify(receipt));
    fc.assert(fc.property(fc.nat(text.length - 1), fc.integer({ min: 1, max: 255 }), (at, flip) => {
      const forged = Buffer.from(text);
      forged[at] = (forged[at] ?? 0) ^ flip;
      // The text as a verifier reads it: two bytes that are no UTF-8 read alike, and white space outside texts means nothing.
      expect(verifyReceiptText(forged.toString('utf8'), { trustedKeyId: key.keyId }).valid).toBe(false);
    }), { numRuns: 2000 });
  });
  it('do not verify when a value of the body was changed', () => {
    const forged = { ...receipt, body: { ...body, books: { ...body.books, created: 8, quarantined: 0 } } };
    expect(verifyReceipt(forged).reasons).toEqual(['SIGNATURE_WRONG']);
  });
  it('do not verify with a member that the schema would drop', () => {
    const forged = { ...receipt, body: { ...body, books: { ...body.books, approved: 1 } } };
    expect(verifyReceipt(forged).valid).toBe(false);
  });
  it('do not verify when a member stands twice', () => {
    const forged = JSON.stringify(receipt).replace('"state":', '"state":"completed","state":');
    expect(verifyReceiptText(forged).reasons).toEqual(['NAME_TWICE']);
  });
  it('tell a forger’s own key from the trusted one', () => {
    const forged = signReceipt({ ...body, state: 'completed' }, createSigningKey());
    expect(verifyReceipt(forged)).toMatchObject({ valid: true, trusted: null });
    expect(verifyReceipt(forged, { trustedKeyId: [key.keyId] })).toMatchObject({ valid: false, trusted: false, reasons: ['KEY_UNTRUSTED'] });
  });
  it('do not verify with the trusted key’s id on another key', () => {
    const forged = signReceipt({ ...body, state: 'completed' }, createSigningKey());
    const relabelled = { ...forged, signature: { ...forged.signature, keyId: key.keyId } };
    expect(verifyReceipt(relabelled, { trustedKeyId: key.keyId }).reasons).toEqual(['KEY_ID_WRONG']);
  });
  it('do not verify when the books do not balance, even if signed', () => {
    const forged = signReceipt({ ...body, books: { ...books, read: 11 } }, key);
    expect(verifyReceipt(forged).reasons).toEqual(['BOOKS_UNBALANCED']);
  });
  it('verify when the job ended before there was a plan or a draft', () => {
    const refused = signReceipt({ ...body, state: 'refused', errorCode: 'FILE_EMPTY', planHash: null, books: null, committedAt: null }, key);
    expect(verifyReceipt(refused, { trustedKeyId: key.keyId })).toMatchObject({ valid: true, reasons: [] });
  });
  it('never throw, whatever the file holds', () => {
    fc.assert(fc.property(fc.oneof(fc.string(), fc.json()), (text) => { expect(verifyReceiptText(text).valid).toBe(false); }));
    for (const value of [null, undefined, 1, [], { body, signature: {} }]) expect(verifyReceipt(value).reasons).toEqual(['NOT_A_RECEIPT']);
  });
});

describe('signing keys', () => {
  it('are the same after they were stored as PEM', () => {
    expect(signingKeyOf(key.privatePem)).toEqual(key);
    expect(keyIdOf(key.publicRawBase64)).toBe(key.keyId);
    expect(Buffer.from(key.publicRawBase64, 'base64')).toHaveLength(32);
  });
  it('sign any text, and another text, key or signature does not pass', () => {
    const other = createSigningKey();
    fc.assert(fc.property(fc.string(), fc.string(), (text, another) => {
      const signature = signText(text, key);
      expect(verifyText(text, signature, key.publicRawBase64)).toBe(true);
      expect(verifyText(text, signature, other.publicRawBase64)).toBe(false);
      expect(verifyText(text, another, key.publicRawBase64)).toBe(false);
      expect(verifyText(text, signature, another)).toBe(false);
      if (another !== text) expect(verifyText(another, signature, key.publicRawBase64)).toBe(false);
    }));
  });
});
