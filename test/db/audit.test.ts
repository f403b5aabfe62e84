import { createHash } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { localOperator } from '../../contracts/actor.ts';
import { appendAudit, auditHead, listHeadSignatures, readAudit, saveHeadSignature } from '../../db/audit.ts';
import { createPool, inTransaction, type Pool } from '../../db/connection.ts';
import { verifyAuditChain } from '../../db/verify-audit.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';
import { makeJob } from '../support/registry-fixture.ts';

let database: TestDatabase;
let pool: Pool;
let admin: Pool;
beforeEach(async () => {
  database = await createTestDatabase();
  pool = createPool({ url: database.runtimeUrl, max: 8, applicationName: 'test' });
  admin = createPool({ url: database.adminUrl, max: 1, applicationName: 'test' });
});
afterEach(async () => {
  await Promise.all([pool.end(), admin.end()]);
  await database.drop();
});

const append = (details: Readonly<Record<string, unknown>> = {}) => appendAudit(pool, { actor: localOperator, action: 'test.done', details });
/** What an owner of the database can do and the chain must show. */
const tamper = async (statement: string): Promise<void> => {
  await admin.query('alter table waybill.audit_events disable trigger user');
  await admin.query(statement);
};

describe('the audit chain', () => {
  it('hashes each event’s text with the hash before it', async () => {
    await append({ rows: 1 });
    await append({ text: 'ünï "quoted"\n' });
    const events = await readAudit(pool, { org: 'default', afterSeq: 0, limit: 10 });
    let previous = '0'.repeat(64);
    for (const event of events) {
      expect(event.prevHash).toBe(previous);
      previous = createHash('sha256').update(event.prevHash + event.body).digest('hex');
      expect(event.hash).toBe(previous);
    }
    expect(await auditHead(pool)).toEqual({ seq: 2, hash: previous });
    expect(JSON.parse(events[1]?.body ?? '')).toMatchObject({ seq: 2, actor: 'local-operator', action: 'test.done', details: { text: 'ünï "quoted"\n' } });
  });

  it('has no gap and no fork when many append at once', async () => {
    await Promise.all(Array.from({ length: 60 }, (_, n) => append({ n })));
    expect(await verifyAuditChain(pool)).toMatchObject({ events: 60, fault: null });
  });

  it('leaves no number out when a transaction that appended fails', async () => {
    await append();
    await inTransaction(pool, async (tx) => {
      await appendAudit(tx, { actor: localOperator, action: 'test.failed' });
      await tx.query('select 1 / 0');
    }).catch(() => undefined);
    await append();
    expect(await verifyAuditChain(pool)).toMatchObject({ events: 2, fault: null });
  });

  it('takes partner, purpose and dataset from the job, also in the transaction that makes it', async () => {
    const jobId = await makeJob(pool, { partner: 'acme', purpose: 'test' });
    const [, event] = await readAudit(pool, { org: 'default', afterSeq: 0, limit: 10 });
    expect(event).toMatchObject({ action: 'import.requested', jobId, dataset: 'incidents', partner: 'acme', purpose: 'test' });
    expect(event?.body).not.toContain('secret-name');
  });

  it.each([
    ['a changed text', `update waybill.audit_events set body = replace(body, 'test.done', 'test.gone') where seq = 2`, { seq: 2, kind: 'body_changed' }],
    ['a changed column', `update waybill.audit_events set actor = 'someone else' where seq = 2`, { seq: 2, kind: 'column_changed' }],
    ['a deleted event', 'delete from waybill.audit_events where seq = 2', { seq: 3, kind: 'gap' }],
    ['a deleted end', 'delete from waybill.audit_events where seq = 3', { seq: 3, kind: 'head_changed' }],
  ])('shows %s', async (_, statement, fault) => {
    for (const n of [1, 2, 3]) await append({ n });
    await tamper(statement);
    expect((await verifyAuditChain(pool)).fault).toEqual(fault);
  });

  it('shows a history that was rewritten from the start, by the head that was signed before', async () => {
    await append();
    const signed = await auditHead(pool);
    expect(await saveHeadSignature(pool, { ...signed, keyId: 'k', signature: 's' })).toBe(true);
    expect(await saveHeadSignature(pool, { ...signed, keyId: 'k', signature: 's' })).toBe(false);
    expect(await listHeadSignatures(pool)).toMatchObject([{ ...signed, keyId: 'k' }]);
    await tamper('delete from waybill.audit_events');
    await admin.query(`update waybill.audit_head set seq = 0, hash = repeat('0', 64)`);
    expect((await verifyAuditChain(pool)).fault).toEqual({ seq: 1, kind: 'signed_head_changed' });
    await append({ other: true });
    expect((await verifyAuditChain(pool)).fault).toEqual({ seq: 1, kind: 'signed_head_changed' });
  });
});
