-- A large selection is frozen by two transactions of one snapshot, each into a table of its own.
alter table waybill.export_parts add column half smallint not null default 1 constraint export_parts_half_check check (half in (1, 2));
comment on column waybill.export_parts.half is 'Which of the frozen tables holds the rows of the part.';
