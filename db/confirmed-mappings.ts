/** Column names that operators mapped to fields in imports that completed; evidence for the next file (core/mapping/confirmed-names.ts). */
import type { Queryable } from './connection.ts';

export interface ConfirmedName { readonly header: string; readonly field: string }
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
  await tx.query(`
    insert into waybill.confirmed_mappings as m (org_id, dataset_id, partner_id, header, field, last_job_id)
    select $1, $2, $3, n.header, n.field, $4 from unnest($5::text[], $6::text[]) as n(header, field)
    on conflict (org_id, dataset_id, partner_id, header, field)
    do update set confirmations = m.confirmations + 1, last_job_id = excluded.last_job_id, last_at = now()`,
  [org, datasetId, partner ?? '', jobId, names.map(({ header }) => header), names.map(({ field }) => field)]);
};

export const findConfirmedMappings = async (db: Queryable, { org, datasetId, partner }: ConfirmedPlace): Promise<readonly RememberedName[]> => {
  const { rows } = await db.query<RememberedName>(`
    select header, field, sum(confirmations)::int as confirmations, bool_or(partner_id = $3) as "samePartner"
    from waybill.confirmed_mappings where org_id = $1 and dataset_id = $2 group by header, field order by header, field`, [org, datasetId, partner ?? '']);
  return rows;
};
