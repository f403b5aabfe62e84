/**
 * The slow way of a chunk that holds a value which only the database can refuse (a domain's check, a type of which Waybill knows nothing):
 * small COPYs under savepoints; the refused line is cut out and its piece sent again, so that one bad row never takes another with it (asks 2).
 */
import { WaybillError } from '../contracts/errors.ts';
import type { RowStager } from '../core/staging/row-stager.ts';
import { CopyBuffer } from '../core/types/copy-buffer.ts';
import type { ChunkKey } from '../db/chunk-key.ts';
import type { PoolClient } from '../db/connection.ts';
import { copyRows, refusedValueOf } from '../db/copy-rows.ts';
import { stagingTable } from '../db/staging-table.ts';
import { splitLines } from './split-lines.ts';

export interface StagingOrder {
  readonly key: ChunkKey;
  readonly bytes: Buffer;
  readonly chunk: { readonly firstRow: number; readonly firstLine: number };
  readonly signal: AbortSignal;
}

/** Small enough that sending it again for each refused row stays cheap, large enough not to pay a round trip a row. */
const pieceBytes = 16 * 1024;

export const stageCarefully = async (tx: PoolClient, stager: RowStager, { key, bytes, chunk, signal }: StagingOrder): Promise<void> => {
  const refused = new Map<number, readonly (string | null)[]>();
  const piece = new CopyBuffer(pieceBytes * 2);
  stager.begin(bytes, chunk);
  for (let more = true; more;) {
    signal.throwIfAborted();
    const first = stager.stagedCount;
    piece.truncate(0);
    more = stager.fill(piece, pieceBytes);
    const lines = splitLines(piece.view()).map((line, index) => ({ line, rowNo: stager.stagedRow(first + index) ?? 0 }));
    for (const { rowNo, columns } of await copyLines(tx, stagingTable(key), lines))
      refused.set(rowNo, columns.map((column) => (column === null ? null : stager.fieldOf(column))));
  }
  // Once more without the database, so that the refused rows are found among the others, in the file's order.
  stager.begin(bytes, chunk, refused);
  while (stager.fill(piece, pieceBytes)) piece.truncate(0);
};

interface CopyLine { readonly line: Buffer; readonly rowNo: number }
/** Every column whose value was refused; null: the database named none. */
interface RefusedRow { readonly rowNo: number; readonly columns: readonly (string | null)[] }

const copyLines = async (tx: PoolClient, table: string, lines: readonly CopyLine[]): Promise<readonly RefusedRow[]> => {
  const refused: RefusedRow[] = [];
  for (let left = lines; left.length > 0;) {
    await tx.query('savepoint piece');
    try {
      await copyRows(tx, table, [Buffer.concat(left.map(({ line }) => line))]);
      break;
    } catch (error) {
      const refusal = refusedValueOf(error);
      const culprit = refusal === null ? undefined : left[refusal.line - 1];
      if (refusal === null || culprit === undefined) throw refusal === null ? error : new WaybillError('CHUNK_REFUSED', 'The database refuses a row and does not say which.');
      await tx.query('rollback to savepoint piece');
      refused.push({ rowNo: culprit.rowNo, columns: [refusal.column, ...await furtherRefusals(tx, table, { line: culprit.line, first: refusal.column })] });
      left = left.filter((line) => line !== culprit);
    }
  }
  return refused;
};

/** A row may be bad for several reasons, and COPY names the first: the refused cell is emptied and the row tried alone until nothing is found. */
const furtherRefusals = async (tx: PoolClient, table: string, { line, first }: { readonly line: Buffer; readonly first: string | null }): Promise<readonly string[]> => {
  const found: string[] = [];
  // Bytes as they are: latin1 gives each back.
  const cells = line.toString('latin1', 0, line.length - 1).split('\t');
  for (let column = first; column !== null;) {
    cells[Number(column.slice(1)) + 1] = '\\N';
    await tx.query('savepoint lone');
    const next = await copyRows(tx, table, [Buffer.from(`${cells.join('\t')}\n`, 'latin1')]).then(() => null, (error: unknown) => {
      const refusal = refusedValueOf(error);
      if (refusal === null) throw error;
      return refusal.column;
    });
    await tx.query('rollback to savepoint lone');
    await tx.query('release savepoint lone');
    // A column that takes no null is refused again: nothing more can be learned.
    column = next === null || next === first || found.includes(next) ? null : next;
    if (column !== null) found.push(column);
  }
  return found;
};
