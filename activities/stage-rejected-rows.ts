/**
 * Rows that were rejected as they were read go to a table of their own, as far as they could be read, so that what only the database finds is
 * told beside the other reasons (promise 6): a value of a type of which Waybill knows nothing here, the table's rules in reconcile.
 */
import type { RowStager } from '../core/staging/row-stager.ts';
import type { ChunkKey } from '../db/chunk-key.ts';
import type { PoolClient } from '../db/connection.ts';
import { copyRows, refusedValueOf } from '../db/copy-rows.ts';
import { rejectedRowsTable } from '../db/staging-table.ts';
import { splitLines } from './split-lines.ts';

export const stageRejectedRows = async (tx: PoolClient, stager: RowStager, key: ChunkKey): Promise<void> => {
  const lines = stager.rejectedLines.view();
  if (lines.length === 0) return;
  const table = rejectedRowsTable(key);
  await tx.query('savepoint rejected');
  try {
    await copyRows(tx, table, [lines]);
  } catch (error) {
    if (refusedValueOf(error) === null) throw error;
    await tx.query('rollback to savepoint rejected');
    await copyInPieces(tx, stager, { table, lines: splitLines(lines) });
  }
};

/** Rows that go again when one of them is refused. */
const rowsAtOnce = 100;

interface RejectedLines { readonly table: string; readonly lines: readonly Buffer[] }

const copyInPieces = async (tx: PoolClient, stager: RowStager, { table, lines }: RejectedLines): Promise<void> => {
  for (let at = 0; at < lines.length; at += rowsAtOnce) {
    let left: readonly Buffer[] = lines.slice(at, at + rowsAtOnce);
    while (left.length > 0) left = await copyOrMend(tx, stager, { table, lines: left });
  }
};

/** The lines that are left to copy: none, or all of them with the refused value taken out of its line. */
const copyOrMend = async (tx: PoolClient, stager: RowStager, { table, lines }: RejectedLines): Promise<readonly Buffer[]> => {
  await tx.query('savepoint piece');
  try {
    await copyRows(tx, table, [Buffer.concat(lines)]);
    return [];
  } catch (error) {
    const refusal = refusedValueOf(error);
    if (refusal === null) throw error;
    await tx.query('rollback to savepoint piece');
    return lines.flatMap((line, index) => (index === refusal.line - 1 ? mended(line, refusal.column, stager) : [line]));
  }
};

/** None when nothing more can be learned of the row: the database names no column, or the column takes no null. */
const mended = (line: Buffer, column: string | null, stager: RowStager): readonly Buffer[] => {
  // Bytes as they are: latin1 gives each back.
  const cells = line.toString('latin1', 0, line.length - 1).split('\t');
  const lane = column === null ? -1 : Number(column.slice(1));
  if (!Number.isInteger(lane) || lane < 0 || cells[lane + 1] === '\\N') return [];
  stager.findRefused(Number(cells[0]), lane);
  cells[lane + 1] = '\\N';
  const bad = cells.pop() ?? '{}';
  cells.push(bad === '{}' ? `{${lane}}` : `${bad.slice(0, -1)},${lane}}`);
  return [Buffer.from(`${cells.join('\t')}\n`, 'latin1')];
};
