-- What was found of a file as a whole. Counts, shares and control totals of a round, with names of our own and of the rules; never a cell.
create table waybill.judgements (
  job_id uuid not null constraint judgements_job_fkey references waybill.jobs,
  round integer not null,
  -- contracts/file-findings.ts
  file_findings jsonb not null default '[]',
  exceeded_limits jsonb not null default '[]',
  constraint judgements_pkey primary key (job_id, round)
);
comment on table waybill.judgements is 'Verdicts of the file rules, and the limits that were exceeded; judged before the commit.';

-- One row a committed import: what the next delivery of the same dataset and partner is compared with. Numbers only.
create table waybill.deliveries (
  job_id uuid not null constraint deliveries_job_fkey references waybill.jobs,
  round integer not null,
  org_id text not null default 'default',
  dataset_id integer not null references waybill.datasets (dataset_id) on delete cascade,
  -- Empty: the job named none.
  partner_id text not null default '',
  rows_read bigint not null,
  -- Field → share of the rows read in which its column is filled.
  fill_rates jsonb not null,
  duplicate_share double precision not null,
  -- Code → rows.
  issue_counts jsonb not null,
  delivered_at timestamptz not null default now(),
  constraint deliveries_pkey primary key (job_id, round)
);
create index deliveries_newest_idx on waybill.deliveries (org_id, dataset_id, partner_id, delivered_at desc);
comment on table waybill.deliveries is 'Counts of committed imports, by dataset and partner, for the rules of drift.';

grant select, insert, update, delete on waybill.judgements to waybill_runtime;
grant select, insert on waybill.deliveries to waybill_runtime;
