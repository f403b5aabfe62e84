/** The selection as a table: one statement, so of one moment. */
import type { Queryable } from './connection.ts';
import { exactTexts } from './exact-texts.ts';
import { frozenTable, type FreezeInput, type Half } from './freeze-input.ts';
import { selectRows, type SelectRowsInput } from './select-rows.ts';

/** Returns how many rows it has. */
export const materialise = async (tx: Queryable, input: FreezeInput, half: Half, pages?: SelectRowsInput['pages']): Promise<number> => {
  const table = frozenTable(input, half);
  const { outputs, from, order, values } = selectRows({ ...input.selection, ...(pages === undefined ? {} : { pages }) });
  await exactTexts(tx);
  await tx.query(`drop table if exists ${table}`);
  const labelled = outputs.map((column, index) => `${column} as f${index}`).join(', ');
  const { rowCount } = await tx.query(`create unlogged table ${table} with (autovacuum_enabled = off, toast.autovacuum_enabled = off) as select ${labelled} ${from} ${order}`, [...values]);
  return rowCount ?? 0;
};
