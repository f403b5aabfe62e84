/** Signs the head of the audit chain at intervals and at the end, so that an owner of the database cannot rewrite history unseen (design 10.17). */
import { signAuditHead } from '../core/receipt/audit-chain.ts';
import type { SigningKey } from '../core/receipt/signing-key.ts';
import { auditHead, saveHeadSignature } from '../db/audit.ts';
import type { ApiDeps } from './api-deps.ts';
import { toPublicError } from './http/error-response.ts';

const everyMs = 5 * 60_000;

export class AuditHeadSigner {
  private timer: NodeJS.Timeout | null = null;
  constructor(private readonly deps: Pick<ApiDeps, 'pool' | 'log'>, private readonly key: SigningKey) {}

  start(): void {
    this.timer = setInterval(() => { void this.sign(); }, everyMs);
    void this.sign();
  }

  /** An empty chain has nothing to sign; a head that this key signed before is left. Never throws: the next interval tries again. */
  async sign(): Promise<void> {
    try {
      const head = await auditHead(this.deps.pool);
      if (head.seq > 0) await saveHeadSignature(this.deps.pool, signAuditHead(head, this.key));
    } catch (error) {
      this.deps.log.warn({ code: toPublicError(error, this.deps.log).code }, 'the audit head was not signed');
    }
  }

  async close(): Promise<void> {
    if (this.timer !== null) clearInterval(this.timer);
    await this.sign();
  }
}
