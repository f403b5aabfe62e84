import type { PlanDocument } from '../contracts/plan-document.ts';
import type { ChunkEvidence } from '../core/staging/chunk-findings.ts';

/**
 * Field → share of the rows read in which its columns are filled: what was delivered, whatever was made of it. Counted by the staging on its
 * way, so that every delivery can be noted for nothing.
 */
export const cellsSent = ({ mapping }: Pick<PlanDocument, 'mapping'>, { filled }: Pick<ChunkEvidence, 'filled'>, rowsRead: number): Readonly<Record<string, number>> =>
  Object.fromEntries(mapping.map(({ field, columns }) => {
    const most = columns.length === 0 ? rowsRead : Math.max(...columns.map((column) => filled[column] ?? 0));
    return [field, rowsRead === 0 ? 0 : most / rowsRead];
  }));
