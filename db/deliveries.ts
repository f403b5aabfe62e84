/** What a partner has delivered to a dataset before: numbers of committed imports, by which drift is judged. */
import type { Delivery } from '../contracts/file-findings.ts';
import type { EpochKey } from './chunk-key.ts';
import { epochValues } from './chunk-key.ts';
import type { Queryable } from './connection.ts';

export interface DeliveryPlace { readonly org: string; readonly datasetId: number; readonly partner: string | null }
export interface NewDelivery extends DeliveryPlace, Delivery {
  readonly epoch: EpochKey;
  readonly duplicateShare: number;
}

/** To be called in the commit's transaction, so that what was committed was delivered, once. */
export const recordDelivery = async (tx: Queryable, { org, datasetId, partner, epoch, rowsRead, fillRates, duplicateShare }: NewDelivery): Promise<void> => {
  await tx.query(`
    insert into waybill.deliveries (job_id, round, org_id, dataset_id, partner_id, rows_read, fill_rates, duplicate_share, issue_counts)
    select $1, $2, $4, $5, $6, $7, $8, $9, coalesce((select jsonb_object_agg(c.code, c.rows) from (
      select code, count(distinct row_no) as rows from waybill.issues where job_id = $1 and round = $2 and plan_epoch = $3 group by code) c), '{}')
    on conflict (job_id, round) do nothing`,
  [...epochValues(epoch), org, datasetId, partner ?? '', rowsRead, JSON.stringify(fillRates), duplicateShare]);
};

/** Newest first, without the job's own and without what was taken back. */
export const lastDeliveries = async (db: Queryable, { org, datasetId, partner, exceptJobId, limit }: DeliveryPlace & { readonly exceptJobId: string; readonly limit: number }): Promise<readonly Delivery[]> => {
  const { rows } = await db.query<Delivery>(`
    select d.rows_read as "rowsRead", d.fill_rates as "fillRates" from waybill.deliveries d join waybill.jobs j using (job_id)
    where d.org_id = $1 and d.dataset_id = $2 and d.partner_id = $3 and d.job_id <> $4 and j.state <> 'undone'
    order by d.delivered_at desc, d.job_id limit $5`, [org, datasetId, partner ?? '', exceptJobId, limit]);
  return rows;
};
