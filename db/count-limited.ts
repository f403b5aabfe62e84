/** Rows with findings of single rules, codes and severities, as far as limits of the import ask for them. */
import type { LimitBy } from '../contracts/rules.ts';
import type { EpochKey } from './chunk-key.ts';
import { epochValues } from './chunk-key.ts';
import type { Queryable } from './connection.ts';

/** In the order of the limits. A row counts once, however many findings it has. */
export const countLimited = async (db: Queryable, epoch: EpochKey, limits: readonly LimitBy[]): Promise<readonly number[]> => {
  if (limits.length === 0) return [];
  const asked = limits.map((limit) => limit.rule ?? limit.code ?? limit.severity ?? '');
  const columns = limits.map((limit) => (limit.rule !== undefined ? 'rule' : limit.code !== undefined ? 'code' : 'severity'));
  const counts = columns.map((column, at) => `count(distinct row_no) filter (where ${column} = $${at + 4})`);
  const { rows: [row] } = await db.query<{ counts: readonly number[] }>(
    `select to_json(array[${counts.join(', ')}]) as counts from waybill.issues where job_id = $1 and round = $2 and plan_epoch = $3`, [...epochValues(epoch), ...asked]);
  return row?.counts ?? [];
};
