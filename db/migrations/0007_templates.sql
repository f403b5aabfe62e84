-- Templates: the treatment of a plan under a name (contracts/template.ts). A version is immutable; a job pins one.
create table waybill.templates (
  template_id integer generated always as identity constraint templates_pkey primary key,
  org_id text not null default 'default',
  name text not null,
  owner text not null,
  visibility text not null constraint templates_visibility_check check (visibility in ('private', 'shared')),
  partner_id text,
  dataset_id integer not null constraint templates_dataset_fkey references waybill.datasets,
  current_version integer not null,
  created_at timestamptz not null default now(),
  -- Jobs pin its versions: what is removed is only out of sight, and its name free.
  removed_at timestamptz
);
create unique index templates_name_key on waybill.templates (org_id, name) where removed_at is null;
create index templates_dataset_idx on waybill.templates (dataset_id) where removed_at is null;

create table waybill.template_versions (
  template_id integer not null constraint template_versions_template_fkey references waybill.templates,
  version integer not null,
  document jsonb not null,
  -- SHA-256 of the canonical document: the same template in another database has the same.
  document_hash text not null constraint template_versions_hash_check check (document_hash ~ '^[0-9a-f]{64}$'),
  created_by text not null,
  created_at timestamptz not null default now(),
  from_job uuid,
  constraint template_versions_pkey primary key (template_id, version)
);

alter table waybill.jobs
  add column template_id integer,
  add column template_version integer,
  -- How the template came to the job, what overruled it, and how the file differs (TemplateReport).
  add column template_report jsonb,
  add constraint jobs_template_fkey foreign key (template_id, template_version) references waybill.template_versions (template_id, version);

grant select, insert, update on waybill.templates to waybill_runtime;
grant select, insert on waybill.template_versions to waybill_runtime;
