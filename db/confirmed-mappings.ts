/** What people said of column names in imports that completed; evidence for the next file (core/mapping/confirmed-names.ts). */
import type { Queryable } from './connection.ts';

export interface ConfirmedName {
  readonly header: string;
  /** Empty: left without a field. */
  readonly field: string;
  readonly dateOrder: 'dmy' | 'mdy' | null;
}
export interface ConfirmedPlace {
  readonly org: string;
  readonly datasetId: number;
  readonly partner: string | null;
}
export interface RememberInput extends ConfirmedPlace {
  readonly jobId: string;
  readonly names: readonly ConfirmedName[];
}
export interface RememberedName extends ConfirmedName {
  readonly confirmations: number;
  /** Said of a file of the same partner. */
  readonly samePartner: boolean;
}

/** To be called in the transaction that ends the job, so that a job counts once. */
export const rememberMappings = async (tx: Queryable, { org, datasetId, partner, jobId, names }: RememberInput): Promise<void> => {
  if (names.length === 0) return;
  const said = [org, datasetId, partner ?? '', names.map(({ header }) => header), names.map(({ field }) => field)];
  // A field and no field contradict each other: the newer word holds.
  await tx.query(`
    delete from waybill.confirmed_mappings m using unnest($4::text[], $5::text[]) as n(header, field)
    where m.org_id = $1 and m.dataset_id = $2 and m.partner_id = $3 and m.header = n.header and (m.field = '') <> (n.field = '')`, said);
  await tx.query(`
    insert into waybill.confirmed_mappings as m (org_id, dataset_id, partner_id, header, field, date_order, last_job_id)
    select distinct on (n.header, n.field) $1, $2::int, $3, n.header, n.field, n.date_order, $7::uuid from unnest($4::text[], $5::text[], $6::text[]) as n(header, field, date_order)
    on conflict (org_id, dataset_id, partner_id, header, field)
    do update set confirmations = m.confirmations + 1, last_job_id = excluded.last_job_id, last_at = now(), date_order = coalesce(excluded.date_order, m.date_order)`,
  [...said, names.map(({ dateOrder }) => dateOrder), jobId]);
};

/** Of each column what the partner's own files had last comes first. */
export const findConfirmedMappings = async (db: Queryable, { org, datasetId, partner }: ConfirmedPlace): Promise<readonly RememberedName[]> => {
  const { rows } = await db.query<RememberedName>(`
    select header, field, sum(confirmations)::int as confirmations, bool_or(partner_id = $3) as "samePartner",
      max(date_order) filter (where partner_id = $3) as "dateOrder"
    from waybill.confirmed_mappings where org_id = $1 and dataset_id = $2 group by header, field
    order by header, max(last_at) filter (where partner_id = $3) desc nulls last, field`, [org, datasetId, partner ?? '']);
  return rows;
};
