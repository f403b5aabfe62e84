import type { FinalState } from '../contracts/job-states.ts';
import type { Receipt } from '../contracts/receipt.ts';
import { receiptSelection } from '../core/export/receipt-selection.ts';
import { auditHead } from '../db/audit.ts';
import { readExportReceiptFacts } from '../db/export-receipt-facts.ts';
import type { ActivityDeps } from './activity-deps.ts';
import { sealBody } from './seal-receipt.ts';

export const sealExportReceipt = (deps: ActivityDeps, jobId: string, state: FinalState): Promise<Receipt> => sealBody(deps, jobId, async () => ({
  ...await readExportReceiptFacts(deps.pool, { jobId, state, engineVersion: deps.engineVersion, selectionOf: receiptSelection }), auditHead: await auditHead(deps.pool),
}));
