-- The control tables of Waybill: who asked for what (jobs), how it is read (plans), what is staged (chunks), what was wrong (issues,
-- quarantine), what reached the dataset (commits, record_origins, before_images) and who did it (audit_events).
-- Roles exist before this runs (db/migrate.ts): waybill_owner owns everything here, waybill_runtime works, waybill_dataset_owner
-- owns the tables that Waybill made for datasets (design 10.18).

create schema waybill;
create schema waybill_staging authorization waybill_runtime;
create schema registry authorization waybill_dataset_owner;

-- ── datasets ────────────────────────────────────────────────────────────────
create table waybill.datasets (
  dataset_id integer generated always as identity constraint datasets_pkey primary key,
  org_id text not null default 'default',
  name text not null,
  owner text not null,
  partner_id text,
  purpose text,
  current_version integer not null,
  created_at timestamptz not null default now(),
  constraint datasets_name_key unique (org_id, name)
);

create table waybill.dataset_versions (
  dataset_id integer not null constraint dataset_versions_dataset_fkey references waybill.datasets,
  version integer not null,
  definition jsonb not null,
  -- SHA-256 of the table's shape as the catalog shows it; a different one at commit stops the job (design 10.3).
  table_fingerprint text not null,
  created_by text not null,
  created_at timestamptz not null default now(),
  constraint dataset_versions_pkey primary key (dataset_id, version)
);

-- One writer a dataset: held by a job from reconcile to close, seen by the job that waits.
create table waybill.dataset_writers (
  dataset_id integer constraint dataset_writers_pkey primary key constraint dataset_writers_dataset_fkey references waybill.datasets,
  job_id uuid not null,
  acquired_at timestamptz not null default now()
);

-- ── source files ────────────────────────────────────────────────────────────
create table waybill.source_files (
  org_id text not null default 'default',
  sha256 text not null,
  bytes bigint not null,
  storage_key text not null,
  -- Length and time of the archived copy when its hash was computed; while they are the same, it need not be computed again.
  stored_version text not null,
  owner text not null,
  partner_id text,
  purpose text,
  received_at timestamptz not null default now(),
  constraint source_files_pkey primary key (org_id, sha256),
  constraint source_files_sha256_check check (sha256 ~ '^[0-9a-f]{64}$')
);

create table waybill.plans (
  plan_hash text constraint plans_pkey primary key,
  document jsonb not null,
  created_at timestamptz not null default now(),
  constraint plans_hash_check check (plan_hash ~ '^[0-9a-f]{64}$')
);

-- ── jobs ────────────────────────────────────────────────────────────────────
create table waybill.jobs (
  job_id uuid constraint jobs_pkey primary key,
  job_no bigint generated always as identity constraint jobs_no_key unique,
  kind text not null constraint jobs_kind_check check (kind in ('import', 'export', 'undo', 'exchange')),
  org_id text not null default 'default',
  owner text not null,
  partner_id text,
  purpose text,
  dataset_id integer constraint jobs_dataset_fkey references waybill.datasets,
  dataset_version integer,
  source_sha256 text,
  file_name text,
  -- What was asked (contracts/import-request.ts), as it was asked.
  request jsonb not null,
  idempotency_key text not null,
  state text not null default 'received',
  round integer not null default 1,
  plan_epoch integer not null default 1,
  plan_hash text constraint jobs_plan_fkey references waybill.plans,
  -- Detection and unmapped columns with their fill rates, for people; values are never in it.
  detection jsonb,
  mapping_report jsonb,
  -- Length and time of the source when it was cut into chunks; a chunk that finds another is not staged.
  source_version text,
  -- Durable wishes of operators: they hold without a worker (design 10.14).
  pause_wanted boolean not null default false,
  cancel_wanted boolean not null default false,
  cancel_reason text,
  -- Counts pauses and resumes, so that each Update to the workflow has an id of its own.
  wish_no integer not null default 0,
  waits_for uuid,
  rows_total bigint,
  chunks_planned integer,
  draft_hash text,
  -- What the draft was computed against: snapshot, records in the dataset, counts (db/reconcile.ts).
  draft jsonb,
  books jsonb,
  error_code text,
  error_place jsonb,
  created_at timestamptz not null default now(),
  started_at timestamptz,
  committed_at timestamptz,
  finished_at timestamptz,
  updated_at timestamptz not null default now(),
  constraint jobs_idempotency_key unique (org_id, idempotency_key),
  constraint jobs_state_check check (state in (
    'received', 'detecting', 'awaiting_mapping', 'planning', 'staging', 'reconciling', 'awaiting_approval', 'committing', 'closing',
    'completed', 'completed_with_rejects', 'stopped_by_limits', 'refused', 'cancelled', 'failed', 'undone'))
);
create index jobs_newest_idx on waybill.jobs (org_id, job_no desc);
create index jobs_open_idx on waybill.jobs (state) where finished_at is null;
create index jobs_same_file_idx on waybill.jobs (org_id, source_sha256, dataset_id, plan_hash) where committed_at is not null;

-- ── the chunks of a plan and what became of them ────────────────────────────
create table waybill.chunks (
  job_id uuid not null constraint chunks_job_fkey references waybill.jobs,
  round integer not null,
  plan_epoch integer not null,
  chunk_no integer not null,
  byte_start bigint not null,
  byte_end bigint not null,
  first_row bigint not null,
  first_line bigint not null,
  row_count bigint not null,
  constraint chunks_pkey primary key (job_id, round, plan_epoch, chunk_no)
);

-- The ledger: logged counts and evidence of a staged chunk, written in the chunk's own transaction (promise 2).
create table waybill.chunk_ledger (
  job_id uuid not null,
  round integer not null,
  plan_epoch integer not null,
  chunk_no integer not null,
  rows_read bigint not null,
  rows_staged bigint not null,
  rows_quarantined bigint not null,
  rows_unreadable bigint not null,
  rows_filtered bigint not null default 0,
  issue_count bigint not null,
  -- Per date field: the counts of contracts DateEvidence. Per column: filled cells. Numbers only.
  evidence jsonb not null default '{}',
  staged_at timestamptz not null default clock_timestamp(),
  constraint chunk_ledger_pkey primary key (job_id, round, plan_epoch, chunk_no)
);

-- What says that a chunk is staged must vanish with the staging (promise 4): unlogged, like the staging itself.
create unlogged table waybill.staged_chunks (
  job_id uuid not null,
  round integer not null,
  plan_epoch integer not null,
  chunk_no integer not null,
  -- 64-bit hashes of the staged rows' keys, to rule out repeated keys without sorting them; null where a hash cannot tell.
  key_hashes bytea,
  constraint staged_chunks_pkey primary key (job_id, round, plan_epoch, chunk_no)
);
-- Hashes do not compress.
alter table waybill.staged_chunks alter column key_hashes set storage external;

-- ── what was wrong ──────────────────────────────────────────────────────────
-- found_in: c = by the chunk's own transaction, r = by reconcile (the whole file or the dataset was needed).
create table waybill.issues (
  job_id uuid not null,
  round integer not null,
  plan_epoch integer not null,
  chunk_no integer not null,
  found_in "char" not null,
  row_no bigint not null,
  line_no bigint not null,
  field text,
  column_no integer,
  code text not null,
  severity text not null constraint issues_severity_check check (severity in ('error', 'warning', 'info'))
);
create index issues_chunk_idx on waybill.issues (job_id, round, plan_epoch, chunk_no, found_in);
create index issues_row_idx on waybill.issues (job_id, round, plan_epoch, row_no);

create table waybill.quarantine (
  job_id uuid not null,
  round integer not null,
  plan_epoch integer not null,
  chunk_no integer not null,
  found_in "char" not null,
  row_no bigint not null,
  line_no bigint not null,
  outcome text not null constraint quarantine_outcome_check check (outcome in ('quarantined', 'unreadable')),
  -- The record's bytes as they stand in the source (or its UTF-8 spool); null until reconcile's finds are read back.
  raw bytea,
  constraint quarantine_pkey primary key (job_id, round, plan_epoch, row_no)
);
create index quarantine_chunk_idx on waybill.quarantine (job_id, round, plan_epoch, chunk_no, found_in);

create table waybill.duplicates (
  job_id uuid not null,
  round integer not null,
  plan_epoch integer not null,
  row_no bigint not null,
  winner_row_no bigint,
  constraint duplicates_pkey primary key (job_id, round, plan_epoch, row_no)
);

-- ── what reached the dataset ────────────────────────────────────────────────
-- Written in the commit's transaction; a retried commit reads it first (design 10.3).
create table waybill.commits (
  job_id uuid not null constraint commits_job_fkey references waybill.jobs,
  round integer not null,
  dataset_id integer not null,
  dataset_version integer not null,
  plan_hash text not null,
  draft_hash text not null,
  books jsonb not null,
  -- The committing transaction: a record whose xmin is still this one has not changed since.
  committed_xid xid8 not null,
  committed_at timestamptz not null default now(),
  constraint commits_pkey primary key (job_id, round)
);

-- Which file and row made (c) or last changed (u) a record. One partition a job, keyed by the job's number to keep rows narrow.
create table waybill.record_origins (
  job_no bigint not null,
  dataset_id integer not null,
  round integer not null,
  row_no bigint not null,
  record_key text not null,
  kind "char" not null
) partition by list (job_no);

-- Whole-row before-images of updated records, with the version of the dataset and a hash of the row as committed, after triggers (design 10.5).
create table waybill.before_images (
  job_id uuid not null,
  round integer not null,
  dataset_id integer not null,
  dataset_version integer not null,
  record_key text not null,
  row_no bigint not null,
  image jsonb not null,
  committed_hash text not null,
  constraint before_images_pkey primary key (job_id, round, record_key)
);

create table waybill.receipts (
  job_id uuid not null constraint receipts_job_fkey references waybill.jobs,
  round integer not null,
  receipt jsonb not null,
  created_at timestamptz not null default now(),
  constraint receipts_pkey primary key (job_id, round)
);

-- ── audit ───────────────────────────────────────────────────────────────────
create table waybill.audit_head (
  only_row boolean constraint audit_head_pkey primary key default true check (only_row),
  seq bigint not null,
  hash text not null
);
insert into waybill.audit_head (seq, hash) values (0, repeat('0', 64));

create table waybill.audit_events (
  seq bigint constraint audit_events_pkey primary key,
  at timestamptz not null,
  org_id text not null,
  actor text not null,
  action text not null,
  job_id uuid,
  dataset text,
  partner_id text,
  purpose text,
  -- The event as canonical JSON text: what the hash covers. The columns beside it only serve queries; verification compares them.
  body text not null,
  prev_hash text not null,
  hash text not null constraint audit_events_hash_key unique
);
create index audit_events_job_idx on waybill.audit_events (job_id) where job_id is not null;

-- Heads signed at intervals, so that an owner of the database cannot rewrite history unseen (design 10.17).
create table waybill.audit_signatures (
  seq bigint not null,
  hash text not null,
  key_id text not null,
  signature text not null,
  signed_at timestamptz not null default now(),
  constraint audit_signatures_pkey primary key (seq, key_id)
);

create function waybill.refuse_audit_change() returns trigger language plpgsql as $$
begin
  raise exception 'audit events are append-only' using errcode = 'insufficient_privilege';
end $$;
create trigger audit_events_append_only before update or delete or truncate on waybill.audit_events
  for each statement execute function waybill.refuse_audit_change();

-- The only way in: takes the head's lock, so writers queue here and the caller appends as its last statement (design 10.17).
create function waybill.append_audit(
  p_org text, p_actor text, p_action text, p_job uuid, p_dataset text, p_details jsonb
) returns bigint language plpgsql security definer set search_path = pg_catalog as $$
declare
  v_head waybill.audit_head%rowtype;
  v_at timestamptz;
  v_body text;
  v_hash text;
  v_partner text;
  v_purpose text;
begin
  select partner_id, purpose into v_partner, v_purpose from waybill.jobs where job_id = p_job;
  select * into strict v_head from waybill.audit_head for update;
  v_at := clock_timestamp();
  v_body := jsonb_build_object(
    'seq', v_head.seq + 1,
    'at', to_char(v_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'),
    'org', p_org, 'actor', p_actor, 'action', p_action, 'job', p_job, 'dataset', p_dataset,
    'partner', v_partner, 'purpose', v_purpose,
    'details', coalesce(p_details, '{}'::jsonb))::text;
  v_hash := encode(sha256(convert_to(v_head.hash || v_body, 'UTF8')), 'hex');
  insert into waybill.audit_events (seq, at, org_id, actor, action, job_id, dataset, partner_id, purpose, body, prev_hash, hash)
    values (v_head.seq + 1, v_at, p_org, p_actor, p_action, p_job, p_dataset, v_partner, v_purpose, v_body, v_head.hash, v_hash);
  update waybill.audit_head set seq = v_head.seq + 1, hash = v_hash;
  return v_head.seq + 1;
end $$;

-- Makes a job's draft its partition of record_origins. The draft was made by the runtime role in waybill_staging by a parallel
-- CREATE TABLE AS (INSERT … SELECT never runs in parallel); attaching needs the owner of the parent.
create function waybill.adopt_origins(p_job uuid, p_draft text) returns void
language plpgsql security definer set search_path = pg_catalog as $$
declare
  v_no bigint;
  v_part text;
begin
  select job_no into strict v_no from waybill.jobs where job_id = p_job;
  v_part := 'record_origins_' || v_no;
  execute format('alter table waybill_staging.%I owner to waybill_owner', p_draft);
  -- A later round of the same job: its partition is there already.
  if to_regclass(format('waybill.%I', v_part)) is not null then
    execute format('insert into waybill.record_origins (job_no, dataset_id, round, row_no, record_key, kind)
      select job_no, dataset_id, round, row_no, record_key, kind from waybill_staging.%I', p_draft);
    execute format('drop table waybill_staging.%I', p_draft);
    return;
  end if;
  -- An unlogged draft would come back empty after a crash, and the origins with it.
  if (select relpersistence from pg_class where oid = to_regclass(format('waybill_staging.%I', p_draft))) <> 'p' then
    execute format('alter table waybill_staging.%I set logged', p_draft);
  end if;
  execute format('alter table waybill_staging.%I set schema waybill', p_draft);
  execute format('alter table waybill.%I rename to %I', p_draft, v_part);
  -- Whoever made the draft has proved these already (db/draft.ts); where it has not, they are proved now.
  execute format('alter table waybill.%I alter job_no set not null, alter dataset_id set not null, alter round set not null,
    alter row_no set not null, alter record_key set not null, alter kind set not null', v_part);
  execute format('alter table waybill.record_origins attach partition waybill.%I for values in (%s)', v_part, v_no);
  -- The draft kept autovacuum away, which would have held up this very statement for a second.
  execute format('alter table waybill.%I drop constraint if exists origins_job_check, reset (autovacuum_enabled)', v_part);
  execute format('grant select on waybill.%I to waybill_runtime', v_part);
end $$;

create function waybill.index_origins(p_job uuid) returns void
language plpgsql security definer set search_path = pg_catalog as $$
declare
  v_no bigint;
begin
  select job_no into strict v_no from waybill.jobs where job_id = p_job;
  if to_regclass(format('waybill.%I', 'record_origins_' || v_no)) is null then return; end if;
  execute format('create index if not exists %I on waybill.%I (record_key collate "C")',
    'record_origins_' || v_no || '_key_idx', 'record_origins_' || v_no);
end $$;

-- ── rights ──────────────────────────────────────────────────────────────────
-- What the dataset owner makes in registry, the runtime role reads and writes. Only the dataset owner can say so for its own tables.
set local role waybill_dataset_owner;
grant usage on schema registry to waybill_runtime, waybill_owner;
alter default privileges in schema registry grant select, insert, update, delete on tables to waybill_runtime;
alter default privileges in schema registry grant usage on sequences to waybill_runtime;
set local role waybill_owner;
grant usage on schema waybill to waybill_runtime;
grant select, insert, update, delete on all tables in schema waybill to waybill_runtime;
revoke insert, update, delete on waybill.audit_events, waybill.audit_head from waybill_runtime;
revoke update, delete on waybill.commits, waybill.receipts, waybill.audit_signatures, waybill.plans, waybill.dataset_versions from waybill_runtime;
-- Origins come in by adopt_origins only.
revoke insert, update, delete on waybill.record_origins from waybill_runtime;
revoke all on function waybill.append_audit(text, text, text, uuid, text, jsonb), waybill.adopt_origins(uuid, text), waybill.index_origins(uuid) from public;
grant execute on function waybill.append_audit(text, text, text, uuid, text, jsonb), waybill.adopt_origins(uuid, text), waybill.index_origins(uuid) to waybill_runtime;
grant usage, create on schema waybill_staging to waybill_owner;
