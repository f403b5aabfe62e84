/** Issues and rejected rows of a chunk, by COPY: a file of nothing but bad rows is as fast as a good one. */
import type { PoolClient } from 'pg';
import type { Issue } from '../contracts/issue-codes.ts';
import type { ChunkKey } from './chunk-key.ts';
import { copyRows } from './copy-rows.ts';

export interface StoredReject {
  readonly rowNo: number;
  readonly lineNo: number;
  readonly outcome: 'quarantined' | 'unreadable';
  /** Its content in the chunk's bytes, end exclusive. */
  readonly start: number;
  readonly end: number;
}

/** The bytes are cut when their turn comes: a Buffer a row for all rows of a chunk cost 30 MB. */
export interface StoredRejects { readonly rows: readonly StoredReject[]; readonly bytes: Buffer }

const piece = 1_000;

export const storeIssues = async (tx: PoolClient, key: ChunkKey, issues: readonly Issue[]): Promise<void> => {
  if (issues.length === 0) return;
  await copyRows(tx, 'waybill.issues (job_id, round, plan_epoch, chunk_no, found_in, row_no, line_no, field, column_no, code, severity, rule)',
    lines(issues, (issue) => [issue.rowNo, issue.lineNo, textOrNull(issue.field), issue.columnNo ?? '\\N', issue.code, issue.severity, issue.rule ?? '\\N'], key));
};

export const storeRejects = async (tx: PoolClient, key: ChunkKey, { rows, bytes }: StoredRejects): Promise<void> => {
  if (rows.length === 0) return;
  await copyRows(tx, 'waybill.quarantine (job_id, round, plan_epoch, chunk_no, found_in, row_no, line_no, outcome, raw)',
    lines(rows, (row) => [row.rowNo, row.lineNo, row.outcome, `\\\\x${bytes.toString('hex', row.start, row.end)}`], key));
};

function* lines<T>(items: readonly T[], cells: (item: T) => readonly (string | number)[], key: ChunkKey): Generator<Buffer> {
  const prefix = `${key.jobId}\t${key.round}\t${key.planEpoch}\t${key.chunkNo}\tc\t`;
  for (let at = 0; at < items.length; at += piece)
    yield Buffer.from(items.slice(at, at + piece).map((item) => `${prefix}${cells(item).join('\t')}\n`).join(''));
}

const textOrNull = (text: string | null): string =>
  text === null ? '\\N' : text.replaceAll('\\', '\\\\').replaceAll('\t', '\\t').replaceAll('\n', '\\n').replaceAll('\r', '\\r');
