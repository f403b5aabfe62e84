-- What a job asks a person before it goes on (contracts/job-question.ts), how often it reminded, and the answer, which stands here before the workflow hears of it.
alter table waybill.jobs
  add column question jsonb,
  add column reminded integer not null default 0,
  add column answer jsonb,
  add column answered_by text,
  add column answered_at timestamptz,
  add constraint jobs_answer_check check ((answer is null) = (answered_by is null) and (answer is null) = (answered_at is null));

-- A column that a person left without a field has the field ''. How a partner writes day and month, where the column itself leaves it open.
alter table waybill.confirmed_mappings
  add column date_order text constraint confirmed_mappings_date_order_check check (date_order in ('dmy', 'mdy'));
