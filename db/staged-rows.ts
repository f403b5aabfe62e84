/** Which staged rows still stand: not a duplicate's loser, not refused by a rule that needed the whole file or the dataset. */
import type { Queryable } from './connection.ts';
import { epochValues } from './chunk-key.ts';
import type { LoadTarget } from './load-target.ts';

export interface Fallen {
  readonly duplicates: number;
  readonly refused: number;
}

const ofEpoch = 'job_id = $1 and round = $2 and plan_epoch = $3';

export const countFallen = async (tx: Queryable, target: LoadTarget): Promise<Fallen> => {
  const { rows: [row] } = await tx.query<Fallen>(
    `select (select count(*) from waybill.duplicates where ${ofEpoch}) as duplicates,
            (select count(*) from waybill.quarantine where ${ofEpoch} and found_in = 'r') as refused`, epochValues(target.epoch));
  return row ?? { duplicates: 0, refused: 0 };
};

/**
 * `where` condition over staged rows `t`. Uses no parameters, so that it also serves CREATE TABLE AS, which takes none; the key's parts
 * are a UUID and two integers of our own.
 */
export const stands = (target: LoadTarget, fallen: Fallen): string => {
  const key = `x.job_id = '${target.epoch.jobId}'::uuid and x.round = ${target.epoch.round} and x.plan_epoch = ${target.epoch.planEpoch}`;
  const conditions = [
    ...(fallen.duplicates > 0 ? [`not exists (select 1 from waybill.duplicates x where ${key} and x.row_no = t.row_no)`] : []),
    ...(fallen.refused > 0 ? [`not exists (select 1 from waybill.quarantine x where ${key} and x.found_in = 'r' and x.row_no = t.row_no)`] : []),
  ];
  return conditions.length === 0 ? 'true' : conditions.join(' and ');
};

/** Forgets what an earlier reconcile of the epoch had found: it is found again, or it is not there any more. */
export const forgetReconcile = async (tx: Queryable, target: LoadTarget): Promise<void> => {
  await tx.query(`delete from waybill.duplicates where ${ofEpoch}`, epochValues(target.epoch));
  await tx.query(`delete from waybill.issues where ${ofEpoch} and found_in = 'r'`, epochValues(target.epoch));
  await tx.query(`delete from waybill.quarantine where ${ofEpoch} and found_in = 'r'`, epochValues(target.epoch));
};
