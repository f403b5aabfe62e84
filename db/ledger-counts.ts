/** What the chunks of an epoch counted, from the logged ledger alone. */
import type { EpochKey } from './chunk-key.ts';
import { epochValues } from './chunk-key.ts';
import type { Queryable } from './connection.ts';

export interface LedgerCounts {
  readonly chunksStaged: number;
  readonly rowsRead: number;
  readonly rowsStaged: number;
  readonly rowsQuarantined: number;
  readonly rowsUnreadable: number;
  readonly rowsFiltered: number;
  readonly issueCount: number;
}

export interface LedgerTotals extends LedgerCounts {
  /** The chunks' evidence with the numbers of equal places added up. */
  readonly evidence: Readonly<Record<string, unknown>>;
  /** The same as it stands, in the order of the chunks, for evidence that does not add up. */
  readonly evidenceRows: readonly Readonly<Record<string, unknown>>[];
}

/** For `from waybill.chunk_ledger`; sums of bigint are numeric, which the driver would give as text. */
export const ledgerColumns = `count(*) as "chunksStaged", coalesce(sum(rows_read), 0)::bigint as "rowsRead",
  coalesce(sum(rows_staged), 0)::bigint as "rowsStaged", coalesce(sum(rows_quarantined), 0)::bigint as "rowsQuarantined",
  coalesce(sum(rows_unreadable), 0)::bigint as "rowsUnreadable", coalesce(sum(rows_filtered), 0)::bigint as "rowsFiltered",
  coalesce(sum(issue_count), 0)::bigint as "issueCount"`;

export const noCounts: LedgerCounts = {
  chunksStaged: 0, rowsRead: 0, rowsStaged: 0, rowsQuarantined: 0, rowsUnreadable: 0, rowsFiltered: 0, issueCount: 0,
};

export const readLedgerCounts = async (db: Queryable, key: EpochKey): Promise<LedgerCounts> => {
  const { rows } = await db.query<LedgerCounts>(
    `select ${ledgerColumns} from waybill.chunk_ledger where job_id = $1 and round = $2 and plan_epoch = $3`, epochValues(key));
  return rows[0] ?? noCounts;
};

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const addUp = (left: unknown, right: unknown): unknown => {
  if (typeof left === 'number' && typeof right === 'number') return left + right;
  if (Array.isArray(left) && Array.isArray(right))
    return Array.from({ length: Math.max(left.length, right.length) }, (_, index) => addUp(left[index], right[index]));
  if (isRecord(left) && isRecord(right)) {
    const names = new Set([...Object.keys(left), ...Object.keys(right)]);
    return Object.fromEntries([...names].map((name) => [name, addUp(left[name], right[name])]));
  }
  return left ?? right ?? null;
};

export const mergeEvidence = (rows: readonly Readonly<Record<string, unknown>>[]): Readonly<Record<string, unknown>> => {
  const merged = rows.reduce<unknown>(addUp, {});
  return isRecord(merged) ? merged : {};
};

export const ledgerTotals = async (db: Queryable, key: EpochKey): Promise<LedgerTotals> => {
  const counts = await readLedgerCounts(db, key);
  const { rows } = await db.query<{ evidence: Readonly<Record<string, unknown>> }>(
    'select evidence from waybill.chunk_ledger where job_id = $1 and round = $2 and plan_epoch = $3 order by chunk_no', epochValues(key));
  const evidenceRows = rows.map((row) => row.evidence);
  return { ...counts, evidence: mergeEvidence(evidenceRows), evidenceRows };
};
