/**
 * What a chunk's rows brought to light, besides the rows that passed: issues, rejected rows, counts and evidence. Numbers and places
 * only; a rejected row is a byte range, read back from the chunk when it is stored.
 */
import type { DateEvidenceCounts } from '../types/date-evidence.ts';

export interface RejectedRow {
  readonly rowNo: number;
  readonly lineNo: number;
  readonly outcome: 'quarantined' | 'unreadable';
  /** Bytes of the record in the chunk, end exclusive, without its line end. */
  readonly start: number;
  readonly end: number;
}

export interface ChunkCounts {
  readonly rowsRead: number;
  readonly rowsStaged: number;
  readonly rowsQuarantined: number;
  readonly rowsUnreadable: number;
  readonly rowsFiltered: number;
}

/** JSON-shaped; kept in the ledger and merged over the chunks at the barrier. */
export interface ChunkEvidence {
  /** Field → how its dates can be read. */
  readonly dates: Readonly<Record<string, DateEvidenceCounts>>;
  /** Filled cells a source column. */
  readonly filled: readonly number[];
  /** Rejected rows with a date that the judgement of its column may still read another way; counted where one rejected row stops the job. */
  readonly undecided?: number;
}
