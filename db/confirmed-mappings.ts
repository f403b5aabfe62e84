/** What people said of columns in imports that completed; evidence for the next file (core/mapping/confirmed-names.ts). */
import type { TransformStep } from '../contracts/transform.ts';
import type { Queryable } from './connection.ts';

export interface ConfirmedName {
  /** Folded, in the order in which they make the field; none: of a constant. */
  readonly columns: readonly string[];
  /** Empty: left without a field. */
  readonly field: string;
  readonly transforms: readonly TransformStep[] | null;
  readonly dateOrder: 'dmy' | 'mdy' | null;
  /** Of a constant: names of columns that a file has for which it is. */
  readonly beside: readonly string[] | null;
}
export interface ConfirmedPlace {
  readonly org: string;
  readonly datasetId: number;
  readonly partner: string | null;
}
export interface RememberInput extends ConfirmedPlace {
  readonly jobId: string;
  readonly names: readonly ConfirmedName[];
  /** Folded names of all columns of the file. */
  readonly fileColumns: readonly string[];
}
export interface RememberedName extends Omit<ConfirmedName, 'transforms'> {
  /** As they were stored: an older program may have known other functions. */
  readonly transforms: unknown;
  readonly confirmations: number;
  /** Said of a file of the same partner. */
  readonly samePartner: boolean;
  /** The job in which it was said last: what was said together does not contradict itself. */
  readonly saidIn: string | null;
}

/** A folded name has letters and digits only. */
const joined = (columns: readonly string[]): string => (columns.length === 0 ? '=' : columns.join('+'));
const split = (header: string): readonly string[] => (header === '=' ? [] : header.split('+'));

const columnsOf = (header: string): string => `string_to_array(nullif(${header}, '='), '+')`;

/** To be called in the transaction that ends the job, so that a job counts once. */
export const rememberMappings = async (tx: Queryable, { org, datasetId, partner, jobId, names, fileColumns }: RememberInput): Promise<void> => {
  if (names.length === 0) return;
  const said = [org, datasetId, partner ?? '', names.map(({ columns }) => joined(columns)), names.map(({ field }) => field)];
  // The newer word holds wherever the older one could be taken for this file too: of the same field, or of one of the columns.
  await tx.query(`
    delete from waybill.confirmed_mappings m where m.org_id = $1 and m.dataset_id = $2 and m.partner_id = $3
      and coalesce(m.beside, ${columnsOf('m.header')}) <@ $6::text[]
      and (m.header, m.field) not in (select * from unnest($4::text[], $5::text[]))
      and exists (select 1 from unnest($4::text[], $5::text[]) as n(header, field)
        where (m.field = n.field and n.field <> '') or ${columnsOf('m.header')} && ${columnsOf('n.header')})`, [...said, fileColumns]);
  await tx.query(`
    insert into waybill.confirmed_mappings as m (org_id, dataset_id, partner_id, header, field, date_order, transforms, beside, last_job_id)
    select distinct on (n.header, n.field) $1, $2::int, $3, n.header, n.field, n.date_order, n.transforms::jsonb, (select array_agg(b) from jsonb_array_elements_text(n.beside::jsonb) b), $9::uuid
    from unnest($4::text[], $5::text[], $6::text[], $7::text[], $8::text[]) as n(header, field, date_order, transforms, beside)
    on conflict (org_id, dataset_id, partner_id, header, field) do update set confirmations = m.confirmations + 1, last_job_id = excluded.last_job_id, last_at = now(),
      date_order = coalesce(excluded.date_order, m.date_order), transforms = excluded.transforms, beside = excluded.beside`,
  [...said, names.map(({ dateOrder }) => dateOrder), names.map(({ transforms }) => textOf(transforms)), names.map(({ beside }) => textOf(beside)), jobId]);
};

const textOf = (value: unknown): string | null => (value === null ? null : JSON.stringify(value));

/** What the partner's own files had last comes first. What other partners said counts for names alone: how they write their values is theirs. */
export const findConfirmedMappings = async (db: Queryable, { org, datasetId, partner }: ConfirmedPlace): Promise<readonly RememberedName[]> => {
  const { rows } = await db.query<Omit<RememberedName, 'columns'> & { readonly header: string }>(`
    select header, field, sum(confirmations)::int as confirmations, bool_or(partner_id = $3) as "samePartner",
      max(date_order) filter (where partner_id = $3) as "dateOrder", (array_agg(transforms) filter (where partner_id = $3))[1] as transforms,
      max(beside) filter (where partner_id = $3) as beside, max(last_job_id::text) filter (where partner_id = $3) as "saidIn"
    from waybill.confirmed_mappings where org_id = $1 and dataset_id = $2 group by header, field
    order by max(last_at) filter (where partner_id = $3) desc nulls last, header, field`, [org, datasetId, partner ?? '']);
  return rows.map(({ header, ...row }) => ({ ...row, columns: split(header) }));
};
