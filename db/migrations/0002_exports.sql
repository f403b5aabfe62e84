-- Exports: the frozen selection of a job (its rows stand in waybill_staging until the job ends), its parts, and the finished files.

create table waybill.exports (
  job_id uuid constraint exports_pkey primary key constraint exports_job_fkey references waybill.jobs,
  plan_epoch integer not null,
  rows_total bigint not null,
  file_count integer not null,
  frozen_at timestamptz not null
);

-- A part is a range of the frozen table's rows in the order in which they were written: from `first_tid` to before the next part's.
create table waybill.export_parts (
  job_id uuid not null constraint export_parts_job_fkey references waybill.jobs,
  plan_epoch integer not null,
  part_no integer not null,
  file_no integer not null,
  row_count bigint not null,
  first_tid tid not null,
  next_tid tid,
  -- Null until the part is written.
  bytes bigint,
  guarded_cells bigint,
  written_at timestamptz,
  constraint export_parts_pkey primary key (job_id, plan_epoch, part_no)
);

create table waybill.export_files (
  job_id uuid not null constraint export_files_job_fkey references waybill.jobs,
  file_no integer not null,
  rows bigint not null,
  bytes bigint not null,
  sha256 text not null constraint export_files_sha256_check check (sha256 ~ '^[0-9a-f]{64}$'),
  storage_key text not null,
  guarded_cells bigint not null,
  -- Null as long as the file is kept.
  removed_at timestamptz,
  created_at timestamptz not null default now(),
  constraint export_files_pkey primary key (job_id, file_no)
);
-- A file that comes back is known by its hash: what guards its cells is taken away again (design 10.19).
create index export_files_sha256_idx on waybill.export_files (sha256);

grant select, insert, update, delete on waybill.exports, waybill.export_parts, waybill.export_files to waybill_runtime;
