/** What the row loop (core/staging) knows of a field: bytes of a cell in, COPY text and an issue number out. */
import type { CopyBuffer } from './copy-buffer.ts';
import type { DateEvidence } from './date-evidence.ts';

/** The cell means NULL: nothing was appended. */
export const blankCell = -1;

export interface CellEncoder {
  /**
   * Appends the COPY text form of `bytes[start, end)` (already unquoted and unescaped) to `out`. Returns 0 (accepted),
   * {@link blankCell}, or an issue number. For a code of severity `error` the caller truncates `out`; for warning and info the value
   * has been appended. Never throws, whatever the bytes.
   */
  encode(bytes: Uint8Array, start: number, end: number, out: CopyBuffer): number;
  /** Dates and timestamps: what was seen since the last reset; null for every other type. */
  readonly evidence: DateEvidence | null;
  /** Whether an empty cell is handed over too: a transform may put something in its place. */
  readonly takesNothing?: boolean;
}

/** Two cells that make one field: latitude and longitude in columns of their own. */
export interface PairEncoder {
  /** As {@link CellEncoder.encode}; two byte ranges, because an object a row would be an allocation in the hot path. */
  encode(bytes: Uint8Array, latStart: number, latEnd: number, lonStart: number, lonEnd: number, out: CopyBuffer): number;
}
