-- What operators said with --map in imports that completed: evidence for the next file. Headers are folded as names are compared; never those of a file without names.
create table waybill.confirmed_mappings (
  org_id text not null default 'default',
  dataset_id integer not null references waybill.datasets (dataset_id) on delete cascade,
  -- Empty: the job named none.
  partner_id text not null default '',
  header text not null,
  field text not null,
  confirmations integer not null default 1,
  last_job_id uuid not null,
  last_at timestamptz not null default now(),
  constraint confirmed_mappings_pkey primary key (org_id, dataset_id, partner_id, header, field)
);
grant select, insert, update, delete on waybill.confirmed_mappings to waybill_runtime;
comment on table waybill.confirmed_mappings is 'Column names that operators mapped to fields, by dataset and partner, and how often.';
